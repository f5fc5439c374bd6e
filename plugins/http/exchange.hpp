// One request and its answer, without a word about the HTTP version that carries them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "parcel.hpp"
#include "wire/method.hpp"
#include "wire/request_reader.hpp"
#include "wire/response_head.hpp"
#include "wire/router.hpp"
#include "wire/target.hpp"

namespace sluice::http {

struct Request {
  RequestHead head;
  Target target;
  Methods method = 0;
  std::string host;  // lower case, without port
  std::string peer;  // "192.0.2.7:50123", of who asked
  bool secure = false;
  Params params;
  std::string body;

  bool wants_body() const { return method != method_head; }
};

// Where an answer goes. Valid until `end` or `abort`, or until its Answering is destroyed. [lane]
class Responder {
 public:
  virtual ~Responder() = default;
  virtual const Request& request() const = 0;

  // Once, first. A head that has a length is followed by exactly so many bytes, if the request wants a body.
  virtual void begin(ResponseHead head) = 0;
  virtual void send(ParcelRef parcel, std::size_t begin, std::size_t end) = 0;
  void send(ParcelRef parcel) {
    const std::size_t size = parcel->bytes();
    send(std::move(parcel), 0, size);
  }
  // A piece whose framing was made for all of its receivers: chunked or not as `is_chunked` says, or a whole
  // WebSocket message.
  virtual void send_framed(ParcelRef parcel) = 0;
  virtual bool is_chunked() const = 0;
  // Writes what was sent. True: all of it is gone. False: `Answering::resume` will be called, or it has
  // closed.
  virtual bool flush() = 0;
  // The answer is complete.
  virtual void end() = 0;
  // It cannot be completed: the peer must not take what it has for the whole.
  virtual void abort(std::string_view reason) = 0;
};

// What makes an answer that is not complete at once. Destroyed before `end` when the peer has gone.
class Answering {
 public:
  virtual ~Answering() = default;
  // All that was sent is gone, after a flush that said it was not.
  virtual void resume() {}
  // About once a second.
  virtual void tick(std::int64_t /*now*/) {}
  // Bytes that went to the peer since the last time.
  virtual void account(std::uint64_t /*bytes*/) {}
  // The peer of a WebSocket closed it or broke it.
  virtual void hung_up() {}
};

// Answers at once, with text for people: what is the case and what to do about it.
void reply_text(Responder& to, unsigned status, std::string_view text, Fields fields = {});
inline void reply_refusal(Responder& to, const Refusal& refusal) {
  reply_text(to, refusal.status, refusal.text);
}
// Answers at once with a whole body; cuts it to the range asked for if `ranges`.
void reply_body(Responder& to, ResponseHead head, const ParcelRef& body, bool ranges);

}  // namespace sluice::http
