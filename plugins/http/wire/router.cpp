#include "wire/router.hpp"

#include <algorithm>

#include "wire/text.hpp"

namespace sluice::http {
namespace {

// 0: it cannot be read.
Methods read_methods(std::string_view text) {
  if (text == "*") return method_all;
  Methods out = 0;
  for (bool last = false; !last;) {
    const std::size_t bar = text.find('|');
    last = bar == std::string_view::npos;
    const Methods method = method_of(text.substr(0, bar));
    if (method == 0) return 0;
    out |= method;
    if (!last) text.remove_prefix(bar + 1);
  }
  return out & method_get ? out | method_head : out;
}

bool is_host(std::string_view text) {
  if (text == "*") return true;
  if (text.empty() || text.size() > 253) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '[' || c == ']' ||
           c == ':';
  });
}

}  // namespace

Refusable<RouteName> RouteName::parse(std::string_view text) {
  const std::size_t first = text.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : text.find(' ', first + 1);
  if (second == std::string_view::npos)
    return Refusal{400, "a route is called \"METHODS HOST PATTERN\", with single spaces"};
  const Methods methods = read_methods(text.substr(0, first));
  if (methods == 0)
    return Refusal{400, "METHODS are GET POST PUT PATCH DELETE OPTIONS joined by '|', or \"*\""};
  const std::string_view host = text.substr(first + 1, second - first - 1);
  if (!is_host(host)) return Refusal{400, "HOST is \"*\" or a host name in lower case without port"};
  auto pattern = Pattern::parse(text.substr(second + 1));
  if (!pattern) return pattern.error();
  return RouteName{methods, std::string(host), std::move(*pattern)};
}

bool Router::same_place(const Entry& a, const Entry& b) {
  return a.name.host == b.name.host && a.name.pattern.shape() == b.name.pattern.shape();
}

bool Router::goes_before(const Entry& a, const Entry& b) {
  const bool any_a = a.name.host == "*", any_b = b.name.host == "*";
  if (any_a != any_b) return any_b;
  if (a.name.host != b.name.host) return a.name.host < b.name.host;
  return a.name.pattern < b.name.pattern;
}

Router::RouteId Router::add(RouteId id, RouteName name) {
  Entry entry{id, std::move(name)};
  RouteId before = 0;
  for (const Entry& other : entries_)
    if (before == 0 && same_place(other, entry) && (other.name.methods & entry.name.methods))
      before = other.id;
  // After its equals: the first one registered goes first.
  const auto place = std::upper_bound(entries_.begin(), entries_.end(), entry, &Router::goes_before);
  entries_.insert(place, std::move(entry));
  return before;
}

void Router::remove(RouteId id) {
  std::erase_if(entries_, [id](const Entry& entry) { return entry.id == id; });
}

void Router::replace(RouteId id, RouteId by) {
  for (Entry& entry : entries_)
    if (entry.id == id) entry.id = by;
}

Router::Found Router::find(Methods method, std::string_view host,
                           std::span<const std::string> segments) const {
  Found found;
  const Entry* fitting = nullptr;
  for (const Entry& entry : entries_) {
    if (fitting && !same_place(*fitting, entry)) break;
    if (entry.name.host != "*" && entry.name.host != host) continue;
    Params params;
    if (!entry.name.pattern.match(segments, params)) continue;
    fitting = &entry;
    found.allowed |= entry.name.methods;
    if (found.route == 0 && (entry.name.methods & method)) {
      found.route = entry.id;
      found.params = std::move(params);
    }
  }
  return found;
}

}  // namespace sluice::http
