// RequestReader: HTTP/1.x requests out of bytes (RFC 9112), over Beast's parser. One request at a time: what
// was pipelined behind it stays in store until `next`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/refusal.hpp"

namespace sluice::http {

struct RequestLimits {
  std::uint32_t header_bytes = 16 * 1024;  // request line and fields together: 431, the line alone: 414
  std::uint32_t target_bytes = 8 * 1024;   // 414
  std::uint32_t fields = 100;              // 431
};

struct RequestHead {
  std::string method;
  std::string target;
  unsigned version = 11;                                    // 10 or 11
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case, in the order they came
  bool keep_alive = true;
  bool has_body = false;
  bool expects_continue = false;

  // Equal names joined by ", " (RFC 9110 section 5.3); nothing when there is none.
  std::optional<std::string> field(std::string_view name) const;
};

class RequestReader {
 public:
  enum class Stage {
    head,    // more bytes are needed
    chosen,  // the head is there: take_body decides what becomes of the body
    body,    // more bytes are needed
    done,    // the request is complete
    failed   // no more can be read from this peer
  };

  explicit RequestReader(RequestLimits limits = {});
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Takes bytes and reads on. What is in store is at most one head, or one read of the socket more than that.
  Stage feed(std::span<const std::uint8_t> bytes);
  Stage stage() const { return stage_; }
  // After `chosen`: read the body, up to so many bytes (413).
  Stage take_body(std::uint64_t limit);
  // After `done`: on to the next request, perhaps in store already.
  Stage next();

  const RequestHead& head() const { return head_; }
  const std::string& body() const { return body_; }
  const Refusal& refusal() const { return refusal_; }  // after `failed`
  // Nothing of the next request has come yet.
  bool is_idle() const { return stage_ == Stage::head && store_.empty() && !begun_; }
  std::size_t stored() const { return store_.size(); }
  // Bytes behind a request that became something else (WebSocket).
  std::string take_rest() { return std::exchange(store_, {}); }

 private:
  class Parser;
  friend class Parser;

  Stage read();
  Stage fail(unsigned status, std::string text);
  Stage fail_by(int parser_error, std::string_view message);
  Stage judge_head();
  void restart();

  const RequestLimits limits_;
  std::unique_ptr<Parser> parser_;
  std::string store_;
  RequestHead head_;
  std::string body_;
  std::uint64_t body_limit_ = 0;
  std::uint64_t trailing_bytes_ = 0;  // of chunk framing, which is bounded as heads are
  Refusal refusal_;
  Stage stage_ = Stage::head;
  bool begun_ = false;
};

}  // namespace sluice::http
