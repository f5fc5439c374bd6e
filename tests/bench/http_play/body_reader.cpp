#include "body_reader.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::bench {
namespace {

constexpr std::size_t head_limit = 16'384;

}  // namespace

bool BodyReader::feed(std::span<const std::uint8_t> bytes, const Sink& sink) {
  while (!bytes.empty() && error_.empty()) {
    if (!in_body_) {
      if (!take_head(bytes)) break;
    } else if (!chunked_) {
      return sink(bytes);
    } else if (left_ == 0) {
      if (!take_line(bytes)) break;
    } else {
      const std::size_t part = std::min<std::size_t>(left_, bytes.size());
      if (!sink(bytes.first(part))) return false;
      left_ -= part;
      after_chunk_ = left_ == 0;
      bytes = bytes.subspan(part);
    }
  }
  return error_.empty();
}

// False: not whole yet, or wrong.
bool BodyReader::take_head(std::span<const std::uint8_t>& bytes) {
  while (!bytes.empty() && !line_.ends_with("\r\n\r\n") && line_.size() < head_limit) {
    line_ += static_cast<char>(bytes.front());
    bytes = bytes.subspan(1);
  }
  if (!line_.ends_with("\r\n\r\n")) {
    if (line_.size() >= head_limit) error_ = "the answer's head has no end";
    return false;
  }
  if (!line_.starts_with("HTTP/1.1 200 ")) error_ = "refused: " + line_.substr(0, line_.find('\r'));
  std::transform(line_.begin(), line_.end(), line_.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  chunked_ = line_.find("\r\ntransfer-encoding: chunked\r\n") != std::string::npos;
  line_.clear();
  in_body_ = true;
  return error_.empty();
}

bool BodyReader::take_line(std::span<const std::uint8_t>& bytes) {
  while (!bytes.empty() && line_.size() < 64) {
    line_ += static_cast<char>(bytes.front());
    bytes = bytes.subspan(1);
    if (after_chunk_ && line_ == "\r\n") {
      line_.clear();
      after_chunk_ = false;
    }
    if (!line_.ends_with("\r\n")) continue;
    const auto [end, failure] = std::from_chars(line_.data(), line_.data() + line_.size(), left_, 16);
    if (after_chunk_ || failure != std::errc() || *end != '\r')
      error_ = "a chunk's line is broken";
    else if (left_ == 0)
      error_ = "the body ended";
    line_.clear();
    return error_.empty();
  }
  if (line_.size() >= 64) error_ = "a chunk's line has no end";
  return false;
}

}  // namespace sluice::bench
