#include "sluice/media/opus.hpp"

#include <algorithm>
#include <array>

#include "sluice/wire/byte_reader.hpp"
#include "sluice/wire/byte_writer.hpp"

namespace sluice::media {
namespace {

bool mapping_is_sound(const OpusConfig& config) {
  const unsigned decoded = config.streams + config.coupled_streams;
  if (config.streams == 0 || config.coupled_streams > config.streams || decoded > 255) return false;
  return std::ranges::all_of(config.mapping, [&](uint8_t index) { return index < decoded || index == 255; });
}

}  // namespace

Result<OpusConfig> parse_opus_config(std::span<const uint8_t> head) {
  wire::ByteReader in(head);
  OpusConfig config;
  const bool magic = in.text(8) == "OpusHead";
  const uint8_t version = in.u8();
  config.channels = in.u8();
  config.pre_skip = in.u16le();
  config.input_rate = in.u32le();
  config.gain = static_cast<int16_t>(in.u16le());
  config.mapping_family = in.u8();
  if (!in.ok()) return Errc::truncated;
  if (!magic || version >> 4 != 0 || config.channels == 0) return Errc::malformed;
  if (config.mapping_family == 0) {
    config.coupled_streams = config.channels - 1;
    if (config.channels > 2) return Errc::malformed;
    return config;
  }
  config.streams = in.u8();
  config.coupled_streams = in.u8();
  const auto mapping = in.bytes(config.channels);
  if (!in.ok()) return Errc::truncated;
  config.mapping.assign(mapping.begin(), mapping.end());
  if (!mapping_is_sound(config)) return Errc::malformed;
  return config;
}

std::vector<uint8_t> serialise_opus_config(const OpusConfig& config) {
  std::vector<uint8_t> head;
  wire::ByteWriter out(head);
  out.text("OpusHead");
  out.u8(1);
  out.u8(config.channels);
  out.u16le(config.pre_skip);
  out.u32le(config.input_rate);
  out.u16le(static_cast<uint16_t>(config.gain));
  out.u8(config.mapping_family);
  if (config.mapping_family != 0) {
    out.u8(config.streams);
    out.u8(config.coupled_streams);
    out.bytes(config.mapping);
  }
  return head;
}

Result<uint32_t> opus_packet_samples(std::span<const uint8_t> packet) {
  if (packet.empty()) return Errc::truncated;
  // Table 2: SILK 10/20/40/60 ms, hybrid 10/20 ms, CELT 2.5/5/10/20 ms.
  constexpr std::array<uint32_t, 4> silk = {480, 960, 1920, 2880};
  const unsigned mode = packet[0] >> 3;
  const uint32_t frame = mode < 12 ? silk[mode & 3] : mode < 16 ? 480u << (mode & 1) : 120u << (mode & 3);
  uint32_t frames = 2;
  if ((packet[0] & 3) == 0) frames = 1;
  if ((packet[0] & 3) == 3) {
    if (packet.size() < 2) return Errc::truncated;
    frames = packet[1] & 0x3f;
  }
  constexpr uint32_t max_samples = opus_clock / 1000 * 120;
  if (frames == 0 || frame * frames > max_samples) return Errc::malformed;
  return frame * frames;
}

}  // namespace sluice::media
