// Tokens: claims that somebody who knows one of the keys has signed, bound to action, stream and time.
//
//   [KEYID "."] base64url(claims) "." base64url(HMAC-SHA256(secret, everything before this dot))
//
//   claims: {"a": "publish"|"play", "s": "app/name" or a pattern, "e": unix seconds, "ip": "192.0.2.7" or a
//   network}
//
// All members but "ip" are needed; a member not named here is refused, for it may be a restriction.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "action.hpp"
#include "address.hpp"
#include "stream_pattern.hpp"

namespace sluice::auth {

using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;

struct TokenKey {
  std::string id;  // [A-Za-z0-9_-]{1,32}
  std::string secret;
};

struct Claims {
  Action action = Action::play;
  StreamPattern streams;
  std::chrono::sys_seconds expires;
  std::optional<Network> from;
};

struct OpenedToken {
  Claims claims;
  std::string_view key_id;  // of the key that made it; lives as long as the keys
};

inline constexpr std::size_t token_limit = 1024;
inline constexpr std::size_t token_key_limit = 8;

// Nothing of the claims is looked at before the signature has proved true, and that is compared in constant
// time. Fails with token_bad_form, token_unproven, token_bad_claims.
Result<OpenedToken> open_token(std::span<const TokenKey> keys, std::string_view token);

// Fails with token_bad_claims.
Result<Claims> parse_claims(std::string_view json);

struct TokenUse {
  Action action = Action::play;
  std::string_view key;
  Address address;
  WallTime now;
  std::chrono::seconds leeway{};  // for clocks that differ
};

// Fails with token_expired, token_other_action, token_other_stream, token_other_address.
Result<void> check_claims(const Claims& claims, const TokenUse& use);

enum class KeyName { omitted, given };

std::string mint_token(const TokenKey& key, KeyName name, std::string_view claims);

}  // namespace sluice::auth
