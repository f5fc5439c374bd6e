// Router: which route answers a request, by the rules of sluice/abi/http.h. Knows nothing of HTTP versions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/method.hpp"
#include "wire/pattern.hpp"

namespace sluice::http {

// The name of a record: "METHODS HOST PATTERN".
struct RouteName {
  Methods methods = 0;
  std::string host;  // "*": any
  Pattern pattern;

  static Refusable<RouteName> parse(std::string_view text);
};

class Router {
 public:
  using RouteId = std::uint64_t;  // never 0

  struct Found {
    RouteId route = 0;    // 0: none; then `allowed` says whether the path is known
    Methods allowed = 0;  // of the pattern that fits the path; 0: no pattern does
    Params params;
  };

  // Returns the route that goes before it with an equal pattern and method, 0: none.
  RouteId add(RouteId id, RouteName name);
  void remove(RouteId id);
  // The same place, another id: what went before it still does.
  void replace(RouteId id, RouteId by);

  // `host` in lower case without port.
  Found find(Methods method, std::string_view host, std::span<const std::string> segments) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    RouteId id;
    RouteName name;
  };
  static bool same_place(const Entry& a, const Entry& b);
  static bool goes_before(const Entry& a, const Entry& b);

  std::vector<Entry> entries_;  // in the order they are asked
};

}  // namespace sluice::http
