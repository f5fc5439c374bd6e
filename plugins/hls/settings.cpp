#include "settings.hpp"

#include <string>

#include <sluice/json.hpp>

namespace sluice::hls {

Settings parse_settings(std::string_view text) {
  const Json json(text);
  const auto number = [&](const char* name, std::int64_t otherwise) {
    const std::string pointer = std::string("/config/") + name;
    return json.has(pointer) ? json.integer(pointer) : otherwise;
  };
  Settings settings;
  settings.window.segments = static_cast<std::size_t>(number("window_segments", 12));
  settings.window.time = std::chrono::seconds(number("window_s", 40));
  settings.window.bytes = static_cast<std::uint64_t>(number("window_bytes", 64 << 20));
  settings.linger = std::chrono::seconds(number("linger_s", 30));
  settings.at_publish = json.has("/config/start") && json.text("/config/start") == "publish";
  return settings;
}

}  // namespace sluice::hls
