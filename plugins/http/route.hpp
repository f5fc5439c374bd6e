// Route: a record of sluice.http/1, read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "wire/response_head.hpp"
#include "wire/router.hpp"

namespace sluice::http {

struct CallRoute {
  bool shared = false;
  std::uint64_t body_bytes = 65536;
  std::int64_t timeout_ns = 30'000'000'000;
};
struct StreamRoute {
  std::string format;
  std::string parameters;  // JSON object
  std::string mime;
  bool websocket = false;
};
struct FilesRoute {
  std::string root;
  std::string index;
  std::uint32_t cache_s = 0;
};

struct Route {
  RouteName name;
  Fields fields;  // that go with each answer
  std::variant<CallRoute, StreamRoute, FilesRoute> answer;
  std::string title;  // the record's name
  std::string owner;  // module id
  std::uint64_t registration = 0;

  std::uint64_t body_limit() const {
    const auto* call = std::get_if<CallRoute>(&answer);
    return call ? call->body_bytes : 0;
  }
};

// Throws Error(ARGUMENT) that names the field and what was expected.
Route read_route(std::string_view name, std::string_view details);

}  // namespace sluice::http
