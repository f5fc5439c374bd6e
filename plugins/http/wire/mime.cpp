#include "wire/mime.hpp"

#include <array>
#include <string>
#include <utility>

#include "wire/text.hpp"

namespace sluice::http {

std::string_view mime_of(std::string_view file_name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 24> known{{
      {"html", "text/html; charset=utf-8"},
      {"htm", "text/html; charset=utf-8"},
      {"css", "text/css; charset=utf-8"},
      {"js", "text/javascript; charset=utf-8"},
      {"mjs", "text/javascript; charset=utf-8"},
      {"json", "application/json"},
      {"map", "application/json"},
      {"txt", "text/plain; charset=utf-8"},
      {"svg", "image/svg+xml"},
      {"png", "image/png"},
      {"jpg", "image/jpeg"},
      {"jpeg", "image/jpeg"},
      {"webp", "image/webp"},
      {"ico", "image/x-icon"},
      {"woff2", "font/woff2"},
      {"wasm", "application/wasm"},
      {"m3u8", "application/vnd.apple.mpegurl"},
      {"mpd", "application/dash+xml"},
      {"ts", "video/mp2t"},
      {"mp4", "video/mp4"},
      {"m4s", "video/iso.segment"},
      {"m4a", "audio/mp4"},
      {"flv", "video/x-flv"},
      {"webm", "video/webm"},
  }};
  const std::size_t dot = file_name.rfind('.');
  if (dot != std::string_view::npos) {
    const std::string suffix = lower(file_name.substr(dot + 1));
    for (const auto& [name, type] : known)
      if (name == suffix) return type;
  }
  return "application/octet-stream";
}

}  // namespace sluice::http
