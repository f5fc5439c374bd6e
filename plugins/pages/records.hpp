// The routes of the pages, as records of sluice.http/1 (sluice/abi/http.h says what stands in them).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::pages {

struct RouteRecord {
  std::string name;     // "GET * /"
  std::string details;  // JSON
};

// Everything from this server, and nothing inline. blob: is what Media Source Extensions make; the players'
// workers are files of ours.
inline constexpr std::string_view content_security_policy =
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "media-src 'self' blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action "
    "'none'; "
    "frame-ancestors 'self'";

// The list and the files of the pages, all below `root`.
std::vector<RouteRecord> file_routes(std::string_view root);

// The page of a stream. It gives way to every more specific route, so /live/cam.flv stays what it is while
// somebody serves it. Where nobody does, it must not turn into a page: players would take that for media.
inline constexpr const char* player_route = "GET * /{key...}";
std::string player_details();
bool is_media_path(std::string_view path);

inline constexpr const char* streams_route = "GET * /_sluice/api/streams";
inline constexpr const char* stream_route = "GET * /_sluice/api/streams/{key...}";
inline constexpr const char* page_route = "GET * /_sluice/api/page";

// Of the three above: answered by the module, which must see who asks.
std::string call_details();

}  // namespace sluice::pages
