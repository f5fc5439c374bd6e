#include "modules/ed25519.hpp"

#include <openssl/evp.h>

#include <cstdint>
#include <memory>

namespace sluice::modules {
namespace {

const unsigned char* octets(std::span<const std::byte> bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::optional<std::uint32_t> sextet(char c) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t at = alphabet.find(c);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint32_t>(at);
}

}  // namespace

bool ed25519_verifies(const Ed25519Key& key, const Ed25519Signature& signature, std::string_view message) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> opened(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(key), key.size()), &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (!opened || !context) return false;
  // Ed25519 hashes for itself: no digest is named.
  if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, opened.get()) != 1) return false;
  return EVP_DigestVerify(context.get(), octets(signature), signature.size(),
                          octets(std::as_bytes(std::span(message))), message.size()) == 1;
}

bool from_base64(std::string_view text, std::span<std::byte> out) {
  if (text.size() != (out.size() + 2) / 3 * 4) return false;
  const std::string_view padding = text.substr((out.size() * 4 + 2) / 3);
  if (padding.find_first_not_of('=') != std::string_view::npos) return false;
  text.remove_suffix(padding.size());
  std::uint32_t bits = 0;
  unsigned held = 0;
  std::size_t written = 0;
  for (const char c : text) {
    const auto six = sextet(c);
    if (!six) return false;
    bits = bits << 6 | *six;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out[written++] = static_cast<std::byte>(bits >> held & 0xff);
    bits &= (1u << held) - 1;
  }
  return bits == 0;  // one spelling for each value
}

}  // namespace sluice::modules
