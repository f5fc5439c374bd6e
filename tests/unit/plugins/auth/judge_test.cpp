#include "auth/judge.hpp"

#include <catch2/catch.hpp>
#include <string>

#include <sluice/error.hpp>

using namespace sluice::auth;
using namespace std::chrono_literals;

namespace {

const char* const rules = R"({"config": {
  "users": [{"name": "cam1", "password": "s3cret", "roles": ["publish"], "streams": ["live/cam1", "shared/*"],
             "addresses": ["192.0.2.0/24"]},
            {"name": "viewer", "password": "look", "roles": ["play"], "streams": ["live/**"]}],
  "tokens": {"keys": [{"id": "a", "secret": "0123456789abcdef"}]},
  "addresses": {"deny": {"play": ["203.0.113.0/24"], "publish": ["10.6.6.0/24"]},
                "allow": {"publish": ["10.0.0.0/8"]}},
  "anonymous": {"play": ["open/*"]}},
  "apps": {"chain": {"without_credentials": "abstain",
                     "users": [{"name": "u", "password": "p", "roles": ["play"], "streams": ["chain/*"]}]}}})";

const TokenKey key{"a", "0123456789abcdef"};
constexpr std::int64_t today = 1'800'000'000;

class Court {
 public:
  explicit Court(const char* text = rules) { judge.adopt(parse_policies(text)); }

  Decision ask(Action action, std::string_view stream, const Shown& shown,
               std::string_view from = "192.0.2.7:5000") {
    return judge.decide({action, stream, from, shown, false}, {monotonic, wall});
  }
  Reason play(std::string_view stream, const Shown& shown = {}, std::string_view from = "192.0.2.7:5000") {
    return ask(Action::play, stream, shown, from).reason;
  }
  Reason publish(std::string_view stream, const Shown& shown = {}, std::string_view from = "192.0.2.7:5000") {
    return ask(Action::publish, stream, shown, from).reason;
  }

  Judge judge;
  FailureTable::Time monotonic = 1000s;
  WallTime wall{std::chrono::seconds(today)};
};

std::string token_for(const std::string& action, const std::string& stream,
                      std::int64_t expires = today + 60) {
  return mint_token(
      key, KeyName::omitted,
      R"({"a":")" + action + R"(","s":")" + stream + R"(","e":)" + std::to_string(expires) + "}");
}

}  // namespace

TEST_CASE("a user may do what he is listed for and nothing else", "[auth]") {
  Court court;
  const Shown cam{.user = "cam1", .password = "s3cret"};
  CHECK(court.publish("live/cam1", cam) == Reason::user_allowed);
  CHECK(court.publish("shared/x", cam) == Reason::user_allowed);
  CHECK(court.publish("live/cam2", cam) == Reason::user_not_permitted);
  CHECK(court.publish("shared/x/y", cam) == Reason::user_not_permitted);
  CHECK(court.play("live/cam1", cam) == Reason::user_not_permitted);
  CHECK(court.play("live/a/b", {.user = "viewer", .password = "look"}) == Reason::user_allowed);
  CHECK(court.publish("live/cam1", {.user = "viewer", .password = "look"}) == Reason::user_not_permitted);
  CHECK(court.publish("live/cam1", {.query = "user=cam1&pass=s%33cret"}) == Reason::user_allowed);
  CHECK(court.ask(Action::publish, "live/cam1", cam).subject == "cam1");
}

TEST_CASE("wrong password, unknown user and wrong place of the user look alike", "[auth]") {
  Court court;
  CHECK(court.publish("live/cam1", {.user = "cam1", .password = "wrong"}) == Reason::wrong_password);
  CHECK(court.publish("live/cam1", {.user = "cam1"}) == Reason::wrong_password);
  CHECK(court.publish("live/cam1", {.user = "nobody", .password = "s3cret"}) == Reason::wrong_password);
  CHECK(court.publish("live/cam1", {.password = "s3cret"}) == Reason::wrong_password);
  CHECK(court.publish("live/cam1", {.user = "cam1", .password = "s3cret"}, "198.51.100.1:1") ==
        Reason::wrong_password);
  CHECK(court.ask(Action::publish, "live/cam1", {.user = "nobody", .password = "x"}).subject.empty());
}

TEST_CASE("a token decides where there is one", "[auth]") {
  Court court;
  const std::string good = token_for("publish", "live/cam9");
  CHECK(court.publish("live/cam9", {.token = good}) == Reason::token_allowed);
  CHECK(court.ask(Action::publish, "live/cam9", {.token = good}).subject == "a");
  const std::string query = "token=" + good;
  CHECK(court.publish("live/cam9", {.query = query}) == Reason::token_allowed);
  CHECK(court.play("live/cam9", {.token = good}) == Reason::token_for_other);
  CHECK(court.publish("live/cam8", {.token = good}) == Reason::token_for_other);
  CHECK(court.publish("live/cam1", {.user = "cam1", .password = "s3cret", .token = good}) ==
        Reason::token_for_other);
  CHECK(court.publish("live/cam1", {.user = "cam1", .password = "s3cret", .token = "x.y"}) ==
        Reason::bad_token);
  const std::string late = token_for("publish", "live/cam9", today - 61);
  CHECK(court.publish("live/cam9", {.token = late}) == Reason::token_expired);
  const std::string nearly = token_for("publish", "live/cam9", today - 60);
  CHECK(court.publish("live/cam9", {.token = nearly}) == Reason::token_allowed);
}

TEST_CASE("address rules come first and deny wins", "[auth]") {
  Court court;
  CHECK(court.publish("live/any", {}, "10.1.2.3:1") == Reason::address_allowed);
  CHECK(court.publish("live/any", {.user = "cam1", .password = "wrong"}, "10.1.2.3:1") ==
        Reason::address_allowed);
  CHECK(court.publish("live/any", {}, "[::ffff:10.1.2.3]:1") == Reason::address_allowed);
  CHECK(court.publish("live/any", {}, "10.6.6.6:1") == Reason::address_denied);
  CHECK(court.play("live/any", {}, "10.1.2.3:1") == Reason::credentials_needed);
  CHECK(court.play("open/x", {}, "203.0.113.9:1") == Reason::address_denied);
  CHECK(court.play("live/x", {.user = "viewer", .password = "look"}, "203.0.113.9:1") ==
        Reason::address_denied);
  CHECK(court.play("open/x", {}, "[::ffff:203.0.113.9]:1") == Reason::address_denied);
}

TEST_CASE("open streams are open to those who show nothing, or the truth", "[auth]") {
  Court court;
  CHECK(court.play("open/x") == Reason::open_to_all);
  CHECK(court.play("open/x", {.query = "quality=high"}) == Reason::open_to_all);
  CHECK(court.play("open/x/y") == Reason::credentials_needed);
  CHECK(court.publish("open/x") == Reason::credentials_needed);
  CHECK(court.play("open/x", {.user = "cam1", .password = "s3cret"}) == Reason::open_to_all);
  CHECK(court.play("open/x", {.user = "cam1", .password = "wrong"}) == Reason::wrong_password);
  CHECK(court.play("open/x", {.token = "nobody.checked"}) == Reason::bad_token);
}

TEST_CASE("without any rule everything is refused", "[auth]") {
  Court court("{}");
  CHECK(court.play("live/cam") == Reason::credentials_needed);
  CHECK(court.publish("live/cam", {}, "127.0.0.1:1") == Reason::credentials_needed);
  CHECK(court.play("live/cam", {.user = "a", .password = "b"}) == Reason::wrong_password);
  const std::string token = token_for("play", "**");
  CHECK(court.play("live/cam", {.token = token}) == Reason::bad_token);
  CHECK(Judge().decide({Action::play, "live/cam", "127.0.0.1:1", {}, false}, {}).verdict() == Verdict::deny);
}

TEST_CASE("abstain is for those who show nothing, where it is configured", "[auth]") {
  Court court;
  CHECK(court.ask(Action::play, "chain/x", {}).verdict() == Verdict::abstain);
  CHECK(court.ask(Action::publish, "chain/x", {}).verdict() == Verdict::abstain);
  CHECK(court.play("chain/x", {.user = "u", .password = "p"}) == Reason::user_allowed);
  CHECK(court.play("chain/x", {.user = "u", .password = "wrong"}) == Reason::wrong_password);
  CHECK(court.play("chain/x", {.user = "nobody", .password = "p"}) == Reason::wrong_password);
  CHECK(court.play("chain/x", {.token = "t"}) == Reason::bad_token);
  CHECK(court.play("live/x") == Reason::credentials_needed);
}

TEST_CASE("an app's rules stand in place of the others", "[auth]") {
  Court court;
  CHECK(court.play("chain/x", {.user = "viewer", .password = "look"}) == Reason::wrong_password);
  CHECK(court.publish("chain/x", {}, "10.1.2.3:1") == Reason::left_to_others);
}

TEST_CASE("guessing is shut out, also when it hits at last", "[auth]") {
  Court court;
  const Shown wrong{.user = "viewer", .password = "guess"};
  const Shown right{.user = "viewer", .password = "look"};
  for (int i = 0; i < 9; ++i) CHECK_FALSE(court.ask(Action::play, "live/x", wrong).began_block);
  CHECK(court.play("live/x", right) == Reason::user_allowed);
  CHECK(court.ask(Action::play, "live/x", {.token = "x.y"}).began_block);
  CHECK(court.play("live/x", right) == Reason::address_blocked);
  CHECK(court.play("open/x") == Reason::address_blocked);
  CHECK(court.play("live/x", right, "198.51.100.1:1") == Reason::user_allowed);
  court.monotonic += 59s;
  CHECK(court.play("live/x", right) == Reason::address_blocked);
  court.monotonic += 1s;
  CHECK(court.play("live/x", right) == Reason::user_allowed);
}

TEST_CASE("an allowed address is not shut out by its clumsy encoder", "[auth]") {
  Court court;
  for (int i = 0; i < 20; ++i) court.play("live/x", {.user = "a", .password = "b"}, "10.1.2.3:1");
  CHECK(court.play("live/x", {}, "10.1.2.3:1") == Reason::address_blocked);
  CHECK(court.publish("live/x", {}, "10.1.2.3:1") == Reason::address_allowed);
}

TEST_CASE("true tokens for the wrong thing are no guesses", "[auth]") {
  Court court;
  const std::string late = token_for("play", "live/x", today - 1000);
  for (int i = 0; i < 50; ++i) CHECK(court.play("live/x", {.token = late}) == Reason::token_expired);
  for (int i = 0; i < 50; ++i) CHECK(court.play("live/x") == Reason::credentials_needed);
}

TEST_CASE("who comes through a Unix socket is judged as this machine", "[auth]") {
  Court court(R"({"config": {"anonymous": {"play": ["open/**"]},
                             "addresses": {"deny": {"publish": ["127.0.0.0/8"]}}}})");
  CHECK(court.play("open/x", {}, "unix") == Reason::open_to_all);
  CHECK(court.publish("open/x", {}, "unix") == Reason::address_denied);
}

TEST_CASE("what cannot be read is refused, never guessed", "[auth]") {
  Court court;
  CHECK(court.play("open/../live", {}) == Reason::bad_stream);
  CHECK(court.play("open", {}) == Reason::bad_stream);
  CHECK(court.play("open/x", {}, "") == Reason::address_unknown);
  CHECK(court.play("open/x", {}, "unix:/x") == Reason::address_unknown);
  CHECK(court.play("open/x", {.query = "token=%"}) == Reason::bad_credentials);
  CHECK(court.play("open/x", {.query = "user=a&user=b"}) == Reason::bad_credentials);
  const std::string huge(100'000, 'x');
  CHECK(court.play("open/x", {.token = huge}) == Reason::bad_credentials);
  CHECK(court.play("open/x", {.query = huge}) == Reason::bad_credentials);
}

TEST_CASE("a module's own stream is trusted", "[auth]") {
  Judge judge;
  CHECK(judge.decide({Action::publish, "live/x", "", {}, true}, {}).verdict() == Verdict::allow);
}

TEST_CASE("a refused change leaves the rules as they were", "[auth]") {
  Court court;
  CHECK_THROWS_AS(court.judge.adopt(parse_policies(R"({"config": {"anonymous": {"play": ["x"]}}})")),
                  sluice::Error);
  CHECK(court.play("open/x") == Reason::open_to_all);
  court.judge.adopt(parse_policies(R"({"config": {"anonymous": {"play": ["live/x"]}}})"));
  CHECK(court.play("open/x") == Reason::credentials_needed);
  CHECK(court.play("live/x") == Reason::open_to_all);
}

TEST_CASE("what is shown never comes back in subject or sentence", "[auth]") {
  Court court;
  const std::string canary = "C4nary";
  const Shown shown[] = {{.user = canary, .password = canary},
                         {.user = "cam1", .password = canary},
                         {.token = canary},
                         {.query = "token=C4nary.C4nary&user=C4nary"},
                         {.query = "user=C4nary%"}};
  for (const Shown& one : shown) {
    const Decision decision = court.ask(Action::play, "live/x", one);
    CHECK(decision.verdict() == Verdict::deny);
    CHECK(decision.subject.find(canary) == std::string::npos);
    CHECK(words_of(decision.reason).sentence.find(canary) == std::string_view::npos);
  }
}
