#include "modules/manifest.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include "../config/print_result.hpp"

#include "module_folder.hpp"

using namespace sluice::modules;

namespace {

Refusal refusal(const std::string& text) {
  const auto parsed = parse_manifest(text, "/m/acme.srt.json");
  return parsed ? Refusal{} : parsed.error().refusal;
}
Refusal refusal(const char* text) { return refusal(std::string(text)); }
Refusal refusal(const Json& manifest) { return refusal(manifest.dump()); }

Json with(const char* pointer, Json value) {
  Json manifest = plain_manifest("acme.srt", "1.4.0");
  manifest[Json::json_pointer(pointer)] = std::move(value);
  return manifest;
}

const Json whole = Json::parse(R"({
  "manifest": 1, "x-note": "free",
  "module": {
    "id": "acme.srt", "version": "1.4.0", "name": "SRT", "vendor": "Acme", "license": "MIT", "description": "d",
    "urls": {"home": "https://x"}, "enabled": false,
    "abi": {"major": 1, "minor_min": 0, "minor_built": 2},
    "targets": [{"os": "linux", "arch": "arm64"},
                {"os": "linux", "arch": "amd64", "libc_min": "2.31", "library": "srt.so", "build_id": "AB",
                 "sha256": "ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789"}],
    "provides": [{"iface": "sluice.transport/1", "minor": 3, "name": "srt", "singleton": true, "priority": 5,
                  "attributes": {"schemes": ["srt"]}}],
    "requires": [{"iface": "sluice.engine/1", "minor_min": 1, "optional": true, "selector": "x"}],
    "conflicts": ["old.srt"], "replaces": ["older.srt"],
    "threads": {"min": 1, "max": 4, "loop": "own"},
    "listens": [{"name": "srt", "proto": "udp", "port": 8890},
                {"name": "tls", "proto": "tcp", "tls": true, "config": "/tls/listen", "port": 99}],
    "endpoints": [{"role": "publish", "url": "srt://{host}"}],
    "permissions": ["net.connect", "fs.read:/etc"], "needs_libs": ["libsrt.so.1"],
    "isolation": ["in-process"], "unload": "clean", "stability": "draft", "config_version": 2,
    "config_schema": {"type": "object", "additionalProperties": false,
                      "properties": {"latency_ms": {"type": "integer", "default": 120}}}
  },
  "signature": {"key_id": "k", "ed25519": "s"},
  "operator": {"enabled": true, "required": true, "prefer": true, "config": {"latency_ms": 5}, "log_level": "debug", "allow_draft": true}
})");

}  // namespace

TEST_CASE("a whole manifest becomes a struct") {
  const auto parsed = parse_manifest(whole.dump(), "/m/acme.srt.json");
  REQUIRE(parsed);
  const Manifest& m = *parsed;
  CHECK(m.id == "acme.srt");
  CHECK(m.folder == "/m");
  CHECK_FALSE(m.enabled);
  CHECK(m.abi.minor_built == 2);
  REQUIRE(m.target("linux", "x86_64"));
  CHECK(m.target("linux", "x86_64")->library == "srt.so");
  CHECK(m.target("linux", "x86_64")->sha256.substr(0, 6) == "abcdef");
  CHECK(m.target("linux", "aarch64")->library == "acme.srt.so");
  CHECK_FALSE(m.target("linux", "riscv64"));
  CHECK(m.provides[0].singleton);
  CHECK(m.provides[0].attributes["schemes"][0] == "srt");
  CHECK(m.requires_[0].optional);
  CHECK(m.threads.max == 4);
  CHECK(m.listens[0].proto == Transport::udp);
  CHECK(m.listens[0].config == "/listen");
  CHECK(m.listens[1].tls);
  CHECK(m.unload == Unload::clean);
  CHECK(m.draft);
  REQUIRE(m.signature);
  CHECK(m.signature->key_id == "k");
  CHECK(m.signature->ed25519 == "s");
  CHECK(m.operator_half.enabled == true);
  CHECK(m.operator_half.allow_draft == true);
  CHECK(m.operator_half.config["latency_ms"] == 5);
  // Every listener can be configured, whatever the author's schema says of it.
  CHECK(m.config_schema["properties"]["listen"]["default"] == ":8890");
  CHECK(m.config_schema["properties"]["tls"]["properties"]["listen"]["default"] == ":99");
  const auto wrong = sluice::config::validate(m.config_schema, {{"listen", {":1", "1935"}}}, {});
  REQUIRE(wrong.size() == 1);
  CHECK(wrong[0].text().find("/listen/1: expected \"ADDRESS:PORT\"") == 0);
}

TEST_CASE("a small manifest has what is left out") {
  const auto parsed = parse_manifest(plain_manifest("acme.srt").dump(), "/m/x.json");
  REQUIRE(parsed);
  CHECK(parsed->enabled);
  CHECK(parsed->target("linux", "x86_64")->library == "acme.srt.so");
  CHECK(parsed->unload == Unload::park);
  CHECK(parsed->isolation == std::vector<std::string>{"in-process"});
  CHECK(parsed->threads.max == 1);
}

// Case 1 of the loader suite.
TEST_CASE("texts that are no manifest") {
  const std::string good = plain_manifest("acme.srt").dump();
  CHECK(refusal(std::string()).rule == "SL-MAN-001");
  CHECK(refusal("\xEF\xBB\xBF" + good).rule == "SL-MAN-001");
  CHECK(refusal("// no comments here\n" + good).rule == "SL-MAN-001");
  CHECK(refusal(good + std::string(300 * 1024, ' ')).rule == "SL-MAN-001");
  CHECK(refusal(std::string(1000, '[')).rule == "SL-MAN-001");
  CHECK(refusal("{\"manifest\": \"\xff\"}").rule == "SL-MAN-001");
  CHECK(refusal(std::string("{\"manifest\":1,\"manifest\":1}")).rule == "SL-MAN-002");
  for (std::size_t length = 0; length < good.size(); ++length)
    CHECK(refusal(good.substr(0, length)).rule == "SL-MAN-001");
  const Refusal told = refusal(std::string("{\n \"manifest\": 1 \"module\": {}}"));
  CHECK(sentence(told, "acme.srt", "") ==
        "module acme.srt REFUSED SL-MAN-001: 2:16: expected `,` or `}`, found `\"` (/m/acme.srt.json). "
        "Correct the "
        "manifest at this place.");
}

// Case 2.
TEST_CASE("JSON that is no manifest") {
  CHECK(refusal(std::string("[]")).rule == "SL-MAN-002");
  CHECK(refusal(with("/module/version", 5)).finding.find("/module/version: expected a string") !=
        std::string::npos);
  CHECK(refusal(with("/module/versoin", "1")).finding.find("/module/versoin: unknown property `versoin`") !=
        std::string::npos);
  Json mistyped = plain_manifest("acme.srt");
  mistyped["module"].erase("version");
  mistyped["module"]["verison"] = "1";
  CHECK(refusal(mistyped).finding.find("did you mean `version`?") != std::string::npos);
  CHECK(refusal(with("/module/abi/major", "1")).rule == "SL-MAN-002");
  CHECK(refusal(with("/module/id", "Acme SRT")).rule == "SL-MAN-002");
  CHECK(refusal(with("/module/provides", Json{{{"iface", "sluice/1"}}})).rule == "SL-MAN-002");
  CHECK(refusal(with("/module/listens", Json{{{"name", "a"}, {"proto", "sctp"}}}))
            .finding.find("one of `tcp`, `udp`") != std::string::npos);
  CHECK(
      refusal(with("/module/config_schema", {{"propertis", 1}})).finding.find("did you mean `properties`?") !=
      std::string::npos);
  CHECK(refusal(with("/module/config_schema", {{"properties", {{"apps", {{"type", "string"}}}}}})).rule ==
        "SL-MAN-002");
  CHECK(refusal(with("/operator/enabled", 1)).rule == "SL-MAN-002");
  CHECK(refusal(with("/manifest", "one")).rule == "SL-MAN-002");
  CHECK(refusal(with("/manifest", 0)).rule == "SL-MAN-002");
  CHECK(refusal(with("/x-anything", {{"goes", true}})).rule.empty());
}

TEST_CASE("a newer format is refused, a newer minor is read with what is known") {
  Json manifest = plain_manifest("acme.srt");
  manifest["manifest"] = 99;
  manifest["module"] = "of another shape";
  CHECK(refusal(manifest).rule == "SL-MAN-003");
  CHECK(refusal(manifest).finding == "manifest format 99, this host reads 1; update the host");
  CHECK(refusal(with("/manifest", "2.1")).rule == "SL-MAN-003");
  CHECK(refusal(with("/manifest", "1.0")).rule.empty());
  Json minor = with("/manifest", "1.7");
  minor["module"]["of_the_future"] = true;
  CHECK(refusal(minor).rule.empty());
  minor["manifest"] = "1.0";
  CHECK(refusal(minor).rule == "SL-MAN-002");
}

// Case 3, the part the text tells.
TEST_CASE("a library has a bare name") {
  for (const char* library :
       {"/usr/lib/libc.so.6", "../x.so", "..", "a/../../x.so", "lib/x.so", ".", "./x.so"}) {
    const Refusal told =
        refusal(with("/module/targets", Json{{{"os", "linux"}, {"arch", "x86_64"}, {"library", library}}}));
    CHECK(told.rule == "SL-MAN-004");
    CHECK(told.finding.find("expected a bare file name") != std::string::npos);
  }
  CHECK(refusal(with("/module/config_schema", "../schema.json")).rule == "SL-MAN-004");
}

TEST_CASE("a broken manifest is known by its file, then by its id") {
  CHECK(parse_manifest("{", "/m/some-file.json").error().id == "some-file");
  const auto known = parse_manifest(with("/module/abi", 5).dump(), "/m/some-file.json");
  CHECK(known.error().id == "acme.srt");
  CHECK(known.error().version == "1.4.0");
  CHECK(parse_manifest(with("/module/id", "../../x").dump(), "/m/some-file.json").error().id == "some-file");
}

TEST_CASE("the canonical hash covers everything the author states but the targets") {
  const Json& module = whole["module"];
  Json other = module;
  other["targets"][0]["sha256"] = std::string(64, '0');
  CHECK(canonical_module_hash(module) == canonical_module_hash(other));
  other["version"] = "1.4.1";
  CHECK(canonical_module_hash(module) != canonical_module_hash(other));
  // By hand: keys sorted, no spaces, UTF-8 as it is.
  CHECK(canonical_module_hash(Json::parse(R"({"version":"1", "id":"ä", "targets":[1]})")) ==
        sha256("{\"id\":\"ä\",\"version\":\"1\"}"));
  // A signature binds the library too.
  CHECK(canonical_module(Json::parse(R"({"version":"1", "id":"ä", "targets":[1]})")) ==
        "{\"id\":\"ä\",\"targets\":[1],\"version\":\"1\"}");
}

TEST_CASE("the schema may be a file of the bundle") {
  ModuleFolder folder;
  Json manifest = plain_manifest("acme.srt");
  manifest["module"]["config_schema"] = "acme.schema.json";
  const std::string path = folder.write("acme.srt.json", manifest.dump());
  CHECK(load_manifest(path).error().refusal.rule == "SL-MAN-004");
  folder.write("acme.schema.json", R"({"type": "object", "properties": {"a": {"default": 1}}})");
  REQUIRE(load_manifest(path));
  CHECK(load_manifest(path)->config_schema["properties"].contains("a"));
  folder.write("acme.schema.json", "{\"type\": ");
  CHECK(load_manifest(path).error().refusal.rule == "SL-MAN-001");
  CHECK(load_manifest(path).error().refusal.path == folder.at("acme.schema.json"));
  CHECK(load_manifest(folder.at("absent.json")).error().refusal.rule == "SL-MAN-001");
}

TEST_CASE("overlays hold the operator's half, wrapped or not") {
  CHECK(parse_overlay(R"({"enabled": false, "config": {"a": 1}})", "/o")->enabled == false);
  CHECK(parse_overlay(R"({"operator": {"required": true}})", "/o")->required == true);
  CHECK(parse_overlay(R"({"enabeld": false})", "/o").error().finding.find("did you mean `enabled`?") !=
        std::string::npos);
  CHECK(parse_overlay("{", "/o").error().rule == "SL-MAN-001");
}

TEST_CASE("the format in the repository is the one built in, and the manifests there keep it") {
  const std::filesystem::path manifests = std::filesystem::path("manifests");
  std::size_t seen = 0;
  for (const auto& file : std::filesystem::directory_iterator(manifests)) {
    if (file.path().extension() != ".json") continue;
    std::ifstream in(file.path());
    std::stringstream text;
    text << in.rdbuf();
    if (file.path().filename() == "module.schema.json") {
      CHECK(Json::parse(text.str()) == manifest_schema());
      CHECK(sluice::config::check_schema(manifest_schema(), {}).empty());
      ++seen;
      continue;
    }
    const auto parsed = parse_manifest(text.str(), file.path().string());
    INFO((parsed ? "" : sentence(parsed.error().refusal, parsed.error().id, "")));
    REQUIRE(parsed);
    CHECK(parsed->id + ".json" == file.path().filename().string());
  }
  CHECK(seen == 1);
}
