// Signatures, permissions, drafts and log levels as a plan of real folders decides about them.
#include <catch2/catch.hpp>

#include "../config/print_result.hpp"

#include "module_folder.hpp"
#include "modules/plan.hpp"
#include "signing_key.hpp"

using namespace sluice::modules;

namespace {

struct Terms {
  ModuleFolder folder;

  Plan plan(const std::string& config = "{}") const {
    SearchInputs inputs;
    inputs.module_dirs = {folder.at("first"), folder.at("second")};
    inputs.drop_in.clear();
    inputs.overlays = folder.at("overlays");
    const auto settings = sluice::config::parse_settings(config, folder.at("sluice.json"));
    INFO((settings ? "" : settings.error().front().text()));
    REQUIRE(settings.has_value());
    return plan_modules(inputs, *settings, {}, test_platform());
  }

  // "" when it is planned, else the sentence.
  std::string verdict(const std::string& config = "{}", const std::string& id = "acme") const {
    const Plan made = plan(config);
    const Entry* entry = made.find(id);
    REQUIRE(entry);
    CHECK(entry->planned() == entry->message.empty());
    return entry->message;
  }

  std::string log_level(const std::string& config = "{}") const {
    return plan(config).find("acme")->log_level;
  }

  // Manifest and library, the hash of the one in the other.
  void add_signed(const SigningKey& key, const std::string& name = "first/acme") const {
    Json manifest = plain_manifest("acme");
    folder.add(name, manifest);
    const auto found = plan().entries.front().candidate.preflight.sha256;
    manifest["module"]["targets"] = Json::array({{{"library", "acme.so"}, {"sha256", hex(found)}}});
    folder.write(name + ".json", key.sign(manifest, "k").dump());
  }
};

Json declares(std::vector<std::string> permissions) {
  Json manifest = plain_manifest("acme");
  manifest["module"]["permissions"] = std::move(permissions);
  return manifest;
}

std::string trust(const SigningKey& key, const char* mode) {
  return Json{{"trust", {{"mode", mode}, {"keys", {{"k", key.public_key()}}}}}}.dump();
}

}  // namespace

TEST_CASE("signed mode runs what a known key signed, library and all") {
  const Terms terms;
  const SigningKey key, stranger;
  terms.add_signed(key);
  CHECK(terms.verdict(trust(key, "signed")).empty());
  CHECK(terms.verdict(trust(key, "open")).empty());
  CHECK(terms.verdict(R"({"trust": {"mode": "open"}})").empty());
  CHECK_THAT(terms.verdict(trust(stranger, "signed")),
             Catch::StartsWith("module acme 1.0.0 REFUSED SL-SEC-003: its signature with the key \"k\""));
  CHECK_THAT(terms.verdict(trust(stranger, "open")), Catch::Contains("SL-SEC-003"));
  CHECK_THAT(terms.verdict(R"({"trust": {"mode": "signed"}})"), Catch::Contains("SL-SEC-003"));
}

TEST_CASE("a signed manifest is no use to another library, nor to itself changed") {
  const Terms terms;
  const SigningKey key;
  terms.add_signed(key);
  SECTION("another library") {
    terms.folder.write("first/acme.so", "another");
    CHECK_THAT(terms.verdict(trust(key, "signed")),
               Catch::Contains("SL-ELF-001") || Catch::Contains("SL-SEC-002"));
    CHECK_THAT(terms.verdict(trust(key, "signed")), Catch::Contains("REFUSED"));
  }
  SECTION("changed: that comes before what the library says of it") {
    std::ifstream in(terms.folder.at("first/acme.json"));
    Json manifest = Json::parse(in);
    manifest["module"]["description"] = "of somebody else";
    terms.folder.write("first/acme.json", manifest.dump());
    CHECK_THAT(terms.verdict(trust(key, "signed")), Catch::Contains("REFUSED SL-SEC-003"));
    CHECK_THAT(terms.verdict(trust(key, "open")), Catch::Contains("REFUSED SL-SEC-003"));
    CHECK_THAT(terms.verdict("{}"), Catch::Contains("REFUSED SL-ABI-004"));
  }
}

TEST_CASE("a module that is not trusted shadows none that is") {
  const Terms terms;
  const SigningKey key;
  terms.add_signed(key, "second/acme");
  terms.folder.add("first/acme", plain_manifest("acme", "2.0.0"));
  CHECK(terms.plan(trust(key, "open")).find("acme")->version == "2.0.0");
  const Plan plan = terms.plan(trust(key, "signed"));
  CHECK(plan.find("acme")->version == "1.0.0");
  CHECK(plan.entries[0].rule == "SL-SEC-003");
}

TEST_CASE("a signed manifest without the library's hash proves nothing of it") {
  const Terms terms;
  const SigningKey key;
  const Json manifest = plain_manifest("acme");
  terms.folder.add("first/acme", key.sign(manifest, "k"));
  CHECK_THAT(terms.verdict(trust(key, "signed")),
             Catch::Contains("SL-SEC-003: its signature proves nothing about acme.so"));
  CHECK(terms.verdict(trust(key, "open")).empty());
}

TEST_CASE("permissions: all that are declared, until the operator lists what is granted") {
  const Terms terms;
  terms.folder.add("first/acme", declares({"net.connect", "fs.read:/etc"}));
  CHECK(terms.verdict().empty());
  CHECK(terms.verdict(R"({"modules": {"acme": {"permissions": ["fs.read:/etc", "net.connect", "exec"]}}})")
            .empty());
  CHECK(terms.verdict(R"({"modules": {"acme": {"permissions": ["net.connect"]}}})") ==
        "module acme 1.0.0 REFUSED SL-SEC-004: permission fs.read:/etc is not granted by "
        "modules.acme.permissions (" +
            terms.folder.at("sluice.json") +
            "). To grant it, write into the config file: \"modules\": {\"acme\": {\"permissions\": "
            "[\"net.connect\",\"fs.read:/etc\"]}}.");
  CHECK_THAT(terms.verdict(R"({"modules": {"acme": {"permissions": []}}})"),
             Catch::Contains("permissions net.connect, fs.read:/etc are not granted"));
}

TEST_CASE("a module that asks for nothing needs nothing") {
  const Terms terms;
  terms.folder.add("first/acme", plain_manifest("acme"));
  CHECK(terms.verdict(R"({"modules": {"acme": {"permissions": []}}})").empty());
}

TEST_CASE("a draft runs where somebody allows it, and the heaviest voice wins") {
  const Terms terms;
  Json manifest = plain_manifest("acme");
  manifest["module"]["stability"] = "draft";
  terms.folder.add("first/acme", manifest);
  CHECK_THAT(terms.verdict(), Catch::Contains("REFUSED SL-MAN-006") &&
                                  Catch::Contains("\"modules\": {\"acme\": {\"allow_draft\": true}}"));
  CHECK(terms.verdict(R"({"modules": {"acme": {"allow_draft": true}}})").empty());
  terms.folder.write("overlays/acme.json", R"({"allow_draft": true})");
  CHECK(terms.verdict().empty());
  CHECK_THAT(terms.verdict(R"({"modules": {"acme": {"allow_draft": false}}})"),
             Catch::Contains("SL-MAN-006"));
  terms.folder.write("overlays/acme.json", R"({"enabled": true})");
  manifest["operator"] = {{"allow_draft", true}};
  terms.folder.add("first/acme", manifest);
  CHECK(terms.verdict().empty());
}

TEST_CASE("disabled, it says what would be") {
  const Terms terms;
  terms.folder.add("first/acme", plain_manifest("acme"));
  const Plan plan = terms.plan(R"({"trust": {"mode": "signed"}, "modules": {"acme": {"enabled": false}}})");
  CHECK(plan.entries[0].state == State::disabled);
  CHECK_THAT(plan.entries[0].message, Catch::Contains("it would be refused, SL-SEC-003"));
}

TEST_CASE("a log level of its own comes from the manifest, the overlay or the config file") {
  const Terms terms;
  Json manifest = plain_manifest("acme");
  terms.folder.add("first/acme", manifest);
  CHECK(terms.log_level().empty());
  manifest["operator"] = {{"log_level", "warn"}};
  terms.folder.add("first/acme", manifest);
  CHECK(terms.log_level() == "warn");
  terms.folder.write("overlays/acme.json", R"({"log_level": "debug"})");
  CHECK(terms.log_level() == "debug");
  CHECK(terms.log_level(R"({"modules": {"acme": {"log_level": "off"}}})") == "off");
}
