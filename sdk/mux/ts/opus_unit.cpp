#include "sluice/mux/ts/opus_unit.hpp"

#include <algorithm>
#include <array>

#include "sluice/media/opus.hpp"
#include "sluice/wire/byte_reader.hpp"
#include "sluice/wire/byte_writer.hpp"

namespace sluice::mux::ts {
namespace {

constexpr uint8_t dual_mono = 0, uncoupled = 0x80;
constexpr uint8_t max_channels = 8;
constexpr uint16_t control_prefix = 0x3ff;
enum : uint16_t { flag_start_trim = 0x10, flag_end_trim = 0x08, flag_extension = 0x04 };

// The layouts of mapping family 1 (RFC 7845 5.1.1.2) as encoders couple them.
struct Layout {
  uint8_t coupled;
  std::array<uint8_t, max_channels> mapping;
};
constexpr std::array<Layout, max_channels> layouts = {{{0, {0}},
                                                       {1, {0, 1}},
                                                       {1, {0, 2, 1}},
                                                       {2, {0, 1, 2, 3}},
                                                       {2, {0, 4, 1, 2, 3}},
                                                       {2, {0, 4, 1, 2, 3, 5}},
                                                       {3, {0, 4, 1, 2, 3, 5, 6}},
                                                       {3, {0, 6, 1, 2, 3, 4, 5, 7}}}};

media::OpusConfig config_of(uint8_t channels, bool coupled) {
  media::OpusConfig config;
  config.channels = channels;
  config.pre_skip = 0;
  config.mapping_family = 1;
  const Layout& layout = layouts[channels - 1u];
  config.coupled_streams = coupled ? layout.coupled : 0;
  config.streams = static_cast<uint8_t>(channels - config.coupled_streams);
  for (uint8_t i = 0; i < channels; ++i) config.mapping.push_back(coupled ? layout.mapping[i] : i);
  return config;
}

bool same_streams(const media::OpusConfig& left, const media::OpusConfig& right) {
  return left.streams == right.streams && left.coupled_streams == right.coupled_streams &&
         left.mapping == right.mapping;
}

}  // namespace

Result<uint8_t> opus_channel_code(std::span<const uint8_t> opus_head) {
  if (opus_head.empty()) return uint8_t{2};
  const auto config = media::parse_opus_config(opus_head);
  if (!config) return Errc::malformed;
  if (config->mapping_family == 0) return config->channels;
  const uint8_t channels = config->channels;
  if (config->mapping_family == 255 && channels == 2 && config->streams == 2 && config->coupled_streams == 0)
    return dual_mono;
  if (config->mapping_family != 1 || channels > max_channels) return Errc::unsupported;
  if (same_streams(*config, config_of(channels, true))) return channels;
  if (same_streams(*config, config_of(channels, false))) return static_cast<uint8_t>(uncoupled | channels);
  return Errc::unsupported;
}

Result<std::vector<uint8_t>> opus_head_of(uint8_t channel_code) {
  const auto channels = static_cast<uint8_t>(channel_code & ~uncoupled);
  if (channel_code == dual_mono) {
    media::OpusConfig config = config_of(2, false);
    config.mapping_family = 255;
    return media::serialise_opus_config(config);
  }
  if (channels == 0 || channels > max_channels) return Errc::unsupported;
  media::OpusConfig config = config_of(channels, !(channel_code & uncoupled));
  if (channel_code <= 2) {
    config.mapping_family = 0;
    config.mapping.clear();
  }
  return media::serialise_opus_config(config);
}

void write_opus_control(size_t packet_size, std::vector<uint8_t>& out) {
  wire::ByteWriter writer(out);
  writer.u16be(control_prefix << 5);
  for (; packet_size >= 255; packet_size -= 255) writer.u8(255);
  writer.u8(packet_size);
}

Result<OpusUnit> parse_opus_unit(std::span<const uint8_t> bytes) {
  wire::ByteReader in(bytes);
  const uint16_t head = in.u16be();
  if (!in.ok()) return Errc::truncated;
  if (head >> 5 != control_prefix) return Errc::malformed;
  size_t size = 0;
  uint8_t part = 255;
  while (part == 255 && in.ok()) size += part = in.u8();
  if (head & flag_start_trim) in.skip(2);
  if (head & flag_end_trim) in.skip(2);
  if (head & flag_extension) in.skip(in.u8());
  OpusUnit unit;
  unit.packet = in.bytes(size);
  if (!in.ok()) return Errc::truncated;
  if (unit.packet.empty()) return Errc::malformed;
  unit.size = in.position();
  return unit;
}

}  // namespace sluice::mux::ts
