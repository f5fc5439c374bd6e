#include <sluice/tls/settings.hpp>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sluice/error.hpp>

using namespace sluice;
using nlohmann::json;

namespace {

json read_json(const std::filesystem::path& path) {
  std::ifstream file(path);
  return json::parse(file);
}

bool listens_with_tls(const json& module) {
  for (const json& listener : module.value("listens", json::array()))
    if (listener.value("tls", false)) return true;
  return false;
}

}  // namespace

TEST_CASE("both files or neither") {
  CHECK_FALSE(tls::settings_of("", "", "1.2").has_value());
  CHECK(tls::settings_of("/c", "/k", "1.3", {"h2"}) == tls::Settings{"/c", "/k", {"h2"}, false});
  CHECK(tls::settings_of("/c", "/k", "")->allow_tls12);
  CHECK_THROWS_WITH(tls::settings_of("/c", "", "1.2"), Catch::Contains("certificate_key is missing"));
  CHECK_THROWS_WITH(tls::settings_of("", "/k", "1.2"), Catch::Contains("certificate is missing"));
}

TEST_CASE("every module that listens with TLS has the settings of the one schema") {
  const json schema = read_json("sdk/tls/settings.schema.json");
  int found = 0;
  for (const auto& file : std::filesystem::directory_iterator("manifests")) {
    const json module = read_json(file.path()).value("module", json::object());
    if (!listens_with_tls(module)) continue;
    ++found;
    INFO(file.path());
    const json& properties = module.at("config_schema").at("properties");
    for (const auto& [name, part] : schema.items()) {
      INFO(name);
      CHECK(properties.value(name, json()) == part);
    }
  }
  CHECK(found >= 2);
}
