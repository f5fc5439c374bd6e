// The unit RTMP carries: a typed, timestamped run of bytes ("RTMP 1.0" chapter 6).
#pragma once

#include <cstdint>
#include <span>

namespace sluice::rtmp {

enum MessageType : uint8_t {
  type_set_chunk_size = 1,
  type_abort = 2,
  type_acknowledgement = 3,
  type_user_control = 4,
  type_window_ack_size = 5,
  type_set_peer_bandwidth = 6,
  type_audio = 8,
  type_video = 9,
  type_data_amf3 = 15,
  type_shared_object_amf3 = 16,
  type_command_amf3 = 17,
  type_data = 18,
  type_shared_object = 19,
  type_command = 20,
  type_aggregate = 22,
};

inline constexpr uint32_t max_message_length = 0xffffff;  // the field has 24 bits

struct Message {
  uint32_t chunk_stream_id = 0;
  uint32_t timestamp = 0;  // milliseconds, absolute, wraps at 2^32
  uint8_t type = 0;
  uint32_t stream_id = 0;
  std::span<const uint8_t> payload;  // whoever hands out one says how long this stays valid
};

}  // namespace sluice::rtmp
