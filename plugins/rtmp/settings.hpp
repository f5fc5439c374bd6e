// The module's configuration as it came from the host, in types.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <sluice/tls/settings.hpp>
#include <string>
#include <string_view>

namespace sluice::rtmp {

struct AppSettings {
  std::chrono::milliseconds merge_window{0};
};

struct Settings {
  std::optional<tls::Settings> tls;  // none: no RTMPS
  std::chrono::seconds handshake_timeout{10};
  std::uint32_t chunk_size_floor = 128;
  std::uint32_t message_limit = 8u << 20;
  AppSettings app_defaults;
  std::map<std::string, AppSettings, std::less<>> apps;

  // An app that is not named has the defaults.
  const AppSettings& app(std::string_view name) const {
    const auto found = apps.find(name);
    return found == apps.end() ? app_defaults : found->second;
  }
};

// `json`: {"config": {...}, "apps": {NAME: {...}}}, already checked against the manifest's schema.
// Throws sluice::Error.
Settings parse_settings(std::string_view json);

}  // namespace sluice::rtmp
