#include "settings.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sluice/error.hpp>

namespace sluice::pages {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& pointer, const std::string& what, const std::string& hint) {
  throw Error(SLUICE_STATUS_ARGUMENT, pointer + ": " + what, hint);
}

ListPolicy parse_policy(const std::string& word) {
  if (word == "auto") return ListPolicy::automatic;
  if (word == "everyone") return ListPolicy::everyone;
  if (word == "loopback") return ListPolicy::loopback;
  if (word == "nobody") return ListPolicy::nobody;
  refuse("/config/list", "'" + word + "' is unknown", "write auto, everyone, loopback or nobody");
}

// Letters, then "://": no javascript: or data: gets through.
bool has_scheme(std::string_view url) {
  const std::size_t end = url.find("://");
  if (end == 0 || end == std::string_view::npos) return false;
  return std::all_of(url.begin(), url.begin() + static_cast<std::ptrdiff_t>(end),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

void check_url(const std::string& pointer, std::string_view url) {
  if (!has_scheme(url) && (!url.starts_with('/') || url.starts_with("//")))
    refuse(pointer, "'" + std::string(url) + "' is neither a path of this server nor a URL",
           "write /{key}.flv or rtmp://{host}/{key}");
  for (std::size_t at = url.find('{'); at != std::string_view::npos; at = url.find('{', at + 1)) {
    const std::string_view rest = url.substr(at);
    if (!rest.starts_with("{key}") && !rest.starts_with("{host}"))
      refuse(pointer, "'" + std::string(url) + "' has a '{' that begins no known word",
             "use {key} for the stream, {host} for this server");
  }
  if (url.find("{key}") == std::string_view::npos)
    refuse(pointer, "'" + std::string(url) + "' is the same for every stream", "put {key} into it");
}

Link parse_link(const std::string& pointer, const json& link) {
  Link out{link.at("name").get<std::string>(), link.at("url").get<std::string>()};
  check_url(pointer + "/url", out.url);
  return out;
}

}  // namespace

Settings parse_settings(std::string_view text) try {
  const json all = json::parse(text);
  const json& config = all.at("config");
  Settings out;
  out.root = config.value("root", "");
  if (!out.root.empty() && !out.root.starts_with('/'))
    refuse("/config/root", "'" + out.root + "' is no absolute path",
           "begin it with /, or leave it empty for the folder beside the executable");
  out.list = parse_policy(config.value("list", "auto"));
  const json links = config.value("links", json::array());
  for (std::size_t i = 0; i < links.size(); ++i)
    out.links.push_back(parse_link("/config/links/" + std::to_string(i), links.at(i)));
  return out;
} catch (const json::exception& error) {
  throw Error(SLUICE_STATUS_ARGUMENT,
              std::string("the host's configuration cannot be read: ") + error.what());
}

std::string page_json(const Settings& settings) {
  json links = json::array();
  for (const Link& link : settings.links) links.push_back({{"name", link.name}, {"url", link.url}});
  return json{{"links", links}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace sluice::pages
