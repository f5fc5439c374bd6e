#include "wire/control.hpp"

#include <catch2/catch.hpp>

#include "../../../sdk/wire/hex.hpp"

using namespace sluice::rtmp;
using sluice::test::hex;

TEST_CASE("user control messages are read and written alike") {
  CHECK(user_control(event_stream_begin, 1) == hex("0000 00000001"));
  CHECK(set_buffer_length(1, 3000) == hex("0003 00000001 00000bb8"));
  const auto buffer = parse_user_control(set_buffer_length(1, 3000)).value();
  CHECK(buffer.event == event_set_buffer_length);
  CHECK(buffer.value == 1);
  CHECK(buffer.buffer_ms == 3000);
  CHECK(parse_user_control(user_control(event_ping_request, 77)).value().value == 77);
  CHECK(parse_user_control(hex("001a 01")).value().event == 26);  // SWF verification, not ours
}

TEST_CASE("protocol control messages are written as the standard draws them") {
  CHECK(set_chunk_size(60000) == hex("0000ea60"));
  CHECK(set_chunk_size(0xffffffff) == hex("7fffffff"));
  CHECK(abort_message(4) == hex("00000004"));
  CHECK(acknowledgement(0xffffffff) == hex("ffffffff"));
  CHECK(window_ack_size(2'500'000) == hex("002625a0"));
  CHECK(set_peer_bandwidth(2'500'000) == hex("002625a0 02"));
}

TEST_CASE("control messages cut short are dropped, and a window of 0 is the default (R15)") {
  for (const char* bytes : {"", "00", "0000", "0000000000", "0003 00000001"}) {
    CAPTURE(bytes);
    const auto control = parse_user_control(hex(bytes));
    REQUIRE(control.has_error());
    CHECK(verdict_of(control.error()) == Verdict::drop);
  }
  CHECK(parse_acknowledgement(hex("000000")).has_error());
  CHECK(parse_acknowledgement(hex("00000005")).value() == 5);
  CHECK(parse_window(hex("00000000")).value() == default_window);
  CHECK(parse_window(hex("00000400 02")).value() == 1024);
  CHECK(parse_window(hex("00")).has_error());
}
