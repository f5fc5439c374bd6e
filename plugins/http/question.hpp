// The bytes of sluice.http/1's one method: what a handler is asked, and what it answered.
#pragma once

#include <optional>
#include <string>

#include "exchange.hpp"
#include "route.hpp"

namespace sluice::http {

std::string write_question(const Request& request, bool shared);

struct AnswerHead {
  ResponseHead head;
  std::uint32_t cache_ms = 0;
  bool ranges = false;
  std::size_t body_at = 0;  // in the answer's bytes
};

// Throws Error(PROTOCOL): what is wrong with it, for the log and whoever wrote the handler.
AnswerHead read_answer(BytesView answer);

}  // namespace sluice::http
