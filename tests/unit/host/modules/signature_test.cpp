#include "modules/signature.hpp"

#include <catch2/catch.hpp>

#include "../config/print_result.hpp"

#include "module_folder.hpp"
#include "signing_key.hpp"

using namespace sluice::modules;
using sluice::config::TrustMode;
using sluice::config::TrustSettings;

namespace {

const Digest library_hash = sha256("the library");

Json unsigned_manifest() {
  Json manifest = plain_manifest("acme.srt", "1.4.0");
  manifest["module"]["targets"] = Json::array({{{"library", "srt.so"}, {"sha256", hex(library_hash)}}});
  return manifest;
}

Manifest parsed(const Json& manifest) {
  auto read = parse_manifest(manifest.dump(), "/m/acme.srt.json");
  REQUIRE(read.has_value());
  return std::move(*read);
}

struct Trust {
  SigningKey key, stranger;
  TrustSettings open, closed;

  Trust() {
    open.keys = {{"acme", key.public_key()}};
    closed = open;
    closed.mode = TrustMode::signed_only;
  }

  static std::string verdict(const Json& manifest, const TrustSettings& trust) {
    const auto refusal = judge_signature(parsed(manifest), trust);
    if (!refusal) return "";
    CHECK(refusal->rule == "SL-SEC-003");
    CHECK(refusal->path == "/m/acme.srt.json");
    return refusal->finding + ". " + refusal->remedy;
  }
};

std::string coverage(const Json& manifest, const Preflight& library, const TrustSettings& trust) {
  const auto refusal = judge_coverage(parsed(manifest), library, trust);
  return refusal ? refusal->rule + " " + refusal->finding + ". " + refusal->remedy : "";
}

}  // namespace

TEST_CASE("signed mode takes what a known key signed") {
  const Trust trust;
  const Json good = trust.key.sign(unsigned_manifest(), "acme");
  CHECK(trust.verdict(good, trust.closed).empty());
  CHECK(trust.verdict(good, trust.open).empty());
  // The operator's half is the user's, and how the text is laid out means nothing.
  Json edited = good;
  edited["operator"] = {{"enabled", false}};
  CHECK(trust.verdict(edited, trust.closed).empty());
  auto spaced = parse_manifest(good.dump(4), "/m/acme.srt.json");
  REQUIRE(spaced);
  CHECK_FALSE(judge_signature(*spaced, trust.closed));
}

TEST_CASE("no signature: the line that lets it in is printed") {
  Trust trust;
  CHECK(trust.verdict(unsigned_manifest(), trust.open).empty());
  CHECK(
      trust.verdict(unsigned_manifest(), trust.closed) ==
      "it is not signed, and trust.mode is \"signed\". Install a signed package, or let it in with this line "
      "of the config file: \"trust\": {\"allow_unsigned\": [\"acme.srt\"]}.");
  trust.closed.allow_unsigned = {"other"};
  CHECK_THAT(trust.verdict(unsigned_manifest(), trust.closed),
             Catch::Contains("\"trust\": {\"allow_unsigned\": [\"other\",\"acme.srt\"]}."));
  trust.closed.allow_unsigned.push_back("acme.srt");
  CHECK(trust.verdict(unsigned_manifest(), trust.closed).empty());
}

TEST_CASE("a key nobody here knows: named in signed mode, ignored in open mode") {
  Trust trust;
  const Json strange = trust.stranger.sign(unsigned_manifest(), "some\nbody");
  CHECK(trust.verdict(strange, trust.open).empty());
  const std::string told = trust.verdict(strange, trust.closed);
  CHECK_THAT(told,
             Catch::StartsWith("it is signed with the key \"some\\nbody\", which trust.keys does not name"));
  CHECK_THAT(told, Catch::Contains("\"trust\": {\"allow_unsigned\": [\"acme.srt\"]}"));
  trust.closed.allow_unsigned = {"acme.srt"};
  CHECK(trust.verdict(strange, trust.closed).empty());
}

TEST_CASE("a signature of a known key that does not fit is refused in every mode") {
  Trust trust;
  const Json good = trust.key.sign(unsigned_manifest(), "acme");
  Json changed = good;
  SECTION("the author's half") { changed["module"]["version"] = "1.4.1"; }
  SECTION("the hash of the library") {
    changed["module"]["targets"][0]["sha256"] = hex(sha256("another library"));
  }
  SECTION("something left out") { changed["module"].erase("targets"); }
  SECTION("by somebody else, in the name of the key") {
    changed = trust.stranger.sign(unsigned_manifest(), "acme");
  }
  SECTION("not base64 of 64 bytes") {
    changed["signature"]["ed25519"] = GENERATE(as<std::string>(), "AAAA", "no signature", "=");
  }
  const std::string told = "its signature with the key \"acme\" does not fit";
  CHECK_THAT(trust.verdict(changed, trust.closed), Catch::StartsWith(told));
  CHECK_THAT(trust.verdict(changed, trust.open), Catch::StartsWith(told));
  trust.closed.allow_unsigned = {"acme.srt"};
  CHECK_THAT(trust.verdict(changed, trust.closed), Catch::StartsWith(told));
}

TEST_CASE("in signed mode the signature must cover what runs") {
  Trust trust;
  Preflight library;
  library.library = "/m/srt.so";
  library.sha256 = library_hash;
  const Json bound = unsigned_manifest();
  CHECK(coverage(bound, library, trust.closed).empty());

  Json loose = bound;
  loose["module"]["targets"][0].erase("sha256");
  CHECK_THAT(
      coverage(loose, library, trust.closed),
      Catch::StartsWith("SL-SEC-003 its signature proves nothing about srt.so: no target of the manifest "
                        "has its sha256, " +
                        hex(library_hash)));
  CHECK_THAT(coverage(plain_manifest("acme.srt"), library, trust.closed), Catch::Contains("no target"));
  CHECK(coverage(loose, library, trust.open).empty());

  Json outside = bound;
  outside["module"]["config_schema"] = "acme.schema.json";
  CHECK_THAT(coverage(outside, library, trust.closed), Catch::Contains("nothing about acme.schema.json"));

  Preflight bundle = library;
  bundle.bundled = {{"libdep.so.1", "/m/libdep.so.1", sha256("dep")}};
  CHECK_THAT(coverage(bound, bundle, trust.closed), Catch::Contains("nothing about libdep.so.1"));
  trust.closed.allow_unsigned = {"acme.srt"};
  CHECK(coverage(bound, bundle, trust.closed).empty());
  CHECK(coverage(loose, library, trust.closed).empty());
}
