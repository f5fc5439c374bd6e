// The answer to one GET whose body has no end: head, then chunked or plain bytes (RFC 9112).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace sluice::bench {

class BodyReader {
 public:
  // False, with error(), when the answer is not 200 or its framing is broken.
  using Sink = std::function<bool(std::span<const std::uint8_t>)>;
  bool feed(std::span<const std::uint8_t> bytes, const Sink& sink);
  const std::string& error() const { return error_; }

 private:
  bool take_head(std::span<const std::uint8_t>& bytes);
  bool take_line(std::span<const std::uint8_t>& bytes);

  std::string line_;  // the head, then each chunk's line
  bool in_body_ = false;
  bool chunked_ = false;
  std::uint64_t left_ = 0;  // of the chunk
  bool after_chunk_ = false;
  std::string error_;
};

}  // namespace sluice::bench
