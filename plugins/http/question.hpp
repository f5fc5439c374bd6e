// The bytes of sluice.http/1's one method: what a handler is asked, and what it answered.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "exchange.hpp"
#include "route.hpp"

namespace sluice::http {

// `more`: the word of the answer before, where the body goes on; empty: the first question.
std::string write_question(const Request& request, bool shared, const std::string& more = {});

struct AnswerHead {
  ResponseHead head;
  std::uint32_t cache_ms = 0;
  bool ranges = false;
  std::string more;         // empty: the body ends here
  std::size_t body_at = 0;  // in the answer's bytes
};

// Throws Error(PROTOCOL): what is wrong with it, for the log and whoever wrote the handler.
AnswerHead read_answer(BytesView answer);

// The heads that were read last: what a handler answers to many begins alike. [lane]
class AnswerHeads {
 public:
  using HeadRef = std::shared_ptr<const AnswerHead>;
  // As read_answer.
  HeadRef read(BytesView answer);

 private:
  static constexpr std::size_t text_limit = 2048;

  struct Known {
    std::string text;
    HeadRef head;
  };
  std::array<Known, 8> known_;
  std::size_t next_ = 0;
};

}  // namespace sluice::http
