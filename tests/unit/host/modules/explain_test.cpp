#include "modules/explain.hpp"

#include <catch2/catch.hpp>

#include "module_folder.hpp"

using namespace sluice::modules;

namespace {

Json providing(const std::string& id, const std::string& iface) {
  Json manifest = plain_manifest(id);
  manifest["module"]["provides"] = Json::array({{{"iface", iface}, {"minor", 1}}});
  return manifest;
}

Json needing(const std::string& id, const std::string& iface, bool optional) {
  Json manifest = plain_manifest(id);
  manifest["module"]["requires"] =
      Json::array({{{"iface", iface}, {"minor_min", 0}, {"optional", optional}}});
  return manifest;
}

struct House {
  ModuleFolder folder;
  std::vector<Entry> entries;
  std::vector<ModuleStatus> modules;
  const std::vector<HostInterface> host{{"sluice.engine/1", 0}};

  void plan(const Filters& filters = {}) {
    SearchInputs inputs;
    inputs.module_dirs = {folder.at("modules")};
    inputs.drop_in.clear();
    inputs.overlays = folder.at("overlays");
    entries = plan_modules(inputs, sluice::config::default_settings(), filters, test_platform()).entries;
    for (const auto& entry : entries) {
      ModuleStatus status;
      status.id = entry.id;
      status.version = entry.version;
      status.path = entry.path;
      status.state = entry.planned() ? State::serving : entry.state;
      status.rule = entry.rule;
      status.message = entry.message;
      if (entry.planned()) {
        status.life.generation = 1;
        status.life.state = State::serving;
        status.life.remains = Remains::in_use;
      }
      modules.push_back(std::move(status));
    }
  }
  ModuleStatus& of(const std::string& id) {
    for (auto& status : modules) {
      if (status.id == id) return status;
    }
    FAIL("not listed: " << id);
    return modules.front();
  }
};

}  // namespace

TEST_CASE("why a module serves, and who stands on it") {
  House house;
  house.folder.add("modules/acme.meter", providing("acme.meter", "com.acme.metering/1"));
  house.folder.add("modules/acme.user", needing("acme.user", "com.acme.metering/1", false));
  house.plan();
  const Json user = explain("acme.user", house.entries, house.modules, house.host);
  CHECK(user["state"] == "serving");
  CHECK(user["why"] == "it serves in generation 1, enabled by the author");
  CHECK(user["requires"][0]["provided_by"] == Json::array({"acme.meter"}));
  CHECK(explain("acme.meter", house.entries, house.modules, house.host)["provides"] ==
        Json::array({"com.acme.metering/1"}));
  const std::string text = graph_text(graph(house.entries, house.modules, house.host));
  CHECK(text ==
        "host provides sluice.engine/1\n"
        "acme.meter (serving)\n  provides com.acme.metering/1\n"
        "acme.user (serving)\n  needs com.acme.metering/1 from acme.meter\n");
}

TEST_CASE("what is provided more than once is told apart by its name") {
  House house;
  Json manifest = plain_manifest("muxes");
  manifest["module"]["provides"] =
      Json::array({{{"iface", "sluice.packager/1"}, {"minor", 0}, {"name", "one"}},
                   {{"iface", "sluice.packager/1"}, {"minor", 0}, {"name", "two"}}});
  house.folder.add("modules/muxes", manifest);
  house.plan();
  CHECK_THAT(graph_text(graph(house.entries, house.modules, house.host)),
             Catch::Contains("provides sluice.packager/1 (one), sluice.packager/1 (two)"));
}

TEST_CASE("why a module does not run: the whole sentence, and who was outvoted") {
  House house;
  house.folder.add("modules/alone", needing("alone", "com.acme.absent/1", false));
  house.folder.add("modules/off", plain_manifest("off"));
  Filters filters;
  filters.wishes["off"] = false;
  house.plan(filters);
  const Json alone = explain("alone", house.entries, house.modules, house.host);
  CHECK(alone["rule"] == "SL-DEP-001");
  CHECK(alone["why"].get<std::string>().find("com.acme.absent/1") != std::string::npos);
  const Json off = explain("off", house.entries, house.modules, house.host);
  CHECK(off["enabled"]["value"] == false);
  CHECK(off["enabled"]["by"].get<std::string>().starts_with("operator"));
  CHECK(off["enabled"]["outvoted"][0]["by"] == "author");
  CHECK(explain_text(off).find("outvoted: the author enables it") != std::string::npos);
}

TEST_CASE("generations: the one that serves first, then what drains and what is still mapped") {
  House house;
  house.folder.add("modules/acme", plain_manifest("acme"));
  house.plan();
  auto& status = house.of("acme");
  status.life.generation = 3;
  LifePicture draining;
  draining.generation = 2;
  draining.state = State::draining;
  draining.sessions_left = 7;
  LifePicture parked;
  parked.generation = 1;
  parked.state = State::retired;
  parked.remains = Remains::parked;
  status.earlier = {{"1.0.0", draining}, {"0.9.0", parked}};
  status.rule = "SL-ELF-004";
  status.message = "module acme 2.0.0 REFUSED SL-ELF-004: truncated";

  const Json listed = list_of(house.modules);
  REQUIRE(listed[0]["generations"].size() == 3);
  CHECK(listed[0]["state"] == "serving");
  CHECK(listed[0]["rule"] == "SL-ELF-004");
  CHECK(listed[0]["generations"][1]["sessions_left"] == 7);
  CHECK(listed[0]["generations"][2]["code"] == "parked");
  const std::string text = explain_text(explain("acme", house.entries, house.modules, house.host));
  CHECK(text.find("what is there now to replace it was not taken: module acme 2.0.0 REFUSED") !=
        std::string::npos);
  CHECK(text.find("generation 2 (1.0.0): draining, code none, 7 sessions left") != std::string::npos);
}

TEST_CASE("what nobody knows is null") {
  House house;
  house.plan();
  CHECK(explain("ghost", house.entries, house.modules, house.host).is_null());
}
