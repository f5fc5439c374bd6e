// Why the engine refuses. The numbers are those of the C status codes, so the boundary only casts.
#pragma once

#include <boost/system/error_code.hpp>
#include <cstdint>
#include <sluice/result.hpp>
#include <string>

namespace sluice::engine {

enum class Errc : std::int32_t {
  ok = 0,
  argument = -1,
  state = -2,
  not_found = -3,
  busy = -4,
  denied = -5,
  not_supported = -6,
  limit = -7,
  no_memory = -8,
  io = -9,
  media = -11,
  cancelled = -12,
  timeout = -13,
  gone = -14,
};

error_code make_error_code(Errc code);

// A refusal with its words: what was found, what was expected, and what to do about it.
struct Failure {
  Errc code = Errc::ok;
  std::string message;
  std::string hint;
};

}  // namespace sluice::engine

template <>
struct boost::system::is_error_code_enum<sluice::engine::Errc> : std::true_type {};
