#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include <sluice/error.hpp>

#include "auth/policy.hpp"

using namespace sluice::auth;
using nlohmann::json;

namespace {

const char* const whole = R"({"config": {
  "users": [{"name": "cam1", "password": "s3cret", "roles": ["publish"], "streams": ["live/cam1"],
             "addresses": ["10.0.0.0/8", "2001:db8::/32"]},
            {"name": "viewer", "roles": ["play"], "streams": ["live/**"], "password_hash":
             "sha256:Zk3vQ9aT:ece8bce51c0c128fa7c48fe9d677017a82ee4fb6c1519f8aa09638f8b2bcdd0a"}],
  "tokens": {"keys": [{"id": "a", "secret": "0123456789abcdef"}], "leeway_seconds": 5},
  "addresses": {"deny": {"play": ["203.0.113.0/24"]}, "allow": {"publish": ["127.0.0.1", "::1"]}},
  "anonymous": {"play": ["open/*"]},
  "without_credentials": "abstain"}})";

struct Refusal {
  std::string message, hint;
};

Refusal refusal(const std::string& text) {
  try {
    parse_policies(text);
  } catch (const sluice::Error& error) {
    CHECK(error.status() == SLUICE_STATUS_ARGUMENT);
    return {error.what(), error.hint()};
  }
  return {};
}

}  // namespace

TEST_CASE("a whole configuration is read", "[auth]") {
  const Policy policy = parse_policies(whole).everywhere;
  CHECK(policy.users.size() == 2);
  const User& cam = policy.users.at("cam1");
  CHECK((cam.may.publish && !cam.may.play));
  CHECK(cam.from.size() == 2);
  CHECK(cam.streams.at(0).text() == "live/cam1");
  CHECK(policy.users.at("viewer").from.empty());
  CHECK(policy.keys.at(0).id == "a");
  CHECK(policy.leeway == std::chrono::seconds(5));
  CHECK((policy.denied_from.play.size() == 1 && policy.denied_from.publish.empty()));
  CHECK((policy.allowed_from.publish.size() == 2 && policy.allowed_from.play.empty()));
  CHECK((policy.anonymous.play.size() == 1 && policy.anonymous.publish.empty()));
  CHECK(policy.abstain_without_credentials);
  CHECK_FALSE(policy.allows_nothing());
}

TEST_CASE("nothing configured allows nothing", "[auth]") {
  for (const char* text :
       {"{}", R"({"config": {}})", R"({"config": {"users": [], "tokens": {"keys": []}}})"}) {
    const Policy policy = parse_policies(text).everywhere;
    CHECK(policy.allows_nothing());
    CHECK(policy.leeway == std::chrono::seconds(60));
    CHECK_FALSE(policy.abstain_without_credentials);
  }
}

TEST_CASE("an app has its own rules", "[auth]") {
  const Policies policies =
      parse_policies(R"({"config": {}, "apps": {"open": {"anonymous": {"play": ["**"]}}, "a~/b": {}}})");
  CHECK(policies.of_stream("live/cam").allows_nothing());
  CHECK_FALSE(policies.of_stream("open/cam").allows_nothing());
}

TEST_CASE("a bad configuration is refused with pointer and remedy, and no secret in it", "[auth]") {
  struct Row {
    const char* pointer;  // where the bad value is put
    const char* value;
    const char* says;
  };
  const Row rows[] = {
      {"/config", "[]", "/config: expected an object"},
      {"/config/users", "{}", "/config/users: expected a list"},
      {"/config/users/0", "7", "/config/users/0: expected an object"},
      {"/config/users/0", "null", "/config/users/0: expected a user"},
      {"/config/users/0/rolls", "[]", "/config/users/0/rolls: not known here"},
      {"/config/users/0/name", "7", "/config/users/0/name: expected a string"},
      {"/config/users/0/name", "\"\"", "/config/users/0/name: has 0 bytes"},
      {"/config/users/1/name", "\"cam1\"", "/config/users/1/name: this name is taken"},
      {"/config/users/0/password", "null", "/config/users/0: a user has either"},
      {"/config/users/0/password_hash", "\"sha256:hunter2\"", "/config/users/0: a user has either"},
      {"/config/users/1/password_hash", "\"sha256:hunter2\"", "/config/users/1/password_hash: a salt has"},
      {"/config/users/1/password_hash", "\"hunter2\"", "/config/users/1/password_hash: not sha256:SALT:HEX"},
      {"/config/users/1/password_hash", "\"pbkdf2:600000:Zk3vQ9aT:hunter2\"",
       "/config/users/1/password_hash: iterations are from 1000 to 20000"},
      {"/config/users/0/roles", "[]", "/config/users/0/roles: a user needs a role"},
      {"/config/users/0/roles", "null", "/config/users/0/roles: a user needs a role"},
      {"/config/users/0/roles/0", "\"admin\"", "/config/users/0/roles/0: not a role"},
      {"/config/users/0/streams", "[]", "/config/users/0/streams: a user needs at least one stream"},
      {"/config/users/0/streams/0", "\"live\"", "/config/users/0/streams/0: `live`: this matches no stream"},
      {"/config/users/0/streams/0", "\"live/a**\"",
       "/config/users/0/streams/0: `live/a**`: `**` stands alone"},
      {"/config/users/0/addresses/1", "\"10.0.0.1/8\"",
       "/config/users/0/addresses/1: `10.0.0.1/8`: the address has"},
      {"/config/users/0/addresses/1", "\"example.org\"",
       "/config/users/0/addresses/1: `example.org`: not an address"},
      {"/config/tokens/keys/0/id", "\"a.b\"", "/config/tokens/keys/0/id: not the name of a key"},
      {"/config/tokens/keys/0/secret", "\"hunter2\"",
       "/config/tokens/keys/0/secret: a secret of fewer than 16"},
      {"/config/tokens/keys/1", R"({"id": "a", "secret": "hunter2hunter2hunter2"})",
       "/config/tokens/keys/1/id: this id is taken"},
      {"/config/tokens/leeway_seconds", "301", "/config/tokens/leeway_seconds: expected seconds"},
      {"/config/tokens/leeway_seconds", "-1", "/config/tokens/leeway_seconds: expected seconds"},
      {"/config/addresses/deny/watch", "[]", "/config/addresses/deny/watch: not known here"},
      {"/config/addresses/deny/play/0", "\"10.0.0.0/33\"", "/config/addresses/deny/play/0: `10.0.0.0/33`"},
      {"/config/anonymous/play/0", "\"/live/cam\"",
       "/config/anonymous/play/0: `/live/cam`: a pattern has no empty"},
      {"/config/without_credentials", "\"allow\"", "/config/without_credentials: not an answer"},
      {"/apps", "[]", "/apps: expected an object"},
      {"/apps", R"({"a/b": {"users": 1}})", "/apps/a~1b/users: expected a list"},
  };
  for (const Row& row : rows) {
    json config = json::parse(whole);
    config[json::json_pointer(row.pointer)] = json::parse(row.value);
    INFO(row.pointer << " = " << row.value);
    const Refusal said = refusal(config.dump());
    INFO(said.message);
    CHECK(said.message.starts_with(row.says));
    CHECK_FALSE(said.hint.empty());
    CHECK(said.hint.size() < 160);
    CHECK(said.message.size() < 480);
    CHECK((said.message + said.hint).find("hunter2") == std::string::npos);
    CHECK((said.message + said.hint).find("s3cret") == std::string::npos);
  }
  CHECK(refusal("").message.starts_with("/: expected an object"));
  CHECK(refusal("{\"config\"").message.starts_with("/: expected an object"));
}

TEST_CASE("lists are bounded", "[auth]") {
  json config = json::parse(whole);
  for (int i = 0; i < 1025; ++i)
    config["config"]["users"][i] = {
        {"name", "u" + std::to_string(i)}, {"password", "p"}, {"roles", {"play"}}, {"streams", {"**"}}};
  CHECK(refusal(config.dump()).message == "/config/users: has 1025 entries");
  config = json::parse(whole);
  for (int i = 0; i < 9; ++i)
    config["config"]["tokens"]["keys"][i] = {{"id", std::to_string(i)}, {"secret", "0123456789abcdef"}};
  CHECK(refusal(config.dump()).message == "/config/tokens/keys: has 9 entries");
}
