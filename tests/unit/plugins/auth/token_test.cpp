#include "auth/token.hpp"

#include <catch2/catch.hpp>
#include <vector>

#include "auth/base64url.hpp"

using namespace sluice::auth;

namespace {

const TokenKey first{"2026a", "correct-horse-battery-staple-0001"};
const TokenKey second{"2026b", "another-secret-of-good-length-02"};
const std::vector<TokenKey> keys = {first, second};

// Made with the shell lines of the guide.
const std::string by_shell =
    "eyJhIjoicHVibGlzaCIsInMiOiJsaXZlL2NhbSIsImUiOjE5MDAwMDAwMDB9.MjDJE4qHTpMBFzGEF2S3Tzg-"
    "xhQ9RFBE8YFWEB1dqr4";
const std::string by_shell_named =
    "2026a.eyJhIjoicGxheSIsInMiOiJsaXZlLyoiLCJlIjoxOTAwMDAwMDAwLCJpcCI6IjE5Mi4wLjIuMC8yNCJ9."
    "V7HXGU2edtuKE3XRoBYot6iHDNgZ1HwSaBMIP-2KAJg";

WallTime at(std::int64_t seconds) { return WallTime(std::chrono::seconds(seconds)); }

TokenUse use(Action action, std::string_view key, const char* address = "192.0.2.7",
             std::int64_t now = 1'800'000'000) {
  return {action, key, Address::parse(address).value(), at(now), std::chrono::seconds(60)};
}

Errc failure(const sluice::Result<void>& result) { return static_cast<Errc>(result.error().value()); }

}  // namespace

TEST_CASE("a token made by the shell lines of the guide opens", "[auth]") {
  const auto token = open_token(keys, by_shell);
  REQUIRE(token.has_value());
  CHECK(token->key_id == "2026a");
  CHECK(token->claims.action == Action::publish);
  CHECK(token->claims.streams.text() == "live/cam");
  CHECK(token->claims.expires.time_since_epoch().count() == 1'900'000'000);
  CHECK_FALSE(token->claims.from.has_value());
  CHECK(check_claims(token->claims, use(Action::publish, "live/cam")).has_value());

  const auto named = open_token(keys, by_shell_named);
  REQUIRE(named.has_value());
  CHECK(check_claims(named->claims, use(Action::play, "live/any")).has_value());
}

TEST_CASE("mint and shell make the same token", "[auth]") {
  CHECK(mint_token(first, KeyName::omitted, R"({"a":"publish","s":"live/cam","e":1900000000})") == by_shell);
  CHECK(mint_token(first, KeyName::given,
                   R"({"a":"play","s":"live/*","e":1900000000,"ip":"192.0.2.0/24"})") == by_shell_named);
}

TEST_CASE("a token is bound to action, stream, address and time", "[auth]") {
  const Claims claims = open_token(keys, by_shell_named)->claims;
  CHECK(check_claims(claims, use(Action::play, "live/cam")).has_value());
  CHECK(failure(check_claims(claims, use(Action::publish, "live/cam"))) == Errc::token_other_action);
  CHECK(failure(check_claims(claims, use(Action::play, "live/cam/hd"))) == Errc::token_other_stream);
  CHECK(failure(check_claims(claims, use(Action::play, "vod/cam"))) == Errc::token_other_stream);
  CHECK(failure(check_claims(claims, use(Action::play, "live/cam", "198.51.100.1"))) ==
        Errc::token_other_address);
  CHECK(failure(check_claims(claims, use(Action::play, "live/cam", "2001:db8::1"))) ==
        Errc::token_other_address);
  CHECK(check_claims(claims, use(Action::play, "live/cam", "::ffff:192.0.2.9")).has_value());
}

TEST_CASE("expiry has the leeway and not a second more", "[auth]") {
  const Claims claims = open_token(keys, by_shell)->claims;
  const auto when = [&](std::int64_t now) {
    return check_claims(claims, use(Action::publish, "live/cam", "192.0.2.7", now)).has_value();
  };
  CHECK(when(1'899'999'999));
  CHECK(when(1'900'000'000));
  CHECK(when(1'900'000'060));
  CHECK_FALSE(when(1'900'000'061));
  CHECK_FALSE(when(2'900'000'000));
  CHECK(when(0));
  CHECK(when(-1));
}

TEST_CASE("every key in use opens its tokens, named or not, and only its own", "[auth]") {
  const std::string claims = R"({"a":"play","s":"**","e":1900000000})";
  CHECK(open_token(keys, mint_token(first, KeyName::omitted, claims))->key_id == "2026a");
  CHECK(open_token(keys, mint_token(second, KeyName::omitted, claims))->key_id == "2026b");
  CHECK(open_token(keys, mint_token(second, KeyName::given, claims))->key_id == "2026b");
  const TokenKey lying{"2026a", second.secret};
  CHECK(open_token(keys, mint_token(lying, KeyName::given, claims)).error() ==
        make_error_code(Errc::token_unproven));
  const TokenKey retired{"2025z", "a-secret-that-was-taken-away"};
  CHECK_FALSE(open_token(keys, mint_token(retired, KeyName::given, claims)).has_value());
  CHECK_FALSE(open_token(keys, mint_token(retired, KeyName::omitted, claims)).has_value());
  CHECK_FALSE(open_token({}, by_shell).has_value());
}

TEST_CASE("the key's name is signed too", "[auth]") {
  const std::string named = by_shell_named;
  CHECK_FALSE(open_token(keys, named.substr(named.find('.') + 1)).has_value());
  CHECK_FALSE(open_token(keys, "2026a." + by_shell).has_value());
}

TEST_CASE("no cut and no changed character passes", "[auth]") {
  for (const std::string& token : {by_shell, by_shell_named}) {
    for (std::size_t size = 0; size < token.size(); ++size)
      CHECK_FALSE(open_token(keys, token.substr(0, size)).has_value());
    for (std::size_t i = 0; i < token.size(); ++i)
      for (const char c : {'A', 'z', '_', '.', '=', '\0', '\xff'}) {
        std::string changed = token;
        if (changed[i] == c) continue;
        changed[i] = c;
        CHECK_FALSE(open_token(keys, changed).has_value());
      }
    CHECK_FALSE(open_token(keys, token + "A").has_value());
    CHECK_FALSE(open_token(keys, token + "=").has_value());
    CHECK_FALSE(open_token(keys, token + ".").has_value());
    CHECK_FALSE(open_token(keys, "." + token).has_value());
    CHECK_FALSE(open_token(keys, " " + token).has_value());
  }
}

TEST_CASE("what is no token is no token", "[auth]") {
  for (const char* text : {"", ".", "..", "...", "a.b", "a.b.c", "a.b.c.d"}) {
    INFO(text);
    CHECK(open_token(keys, text).error() == make_error_code(Errc::token_bad_form));
  }
  const std::string huge = mint_token(first, KeyName::omitted, std::string(token_limit, ' '));
  CHECK(open_token(keys, huge).error() == make_error_code(Errc::token_bad_form));
}

TEST_CASE("claims that are signed but unclear are refused", "[auth]") {
  for (const char* claims : {"",
                             "null",
                             "[]",
                             "{}",
                             "7",
                             "{",
                             R"({"a":"play","s":"live/cam"})",
                             R"({"a":"play","e":1})",
                             R"({"s":"live/cam","e":1})",
                             R"({"a":"both","s":"live/cam","e":1})",
                             R"({"a":1,"s":"live/cam","e":1})",
                             R"({"a":"play","s":"live","e":1})",
                             R"({"a":"play","s":["live/cam"],"e":1})",
                             R"({"a":"play","s":"live/cam","e":"1"})",
                             R"({"a":"play","s":"live/cam","e":1.5})",
                             R"({"a":"play","s":"live/cam","e":-1})",
                             R"({"a":"play","s":"live/cam","e":1e99})",
                             R"({"a":"play","s":"live/cam","e":18446744073709551615})",
                             R"({"a":"play","s":"live/cam","e":253402300800})",
                             R"({"a":"play","s":"live/cam","e":true})",
                             R"({"a":"play","s":"live/cam","e":1,"ip":7})",
                             R"({"a":"play","s":"live/cam","e":1,"ip":"10.0.0.1/8"})",
                             R"({"a":"play","s":"live/cam","e":1,"ip":null})",
                             R"({"a":"play","s":"live/cam","e":1,"nbf":2})",
                             R"({"a":"play","s":"live/cam","e":1,"e":9})",
                             R"({"a":"play","a":"play","s":"live/cam","e":1})",
                             R"({"a":"play","s":"live/cam","e":1}x)",
                             R"({"a":"play","s":"live/cam","e":1,"x":{"e":2}})",
                             "{\"a\":\"play\",\"s\":\"live/\xff\",\"e\":1}"}) {
    INFO(claims);
    CHECK(open_token(keys, mint_token(first, KeyName::omitted, claims)).error() ==
          make_error_code(Errc::token_bad_claims));
  }
  CHECK(parse_claims(R"( {"e": 253402300799, "s": "live/**", "a": "play", "ip": "::1"} )").has_value());
  CHECK_FALSE(parse_claims(std::string(700, '[')).has_value());
}

TEST_CASE("the furthest expiry does not overflow", "[auth]") {
  const Claims claims = parse_claims(R"({"a":"play","s":"**","e":253402300799})").value();
  CHECK(check_claims(claims, use(Action::play, "live/cam")).has_value());
  TokenUse last = use(Action::play, "live/cam");
  last.now = WallTime::max();
  last.leeway = std::chrono::seconds(300);
  CHECK(check_claims(claims, last).has_value());
}
