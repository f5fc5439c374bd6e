#include "records.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace sluice::pages {
namespace {

using nlohmann::json;

json page_fields() { return {{"Content-Security-Policy", content_security_policy}}; }

RouteRecord files(const char* name, std::string_view root, const char* index) {
  const json details{
      {"answer", "files"}, {"root", root}, {"index", index}, {"cache_s", 0}, {"headers", page_fields()}};
  return {name, details.dump()};
}

}  // namespace

std::vector<RouteRecord> file_routes(std::string_view root) {
  return {files("GET * /", root, "index.html"), files("GET * /_sluice/www/{rest*}", root, "index.html")};
}

std::string player_details() {
  return json{{"answer", "call"}, {"shared", true}, {"body_bytes", 0}, {"headers", page_fields()}}.dump();
}

bool is_media_path(std::string_view path) {
  constexpr std::array<std::string_view, 15> kinds{"m3u8", "mpd", "flv", "ts",   "mp4",  "m4s", "m4a", "m4v",
                                                   "mp3",  "aac", "ogg", "webm", "webp", "jpg", "vtt"};
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return false;
  return std::find(kinds.begin(), kinds.end(), path.substr(dot + 1)) != kinds.end();
}

std::string call_details() {
  return json{{"answer", "call"},
              {"shared", false},
              {"body_bytes", 0},
              {"timeout_ms", 5000},
              {"headers", {{"Cache-Control", "no-store"}}}}
      .dump();
}

}  // namespace sluice::pages
