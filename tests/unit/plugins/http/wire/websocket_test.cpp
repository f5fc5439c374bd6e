#include "wire/websocket.hpp"

#include <catch2/catch.hpp>

using namespace sluice::http;

namespace {

std::string frame(int first, std::string_view payload, bool masked = true) {
  std::string out(1, static_cast<char>(first));
  if (payload.size() < 126) {
    out += static_cast<char>((masked ? 0x80 : 0) | static_cast<int>(payload.size()));
  } else {
    out += static_cast<char>((masked ? 0x80 : 0) | 126);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size() & 0xff);
  }
  if (!masked) return out + std::string(payload);
  const std::string mask = "\x01\x02\x03\x04";
  out += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ mask[i % 4]);
  return out;
}

void feed(WebSocketReader& reader, std::string_view bytes) {
  reader.feed({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

// What comes of these bytes: the last event's payload, or the failure.
std::string outcome(std::string_view bytes) {
  WebSocketReader reader;
  feed(reader, bytes);
  std::string last = "nothing";
  while (const auto event = reader.poll())
    last = std::to_string(static_cast<int>(event->opcode)) + event->payload;
  return reader.failure() ? std::to_string(reader.failure()) : last;
}

RequestHead hello() {
  RequestHead head;
  head.method = "GET";
  head.fields = {{"connection", "keep-alive, Upgrade"},
                 {"upgrade", "WebSocket"},
                 {"sec-websocket-version", "13"},
                 {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  return head;
}

}  // namespace

TEST_CASE("the opening handshake, with the example of RFC 6455 section 1.3") {
  CHECK(asks_websocket(hello()));
  CHECK(accept_websocket(hello()).value() == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  auto head = hello();
  head.fields[2].second = "12";
  CHECK(accept_websocket(head).error().status == 426);
  head = hello();
  head.fields[3].second = "short";
  CHECK(accept_websocket(head).error().status == 400);
  head = hello();
  head.version = 10;
  CHECK(accept_websocket(head).error().status == 400);
}

TEST_CASE("frame headers of each length") {
  CHECK(ws_frame_header(Opcode::binary, 125) == "\x82\x7d");
  CHECK(ws_frame_header(Opcode::binary, 126) == std::string("\x82\x7e\x00\x7e", 4));
  CHECK(ws_frame_header(Opcode::binary, 65536) ==
        std::string("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10));
  CHECK(ws_close_frame(1001, "bye") == std::string("\x88\x05\x03\xe9", 4) + "bye");
  CHECK(ws_close_frame(1001, std::string(500, 'a')).size() == 2 + 125);
}

TEST_CASE("messages, fragments and controls of a client") {
  CHECK(outcome(frame(0x81, "hello")) == "1hello");
  CHECK(outcome(frame(0x82, std::string(300, 'x'))) == "2" + std::string(300, 'x'));
  CHECK(outcome(frame(0x01, "he") + frame(0x89, "ping") + frame(0x80, "llo")) == "1hello");
  CHECK(outcome(frame(0x89, "ping")) == "9ping");
  CHECK(outcome(frame(0x88, "\x03\xe8")) == std::string("8\x03\xe8"));
  WebSocketReader slow;
  std::string seen;
  for (const char byte : frame(0x81, "hello")) {
    feed(slow, std::string_view(&byte, 1));
    if (const auto event = slow.poll()) seen = event->payload;
  }
  CHECK(seen == "hello");
}

TEST_CASE("what a client may not do closes with the right code (row H8)") {
  CHECK(outcome(frame(0x81, "x", false)) == "1002");
  CHECK(outcome(std::string("\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00", 10)) == "1002");
  CHECK(outcome(std::string("\x82\xff\x00\x00\x00\x01\x00\x00\x00\x00", 10)) == "1009");
  CHECK(outcome(frame(0xc1, "x")) == "1002");
  CHECK(outcome(frame(0x83, "x")) == "1002");
  CHECK(outcome(frame(0x8b, "x")) == "1002");
  CHECK(outcome(frame(0x09, "x")) == "1002");
  CHECK(outcome(frame(0x80, "x")) == "1002");
  CHECK(outcome(frame(0x01, "x") + frame(0x81, "y")) == "1002");
  CHECK(outcome(frame(0x89, std::string(126, 'x'))) == "1002");
  CHECK(outcome(frame(0x88, "x")) == "1002");
  CHECK(outcome(frame(0x82, std::string(5000, 'x'))) == "1009");
}

TEST_CASE("floods of pings and of fragments end (row H8)") {
  WebSocketReader pings;
  int count = 0;
  while (pings.failure() == 0 && count < 10'000) {
    feed(pings, frame(0x89, ""));
    while (pings.poll()) {
    }
    ++count;
  }
  CHECK(pings.failure() == 1008);
  WebSocketReader fragments;
  feed(fragments, frame(0x01, "a"));
  for (count = 0; fragments.failure() == 0 && count < 10'000; ++count) {
    feed(fragments, frame(0x00, "a"));
    CHECK_FALSE(fragments.poll().has_value());
  }
  CHECK(fragments.failure() == 1008);
  WebSocketReader patient;
  for (count = 0; count < 1000; ++count) {
    feed(patient, frame(0x89, ""));
    REQUIRE(patient.poll().has_value());
    patient.forgive();
  }
}
