#include "token.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <nlohmann/json.hpp>

#include <sluice/error.hpp>

#include "base64url.hpp"

namespace sluice::auth {
namespace {

using Json = nlohmann::json;

constexpr std::size_t mac_size = 32;
constexpr std::uint64_t latest_expiry = 253'402'300'799;  // the last second of the year 9999

std::string hmac(std::string_view secret, std::string_view text) {
  std::string out(mac_size, '\0');
  unsigned int size = 0;
  if (!HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
            reinterpret_cast<const unsigned char*>(text.data()), text.size(),
            reinterpret_cast<unsigned char*>(out.data()), &size))
    throw Error(SLUICE_STATUS_INTERNAL, "HMAC-SHA256 is not available");
  return out;
}

struct Parts {
  std::string_view key_id;  // empty: not named
  std::string_view claims;
  std::string_view signed_text;
  std::string mac;
};

std::optional<Parts> take_apart(std::string_view token) {
  const std::size_t last = token.rfind('.');
  if (token.size() > token_limit || last == std::string_view::npos) return std::nullopt;
  Parts parts;
  parts.signed_text = parts.claims = token.substr(0, last);
  if (const std::size_t first = parts.claims.find('.'); first != std::string_view::npos) {
    parts.key_id = parts.claims.substr(0, first);
    parts.claims.remove_prefix(first + 1);
    if (parts.key_id.empty()) return std::nullopt;
  }
  auto mac = base64url_decode(token.substr(last + 1));
  if (!mac || mac->size() != mac_size) return std::nullopt;
  parts.mac = std::move(*mac);
  return parts;
}

const TokenKey* key_that_made(std::span<const TokenKey> keys, const Parts& parts) {
  const TokenKey* maker = nullptr;
  for (const TokenKey& key : keys) {
    if (!parts.key_id.empty() && parts.key_id != key.id) continue;
    const std::string expected = hmac(key.secret, parts.signed_text);
    if (CRYPTO_memcmp(expected.data(), parts.mac.data(), mac_size) == 0) maker = &key;
  }
  return maker;
}

// Null also when a member comes twice: whoever glued the text together was made to say two things.
Json parse_object(std::string_view text) {
  std::size_t members = 0;
  const auto count = [&members](int depth, Json::parse_event_t event, Json&) {
    if (depth == 1 && event == Json::parse_event_t::key) ++members;
    return true;
  };
  Json object = Json::parse(text.begin(), text.end(), count, false);
  return object.is_object() && object.size() == members ? object : Json();
}

const std::string* text_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

}  // namespace

Result<Claims> parse_claims(std::string_view json) {
  const Json object = parse_object(json);
  if (!object.is_object()) return Errc::token_bad_claims;
  const std::string* action = text_member(object, "a");
  const std::string* streams = text_member(object, "s");
  const auto expires = object.find("e");
  if (!action || !streams || expires == object.end()) return Errc::token_bad_claims;
  if (*action != "publish" && *action != "play") return Errc::token_bad_claims;
  if (!expires->is_number_unsigned() || expires->get<std::uint64_t>() > latest_expiry)
    return Errc::token_bad_claims;
  const auto pattern = StreamPattern::parse(*streams);
  if (!pattern) return Errc::token_bad_claims;

  const std::chrono::sys_seconds until{std::chrono::seconds(expires->get<std::int64_t>())};
  Claims claims{*action == "publish" ? Action::publish : Action::play, *pattern, until, std::nullopt};
  std::size_t understood = 3;
  if (object.contains("ip")) {
    const std::string* from = text_member(object, "ip");
    const auto network = Network::parse(from ? *from : std::string());
    if (!network) return Errc::token_bad_claims;
    claims.from = *network;
    ++understood;
  }
  if (object.size() != understood) return Errc::token_bad_claims;
  return claims;
}

Result<OpenedToken> open_token(std::span<const TokenKey> keys, std::string_view token) {
  const auto parts = take_apart(token);
  if (!parts) return Errc::token_bad_form;
  const TokenKey* maker = key_that_made(keys, *parts);
  if (!maker) return Errc::token_unproven;
  const auto json = base64url_decode(parts->claims);
  if (!json) return Errc::token_bad_claims;
  const auto claims = parse_claims(*json);
  if (!claims) return claims.error();
  return OpenedToken{*claims, maker->id};
}

Result<void> check_claims(const Claims& claims, const TokenUse& use) {
  if (claims.action != use.action) return Errc::token_other_action;
  if (!claims.streams.matches(use.key)) return Errc::token_other_stream;
  if (claims.from && !claims.from->contains(use.address)) return Errc::token_other_address;
  // Compared in whole seconds: the year 9999 has no place in 64 bits of nanoseconds.
  const auto now = std::chrono::floor<std::chrono::seconds>(use.now);
  if (now > claims.expires + use.leeway) return Errc::token_expired;
  return {};
}

std::string mint_token(const TokenKey& key, KeyName name, std::string_view claims) {
  std::string token = name == KeyName::given ? key.id + "." : std::string();
  token += base64url_encode(claims);
  const std::string mac = hmac(key.secret, token);
  return token + "." + base64url_encode(mac);
}

}  // namespace sluice::auth
