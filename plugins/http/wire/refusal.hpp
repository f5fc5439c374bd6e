// Why a request is not served: a status of RFC 9110 section 15 and words for whoever sent it.
#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>

namespace sluice::http {

struct Refusal {
  unsigned status = 400;
  std::string text;  // what was found and what to do about it
};

// Boost's result wants to know how to throw what is not an error code; nobody asks it to.
[[noreturn]] inline void throw_exception_from_error(const Refusal& refusal, const boost::source_location&) {
  throw std::runtime_error(refusal.text);
}

template <class T>
using Refusable = boost::system::result<T, Refusal>;

}  // namespace sluice::http
