#include "settings.hpp"

#include <nlohmann/json.hpp>
#include <sluice/error.hpp>

namespace sluice::rtmp {
namespace {

using Json = nlohmann::json;

struct Range {
  std::int64_t least, most;
};

// The host has checked the schema. What it did not check is refused all the same: converting 1e308 to an
// integer is undefined.
std::int64_t whole_number(const Json& config, const std::string& at, const char* name, std::int64_t otherwise,
                          Range range) {
  if (!config.is_object()) throw Error(SLUICE_STATUS_ARGUMENT, at + ": expected an object");
  const auto found = config.find(name);
  if (found == config.end()) return otherwise;
  const bool fits = found->is_number_integer() && *found >= range.least && *found <= range.most;
  if (fits) return found->get<std::int64_t>();
  throw Error(SLUICE_STATUS_ARGUMENT,
              at + "/" + name + ": expected an integer from " + std::to_string(range.least) + " to " +
                  std::to_string(range.most) + ", found " +
                  (found->is_primitive() ? found->dump().substr(0, 40) : std::string(found->type_name())));
}

AppSettings parse_app(const Json& config, const std::string& at) {
  return {.merge_window =
              std::chrono::milliseconds(whole_number(config, at, "merge_window_ms", 0, {0, 500}))};
}

}  // namespace

Settings parse_settings(std::string_view text) try {
  const auto json = Json::parse(text);
  const auto& config = json.at("config");
  const std::string at = "/config";
  Settings settings;
  settings.handshake_timeout =
      std::chrono::seconds(whole_number(config, at, "handshake_timeout_s", 10, {1, 120}));
  settings.chunk_size_floor = static_cast<std::uint32_t>(
      whole_number(config, at, "chunk_size_floor", settings.chunk_size_floor, {1, 65536}));
  settings.message_limit = static_cast<std::uint32_t>(
      whole_number(config, at, "message_limit_bytes", settings.message_limit, {65536, 16777215}));
  settings.tls = tls::settings_of(config.value("certificate", ""), config.value("certificate_key", ""),
                                  config.value("tls_minimum", ""));
  settings.app_defaults = parse_app(config, at);
  if (const auto apps = json.find("apps"); apps != json.end())
    for (const auto& [name, app] : apps->items())
      settings.apps.emplace(name, parse_app(app, "/apps/" + name));
  return settings;
} catch (const Json::exception& error) {
  throw Error(SLUICE_STATUS_ARGUMENT,
              std::string("the host's configuration cannot be read: ") + error.what());
}

}  // namespace sluice::rtmp
