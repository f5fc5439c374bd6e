#include "settings.hpp"

#include <nlohmann/json.hpp>
#include <sluice/error.hpp>

namespace sluice::rtmp {
namespace {

AppSettings parse_app(const nlohmann::json& config) {
  return {.merge_window = std::chrono::milliseconds(config.value("merge_window_ms", 0))};
}

}  // namespace

Settings parse_settings(std::string_view text) try {
  const auto json = nlohmann::json::parse(text);
  const auto& config = json.at("config");
  Settings settings;
  settings.handshake_timeout = std::chrono::seconds(config.value("handshake_timeout_s", 10));
  settings.chunk_size_floor = config.value("chunk_size_floor", settings.chunk_size_floor);
  settings.message_limit = config.value("message_limit_bytes", settings.message_limit);
  settings.app_defaults = parse_app(config);
  if (const auto apps = json.find("apps"); apps != json.end())
    for (const auto& [name, app] : apps->items()) settings.apps.emplace(name, parse_app(app));
  return settings;
} catch (const nlohmann::json::exception& error) {
  throw Error(SLUICE_STATUS_ARGUMENT,
              std::string("the host's configuration cannot be read: ") + error.what());
}

}  // namespace sluice::rtmp
