// What the operator says about the pages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::pages {

// Who is shown which streams are live.
enum class ListPolicy {
  automatic,  // everyone while playing is open to everyone, else this machine
  everyone,
  loopback,
  nobody
};

// An address of a stream that the player page offers to copy.
struct Link {
  std::string name;
  std::string url;  // with {key} and {host}; begins with "/" or "SCHEME://"
};

struct Settings {
  std::string root;  // empty: beside the executable
  ListPolicy list = ListPolicy::automatic;
  std::vector<Link> links;
};

// `text`: what a module is configured with. Throws Error(ARGUMENT) that names the JSON pointer.
Settings parse_settings(std::string_view text);

// The answer to GET /_sluice/api/page: {"links": [{"name": ..., "url": ...}]}.
std::string page_json(const Settings& settings);

}  // namespace sluice::pages
