// Origins: which web pages may use this server from a browser (CORS, Fetch standard; RFC 6455 section 10.2).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "wire/response_head.hpp"
#include "wire/text.hpp"

namespace sluice::http {

struct Origins {
  std::vector<std::string> allowed{"*"};

  bool allow_all() const { return std::find(allowed.begin(), allowed.end(), "*") != allowed.end(); }
  // `host`: of the request; a page of this very server is always allowed.
  bool allow(std::string_view origin, std::string_view host) const {
    if (allow_all()) return true;
    for (const std::string& one : allowed)
      if (equal_but_case(one, origin)) return true;
    const std::size_t at = origin.find("://");
    return at != std::string_view::npos && !host.empty() && equal_but_case(origin.substr(at + 3), host);
  }

  // What goes with an answer to a request that has an Origin.
  void add_fields(std::string_view origin, std::string_view host, Fields& fields) const {
    if (origin.empty()) return;
    if (!allow_all()) fields.emplace_back("Vary", "Origin");
    if (!allow(origin, host)) return;
    fields.emplace_back("Access-Control-Allow-Origin", allow_all() ? "*" : std::string(origin));
    fields.emplace_back("Access-Control-Expose-Headers",
                        "Content-Length, Content-Range, Date, ETag, Link, Location");
  }
};

}  // namespace sluice::http
