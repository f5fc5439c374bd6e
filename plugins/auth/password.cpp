#include "password.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include <sluice/error.hpp>

namespace sluice::auth {
namespace {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view salt, std::string_view password) {
  std::string text;
  text.reserve(salt.size() + password.size());
  text.append(salt).append(password);
  Digest out{};
  const int done = EVP_Digest(text.data(), text.size(), out.data(), nullptr, EVP_sha256(), nullptr);
  OPENSSL_cleanse(text.data(), text.size());
  if (done != 1) throw Error(SLUICE_STATUS_INTERNAL, "SHA-256 is not available");
  return out;
}

Digest pbkdf2(std::string_view salt, std::string_view password, unsigned iterations) {
  Digest out{};
  const auto* salt_bytes = reinterpret_cast<const unsigned char*>(salt.data());
  if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt_bytes,
                        static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha256(),
                        static_cast<int>(out.size()), out.data()) != 1)
    throw Error(SLUICE_STATUS_INTERNAL, "PBKDF2 is not available");
  return out;
}

std::string_view take_part(std::string_view& rest) {
  const std::size_t colon = rest.find(':');
  const std::string_view part = rest.substr(0, colon);
  rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
  return part;
}

std::optional<Digest> digest_of_hex(std::string_view hex) {
  Digest out{};
  if (hex.size() != out.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const char* begin = hex.data() + i * 2;
    const auto [end, error] = std::from_chars(begin, begin + 2, out[i], 16);
    if (error != std::errc() || end != begin + 2) return std::nullopt;
  }
  return out;
}

bool is_salt(std::string_view salt) {
  return salt.size() >= 8 && salt.size() <= 64 && std::all_of(salt.begin(), salt.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                  c == '_' || c == '-';
         });
}

}  // namespace

StoredPassword StoredPassword::from_plain(std::string_view password) {
  StoredPassword out;
  out.digest_ = sha256({}, password);
  return out;
}

Result<StoredPassword> StoredPassword::parse_hash(std::string_view text) {
  StoredPassword out;
  std::string_view rest = text;
  const std::string_view kind = take_part(rest);
  if (kind != "sha256" && kind != "pbkdf2") return Errc::hash_bad_form;
  if (kind == "pbkdf2") {
    const std::string_view count = take_part(rest);
    const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), out.iterations_);
    if (error != std::errc() || end != count.data() + count.size() || out.iterations_ < fewest_iterations ||
        out.iterations_ > most_iterations)
      return Errc::hash_bad_iterations;
  }
  out.salt_ = take_part(rest);
  if (!is_salt(out.salt_)) return Errc::hash_bad_salt;
  const auto digest = digest_of_hex(rest);
  if (!digest) return Errc::hash_bad_form;
  out.digest_ = *digest;
  return out;
}

bool StoredPassword::matches(std::string_view password, unsigned rounds) const {
  Digest shown = sha256(salt_, password);
  if (iterations_ > 0) shown = pbkdf2(salt_, password, iterations_);
  if (rounds > iterations_) pbkdf2("spent, so that all cost the same", password, rounds - iterations_);
  return CRYPTO_memcmp(shown.data(), digest_.data(), digest_.size()) == 0;
}

}  // namespace sluice::auth
