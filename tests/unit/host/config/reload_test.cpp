#include "config/reload.hpp"

#include <catch2/catch.hpp>

using namespace sluice::config;

namespace {

const Json schema = Json::parse(R"({
  "properties": {
    "listen": {"type": "string", "x-reload": "module"},
    "level": {"type": "integer", "x-reload": "live"},
    "unsaid": {"type": "integer"},
    "users": {"type": "object", "x-reload": "live",
              "properties": {"names": {}, "store": {"x-reload": "module"}}}
  }})");

ModuleConfig with(Json effective, Json apps = Json::object()) {
  return {std::move(effective), std::move(apps), {}};
}

}  // namespace

TEST_CASE("a change is live where the innermost word of the schema says so") {
  const auto before = with({{"listen", ":1"}, {"level", 1}, {"users", {{"names", {"a"}}, {"store", "x"}}}});
  auto after = before;
  CHECK(changes_live(schema, before, after));
  after.effective["level"] = 2;
  CHECK(changes_live(schema, before, after));
  after.effective["users"]["names"].push_back("b");
  CHECK(changes_live(schema, before, after));
  SECTION("it says module") { after.effective["listen"] = ":2"; }
  SECTION("it says module further in") { after.effective["users"]["store"] = "y"; }
  SECTION("it says nothing") { after.effective["unsaid"] = 3; }
  CHECK_FALSE(changes_live(schema, before, after));
}

TEST_CASE("an app's own settings count against what it had before, the module's where it had none") {
  const auto before = with({{"level", 1}, {"listen", ":1"}});
  CHECK(changes_live(schema, before, with(before.effective, {{"live", {{"level", 2}, {"listen", ":1"}}}})));
  CHECK_FALSE(
      changes_live(schema, before, with(before.effective, {{"live", {{"level", 1}, {"listen", ":2"}}}})));
}

TEST_CASE("what is in effect after a reload: the host's part as at the start, the modules' anew") {
  const Json before = {{"limits", 1},
                       {"modules", {{"a", 1}}},
                       {"trust", "x"},
                       {"apps", {{"live", {{"grace_ms", 1}, {"modules", {{"a", 1}}}}}}}};
  const Json after = {{"limits", 2},
                      {"modules", {{"b", 1}}},
                      {"apps", {{"live", {{"grace_ms", 2}}}, {"vod", {{"modules", {{"b", 2}}}}}}}};
  CHECK(in_effect(before, after) ==
        Json{{"limits", 1},
             {"modules", {{"b", 1}}},
             {"apps", {{"live", {{"grace_ms", 1}}}, {"vod", {{"modules", {{"b", 2}}}}}}}});
}

TEST_CASE("what only a restart changes is named") {
  const Json before = {{"limits", {{"streams", 5}}},
                       {"modules", {{"a", {{"enabled", true}}}}},
                       {"apps", {{"live", {{"grace_ms", 1}, {"modules", {{"a", 1}}}}}}}};
  Json after = before;
  after["modules"]["a"]["enabled"] = false;
  after["apps"]["live"]["modules"]["a"] = 2;
  after["module_paths"] = {"/x"};
  CHECK(host_changes(before, after).empty());
  after["limits"]["streams"] = 6;
  after["apps"]["live"]["grace_ms"] = 2;
  CHECK(host_changes(before, after) == std::vector<std::string>{"/apps/live/grace_ms", "/limits/streams"});
}
