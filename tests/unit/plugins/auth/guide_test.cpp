// The user's guide says only what is true: its configuration is read, its shell lines make what it says.
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include <sluice/error.hpp>

#include "auth/judge.hpp"

using namespace sluice::auth;
using nlohmann::json;

namespace {

const std::filesystem::path root = ".";  // tests run from the repository's root

std::string file_text(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

std::vector<std::string> blocks(const std::string& page, const std::string& language) {
  std::vector<std::string> out;
  const std::string open = "```" + language + "\n";
  for (std::size_t at = 0; (at = page.find(open, at)) != std::string::npos;) {
    at += open.size();
    const std::size_t end = page.find("```", at);
    out.push_back(page.substr(at, end - at));
    at = end + 3;
  }
  return out;
}

std::vector<std::string> lines_of_shell(const std::string& script) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(script.c_str(), "r"), ::pclose);
  REQUIRE(pipe);
  std::string text;
  for (char c; std::fread(&c, 1, 1, pipe.get()) == 1;) text += c;
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("the guide's configuration does what the guide says", "[auth]") {
  const auto examples = blocks(file_text(root / "docs/auth.md"), "json");
  REQUIRE(examples.size() == 1);
  json config = json::parse(examples[0]).at("modules").at("auth").at("config");
  Judge judge;
  CHECK_THROWS_AS(parse_policies(json{{"config", config}}.dump()),
                  sluice::Error);  // nothing secret is shipped
  config["users"][0]["password"] = "a-long-random-password";
  config["users"][1]["password_hash"] =
      "sha256:Zk3vQ9aT:ece8bce51c0c128fa7c48fe9d677017a82ee4fb6c1519f8aa09638f8b2bcdd0a";
  config["tokens"]["keys"][0]["secret"] = "0123456789abcdef";
  judge.adopt(parse_policies(json{{"config", config}}.dump()));
  const auto ask = [&](Action action, const char* key, const char* from, const Shown& shown = {}) {
    return judge.decide({action, key, from, shown, false}, {}).reason;
  };
  const Shown cam{.query = "user=cam1&pass=a-long-random-password"};
  const Shown studio{.user = "studio", .password = "open sesame"};
  CHECK(ask(Action::publish, "live/cam1", "198.51.100.1:1", cam) == Reason::user_allowed);
  CHECK(ask(Action::publish, "live/cam2", "198.51.100.1:1", cam) == Reason::user_not_permitted);
  CHECK(ask(Action::publish, "live/a/b", "192.0.2.9:1", studio) == Reason::user_allowed);
  CHECK(ask(Action::publish, "live/a/b", "198.51.100.1:1", studio) == Reason::wrong_password);
  CHECK(ask(Action::publish, "live/x", "10.1.2.3:1") == Reason::address_allowed);
  CHECK(ask(Action::play, "open/x", "203.0.113.1:1") == Reason::address_denied);
  CHECK(ask(Action::play, "open/x", "198.51.100.1:1") == Reason::open_to_all);
  CHECK(ask(Action::play, "live/x", "198.51.100.1:1") == Reason::credentials_needed);
}

TEST_CASE("the guide's shell lines make passwords and tokens", "[auth]") {
  if (std::system("command -v openssl >/dev/null 2>&1") != 0) {
    WARN("no openssl command here: the fixed values of the other tests have to do");
    return;
  }
  const auto scripts = blocks(file_text(root / "docs/auth.md"), "sh");
  REQUIRE(scripts.size() == 2);
  const auto hashes = lines_of_shell("PASSWORD='open sesame'\n" + scripts[0]);
  REQUIRE(hashes.size() == 2);
  for (const std::string& hash : hashes) {
    INFO(hash);
    CHECK(StoredPassword::parse_hash(hash).value().matches("open sesame", 0));
  }
  const TokenKey key{"a", "0123456789abcdef"};
  const auto tokens = lines_of_shell("SECRET='" + key.secret + "'\n" + scripts[1]);
  REQUIRE(tokens.size() == 1);
  const auto token = open_token({&key, 1}, tokens[0]);
  REQUIRE(token.has_value());
  CHECK(token->claims.streams.text() == "live/cam1");
  CHECK(token->claims.action == Action::publish);
}

TEST_CASE("the manifest's schema names what is read, off by default, secrets marked", "[auth]") {
  const json module = json::parse(file_text(root / "manifests/auth.json")).at("module");
  CHECK(module.at("enabled") == false);
  const json& properties = module.at("config_schema").at("properties");
  json everything = {{"users", json::array()},
                     {"tokens", {{"keys", json::array()}, {"leeway_seconds", 60}}},
                     {"addresses", json::object()},
                     {"anonymous", {{"publish", json::array()}, {"play", json::array()}}},
                     {"without_credentials", "deny"}};
  CHECK_NOTHROW(parse_policies(json{{"config", everything}}.dump()));
  for (const auto& [name, value] : everything.items()) CHECK(properties.contains(name));
  for (const auto& [name, value] : properties.items()) {
    CHECK(everything.contains(name));
    CHECK(value.at("x-reload") == "live");
  }
  const json& user = properties.at("users").at("items").at("properties");
  CHECK(user.at("password").at("x-secret") == true);
  CHECK(user.at("password_hash").at("x-secret") == true);
  CHECK(properties.at("tokens")
            .at("properties")
            .at("keys")
            .at("items")
            .at("properties")
            .at("secret")
            .at("x-secret") == true);
}
