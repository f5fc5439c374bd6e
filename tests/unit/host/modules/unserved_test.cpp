#include "modules/unserved.hpp"

#include <catch2/catch.hpp>

#include "module_folder.hpp"

using namespace sluice::modules;

namespace {

std::string found(const Json& operator_half, const char* overlay_text = nullptr,
                  const Json& isolation = Json()) {
  Json document = plain_manifest("acme");
  document["operator"] = operator_half;
  if (!isolation.is_null()) document["module"]["isolation"] = isolation;
  const auto manifest = parse_manifest(document.dump(), "/m/acme.json");
  REQUIRE(manifest.has_value());
  std::optional<OperatorHalf> overlay;
  if (overlay_text) overlay = *parse_overlay(overlay_text, "/o/acme.json");
  const auto refusal = find_unserved(*manifest, overlay ? &*overlay : nullptr, overlay ? "/o/acme.json" : "");
  return refusal ? sentence(*refusal, "acme", "1.0.0") : "";
}

}  // namespace

TEST_CASE("what this host does is served") {
  CHECK(found(Json::object()).empty());
  CHECK(found({{"isolation", "in-process"}, {"instances", Json::object()}, {"limits", Json::object()}})
            .empty());
  CHECK(found(Json::object(), nullptr, {"process", "in-process"}).empty());
}

TEST_CASE("what this host does not do is refused, with what was asked and what to do") {
  CHECK(
      found({{"instances", {{"a", Json::object()}, {"b", Json::object()}}}}) ==
      "module acme 1.0.0 REFUSED SL-MAN-005: operator.instances asks for 2 instances of it by name, and this "
      "host runs each module once (/m/acme.json). Remove it, and give the module its settings under "
      "operator.config.");
  CHECK_THAT(found({{"isolation", "process"}}),
             Catch::Contains("operator.isolation asks for a process of its own") &&
                 Catch::Contains("set it to \"in-process\""));
  CHECK_THAT(found({{"limits", {{"memory", 1}}}}), Catch::Contains("operator.limits sets bounds"));
  CHECK_THAT(found(Json::object(), nullptr, {"process"}),
             Catch::Contains("module.isolation allows nothing but a process of its own"));
}

TEST_CASE("an overlay speaks for itself, and instead of the manifest where it says something") {
  CHECK_THAT(found(Json::object(), R"({"isolation": "process"})"),
             Catch::Contains("operator.isolation") && Catch::Contains("(/o/acme.json)"));
  CHECK_THAT(found(Json::object(), R"({"operator": {"limits": {"x": 1}}})"),
             Catch::Contains("(/o/acme.json)"));
  CHECK(found({{"isolation", "process"}}, R"({"isolation": "in-process"})").empty());
  CHECK_THAT(found({{"isolation", "process"}}, R"({"enabled": true})"), Catch::Contains("(/m/acme.json)"));
  CHECK_THAT(found({{"limits", {{"x", 1}}}}, R"({"isolation": "in-process"})"),
             Catch::Contains("(/m/acme.json)"));
}
