#include "wire/control.hpp"

#include "sluice/wire/byte_reader.hpp"
#include "sluice/wire/byte_writer.hpp"

namespace sluice::rtmp {
namespace {

std::vector<uint8_t> number(uint32_t value) {
  std::vector<uint8_t> out;
  wire::ByteWriter(out).u32be(value);
  return out;
}

}  // namespace

Result<UserControl> parse_user_control(std::span<const uint8_t> payload) {
  wire::ByteReader in(payload);
  UserControl control;
  control.event = in.u16be();
  if (!in.ok()) return Errc::malformed_control;
  if (control.event > event_ping_response) return control;
  control.value = in.u32be();
  if (control.event == event_set_buffer_length) control.buffer_ms = in.u32be();
  if (!in.ok()) return Errc::malformed_control;
  return control;
}

Result<uint32_t> parse_acknowledgement(std::span<const uint8_t> payload) {
  wire::ByteReader in(payload);
  const uint32_t value = in.u32be();
  if (!in.ok()) return Errc::malformed_control;
  return value;
}

Result<uint32_t> parse_window(std::span<const uint8_t> payload) {
  auto window = parse_acknowledgement(payload);
  if (window && *window == 0) return default_window;
  return window;
}

std::vector<uint8_t> user_control(UserEvent event, uint32_t value) {
  std::vector<uint8_t> out;
  wire::ByteWriter writer(out);
  writer.u16be(event);
  writer.u32be(value);
  return out;
}

std::vector<uint8_t> set_buffer_length(uint32_t stream_id, uint32_t milliseconds) {
  auto out = user_control(event_set_buffer_length, stream_id);
  wire::ByteWriter(out).u32be(milliseconds);
  return out;
}

std::vector<uint8_t> set_chunk_size(uint32_t size) { return number(size & 0x7fffffff); }
std::vector<uint8_t> abort_message(uint32_t chunk_stream_id) { return number(chunk_stream_id); }
std::vector<uint8_t> acknowledgement(uint32_t bytes_received) { return number(bytes_received); }
std::vector<uint8_t> window_ack_size(uint32_t window) { return number(window); }

std::vector<uint8_t> set_peer_bandwidth(uint32_t window) {
  auto out = number(window);
  out.push_back(2);
  return out;
}

}  // namespace sluice::rtmp
