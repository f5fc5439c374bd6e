#include "records.hpp"

#include <nlohmann/json.hpp>

namespace sluice::pages {
namespace {

using nlohmann::json;

// A page's address may hold a token: it is told to nobody.
json page_fields() {
  return {{"Content-Security-Policy", content_security_policy},
          {"X-Content-Type-Options", "nosniff"},
          {"Referrer-Policy", "no-referrer"}};
}

RouteRecord files(const char* name, std::string_view root, const char* index) {
  const json details{
      {"answer", "files"}, {"root", root}, {"index", index}, {"cache_s", 0}, {"headers", page_fields()}};
  return {name, details.dump()};
}

}  // namespace

std::vector<RouteRecord> file_routes(std::string_view root) {
  return {files("GET * /", root, "index.html"), files("GET * /{key...}", root, "player.html"),
          files("GET * /_sluice/www/{rest*}", root, "index.html")};
}

std::string call_details() {
  return json{{"answer", "call"},
              {"shared", false},
              {"body_bytes", 0},
              {"timeout_ms", 5000},
              {"headers", {{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}}}}
      .dump();
}

}  // namespace sluice::pages
