#include "modules/describe.hpp"

#include <catch2/catch.hpp>

#include "../config/print_result.hpp"

#include "module_folder.hpp"

using namespace sluice::modules;

namespace {

Plan plan_of(const ModuleFolder& folder, const char* settings_text = "{}") {
  SearchInputs inputs;
  inputs.module_dirs = {folder.at("modules")};
  inputs.drop_in.clear();
  inputs.overlays = folder.at("overlays");
  auto settings = sluice::config::parse_settings(settings_text, folder.at("sluice.json"));
  REQUIRE(settings.has_value());
  return plan_modules(inputs, *settings, {}, test_platform());
}

}  // namespace

TEST_CASE("the list has one entry per manifest found, broken ones under their file's name") {
  ModuleFolder folder;
  folder.add("modules/good", plain_manifest("good"));
  folder.add("modules/sub/stranger", plain_manifest("stranger"), [](ElfSpec& spec) { spec.note.reset(); });
  folder.write("modules/broken.json", "{\"manifest\": 1,");
  folder.write("modules/lonely.json", plain_manifest("lonely", "2.0").dump());
  const Json list = describe_list(plan_of(folder));
  REQUIRE(list.size() == 4);
  for (const Json& entry : list)
    for (const char* key : {"id", "version", "path", "state", "rule", "message"})
      CHECK(entry[key].is_string());
  CHECK(list[0]["id"] == "broken");
  CHECK(list[0]["state"] == "refused");
  CHECK(list[0]["rule"] == "SL-MAN-001");
  CHECK(list[0]["message"].get<std::string>().find("module broken REFUSED SL-MAN-001: 1:16: expected ") == 0);
  CHECK(list[1] == Json{{"id", "good"},
                        {"version", "1.0.0"},
                        {"path", folder.at("modules/good.json")},
                        {"state", "preflighted"},
                        {"rule", ""},
                        {"message", ""}});
  CHECK(list[2]["rule"] == "SL-MAN-004");
  CHECK(list[2]["version"] == "2.0");
  CHECK(list[3]["rule"] == "SL-ABI-001");
  CHECK(list[3]["message"] ==
        "module stranger 1.0.0 REFUSED SL-ABI-001: not one of our modules: it has no SLUICE note (" +
            folder.at("modules/sub/stranger.so") +
            "). Build it with the SDK's module rule, which writes the note.");
  const std::string text = list_text(list);
  CHECK(std::count(text.begin(), text.end(), '\n') == 4);
}

TEST_CASE("inspect tells everything but secrets, and who was outvoted") {
  ModuleFolder folder;
  Json manifest = plain_manifest("acme");
  manifest["module"]["config_schema"] = Json::parse(
      R"({"properties": {"password": {"type": "string", "x-secret": true}, "n": {"type": "integer", "default": 4}}})");
  manifest["module"]["listens"] = Json::array({{{"name", "main"}, {"proto", "tcp"}, {"port", 80}}});
  manifest["operator"] = {{"enabled", false}, {"config", {{"password", "hunter2"}}}};
  folder.add("modules/acme", manifest);
  folder.write("overlays/acme.json", R"({"enabled": true})");
  const Plan plan = plan_of(folder, R"({"modules": {"acme": {"config": {"password": "hunter3"}}}})");
  const Json told = describe_module(*plan.find("acme"));
  CHECK(told["enabled"] == Json::parse(R"({"value": true, "by": "overlay",
      "outvoted": [{"by": "author", "value": true}, {"by": "operator half", "value": false}]})"));
  CHECK(told["config"]["n"] == 4);
  CHECK(told["signed_with"].is_null());
  CHECK(told["log_level"].is_null());
  CHECK(told["listeners"][0]["addresses"] == Json{":80"});
  CHECK(told["library"]["note"]["id"] == "acme");
  CHECK(told.dump().find("hunter") == std::string::npos);
  CHECK(describe_text(told).find("hunter") == std::string::npos);
  CHECK_FALSE(describe_text(told).empty());
}

TEST_CASE("inspect of a file asks nothing of other modules") {
  ModuleFolder folder;
  Json manifest = plain_manifest("acme");
  manifest["module"]["requires"] = Json::array({{{"iface", "com.other/3"}}});
  const std::string path = folder.add("acme", manifest);
  const Json told =
      inspect_file(folder.at("acme.so"), "", sluice::config::default_settings(), test_platform());
  CHECK(told["path"] == path);
  CHECK(told["state"] == "preflighted");
}

TEST_CASE("check tells every rule, and finds the manifest of a library") {
  ModuleFolder folder;
  folder.add("acme", plain_manifest("acme"));
  const Json good = check_file(folder.at("acme.so"), test_platform());
  CHECK(good["verdict"] == "pass");
  CHECK(good["id"] == "acme");
  CHECK(good["findings"].size() > 12);

  Json named = plain_manifest("other");
  named["module"]["targets"] = Json::array({{{"library", "strange-name.so"}}});
  folder.add("other", named, [](ElfSpec& spec) {
    spec.executable_stack = true;
    spec.symbols.clear();
  });
  const Json bad = check_file(folder.at("strange-name.so"), test_platform());
  CHECK(bad["id"] == "other");
  CHECK(bad["verdict"] == "fail");
  std::string failed;
  for (const Json& one : bad["findings"])
    if (one["verdict"] == "fail") failed += one["rule"].get<std::string>() + " ";
  CHECK(failed == "SL-ELF-005 SL-ENT-001 ");

  folder.write("other.so", "text");
  CHECK(check_file(folder.at("other.so"), test_platform())["findings"].back()["rule"] == "SL-MAN-004");

  folder.write("alone/plain.so", "text");
  const Json alone = check_file(folder.at("alone/plain.so"), test_platform());
  CHECK(alone["verdict"] == "fail");
  CHECK(alone["findings"][0]["rule"] == "SL-ELF-001");
  CHECK(alone["findings"][1]["rule"] == "SL-MAN-001");
}

TEST_CASE("check fails for what this host would not serve, though the library is in order") {
  ModuleFolder folder;
  Json manifest = plain_manifest("acme");
  manifest["operator"] = {{"instances", {{"one", Json::object()}}}};
  folder.add("acme", manifest);
  const Json told = check_file(folder.at("acme.so"), test_platform());
  CHECK(told["verdict"] == "fail");
  CHECK(told["findings"].back()["rule"] == "SL-MAN-005");
  CHECK_THAT(told["message"].get<std::string>(), Catch::Contains("operator.instances"));
}

TEST_CASE("the canonical text of a file is that of its `module` part, to the byte") {
  ModuleFolder folder;
  Json manifest = plain_manifest("acme");
  manifest["module"]["targets"] = Json::array({{{"library", "acme.so"}}});
  manifest["operator"] = {{"enabled", true}};
  folder.add("acme", manifest);
  folder.write("acme.json", manifest.dump(2));
  for (const char* file : {"acme.json", "acme.so"})
    CHECK(canonical_module(*load_manifest_of(folder.at(file))) ==
          R"({"abi":{"major":1},"id":"acme","targets":[{"library":"acme.so"}],"version":"1.0.0"})");
  folder.write("broken.json", "{");
  CHECK(load_manifest_of(folder.at("broken.json")).error().refusal.rule == "SL-MAN-001");
}
