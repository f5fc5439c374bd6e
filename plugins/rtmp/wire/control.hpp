// Protocol control messages ("RTMP 1.0" 5.4) and user control messages (7.1.7): payloads in and out. They
// travel on chunk stream 2, message stream 0.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "wire/error.hpp"

namespace sluice::rtmp {

inline constexpr uint32_t control_chunk_stream = 2;
inline constexpr uint32_t default_window = 2'500'000;

enum UserEvent : uint16_t {
  event_stream_begin = 0,
  event_stream_eof = 1,
  event_stream_dry = 2,
  event_set_buffer_length = 3,
  event_stream_is_recorded = 4,
  event_ping_request = 6,
  event_ping_response = 7,
};

struct UserControl {
  uint16_t event = 0;      // events we do not know pass through with value 0
  uint32_t value = 0;      // stream id, or the time in a ping
  uint32_t buffer_ms = 0;  // of event_set_buffer_length
};

// These fail with Errc::malformed_control, which drops the message.
Result<UserControl> parse_user_control(std::span<const uint8_t> payload);
Result<uint32_t> parse_acknowledgement(std::span<const uint8_t> payload);
// Window acknowledgement size, and the window of a set peer bandwidth. 0 means default_window.
Result<uint32_t> parse_window(std::span<const uint8_t> payload);

std::vector<uint8_t> user_control(UserEvent event, uint32_t value);
std::vector<uint8_t> set_buffer_length(uint32_t stream_id, uint32_t milliseconds);
std::vector<uint8_t> set_chunk_size(uint32_t size);
std::vector<uint8_t> abort_message(uint32_t chunk_stream_id);
std::vector<uint8_t> acknowledgement(uint32_t bytes_received);
std::vector<uint8_t> window_ack_size(uint32_t window);
std::vector<uint8_t> set_peer_bandwidth(uint32_t window);  // limit type dynamic

}  // namespace sluice::rtmp
