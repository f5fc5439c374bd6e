// WebSocket (RFC 6455), the server's side: the opening handshake, frames in, frame headers out. No
// extensions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "wire/refusal.hpp"
#include "wire/request_reader.hpp"

namespace sluice::http {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

inline constexpr std::uint16_t ws_normal = 1000, ws_going_away = 1001, ws_protocol_error = 1002,
                               ws_policy = 1008, ws_too_big = 1009, ws_internal = 1011;

bool asks_websocket(const RequestHead& head);
// The value of Sec-WebSocket-Accept. Fails with 400 or 426 (section 4.2.1).
Refusable<std::string> accept_websocket(const RequestHead& head);

// Header of an unmasked final frame.
std::string ws_frame_header(Opcode opcode, std::uint64_t size);
std::string ws_close_frame(std::uint16_t code, std::string_view reason);

// Frames of a client. What viewers have to say is short: messages are judged and thrown away.
class WebSocketReader {
 public:
  struct Limits {
    std::uint64_t message_bytes = 4096;
    std::uint32_t fragments = 64;  // of one message
    std::uint32_t controls = 256;  // between two calls of forgive
  };
  struct Event {
    Opcode opcode;  // close, ping, pong, or text and binary for a whole message
    std::string payload;
  };

  WebSocketReader() = default;
  explicit WebSocketReader(Limits limits) : limits_(limits) {}

  // At most a few kilobytes at once; events come from poll.
  void feed(std::span<const std::uint8_t> bytes);
  // The next whole one; nothing: more bytes are needed, or it failed.
  std::optional<Event> poll();
  // Not 0: the peer broke the protocol; close with this code.
  std::uint16_t failure() const { return failure_; }
  // Called now and then: pings may begin to count anew.
  void forgive() { controls_ = 0; }

 private:
  std::optional<Event> fail(std::uint16_t code);
  std::optional<Event> take(Opcode opcode, bool final, std::string payload);

  Limits limits_;
  std::string store_;
  std::string message_;
  Opcode message_opcode_ = Opcode::continuation;  // continuation: between messages
  std::uint32_t fragments_ = 0;
  std::uint32_t controls_ = 0;
  std::uint16_t failure_ = 0;
};

}  // namespace sluice::http
