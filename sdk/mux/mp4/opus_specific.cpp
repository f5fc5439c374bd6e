#include "sluice/mux/mp4/opus_specific.hpp"

#include "sluice/media/opus.hpp"
#include "sluice/mux/mp4/box_writer.hpp"
#include "sluice/wire/byte_reader.hpp"

namespace sluice::mux::mp4 {

void write_opus_specific(std::vector<uint8_t>& out, std::span<const uint8_t> head, uint32_t channels) {
  media::OpusConfig config;
  if (const auto parsed = media::parse_opus_config(head)) {
    config = *parsed;
  } else if (channels == 1) {
    config.channels = 1;
  }
  BoxWriter writer(out);
  const auto box = writer.box("dOps");
  writer.u8(0);
  writer.u8(config.channels);
  writer.u16(config.pre_skip);
  writer.u32(config.input_rate);
  writer.u16(static_cast<uint16_t>(config.gain));
  writer.u8(config.mapping_family);
  if (config.mapping_family == 0) return;
  writer.u8(config.streams);
  writer.u8(config.coupled_streams);
  writer.bytes(config.mapping);
}

Result<std::vector<uint8_t>> parse_opus_specific(std::span<const uint8_t> body) {
  wire::ByteReader in(body);
  media::OpusConfig config;
  const uint8_t version = in.u8();
  config.channels = in.u8();
  config.pre_skip = in.u16be();
  config.input_rate = in.u32be();
  config.gain = static_cast<int16_t>(in.u16be());
  config.mapping_family = in.u8();
  if (config.mapping_family != 0) {
    config.streams = in.u8();
    config.coupled_streams = in.u8();
    const auto mapping = in.bytes(config.channels);
    config.mapping.assign(mapping.begin(), mapping.end());
  }
  if (!in.ok()) return Errc::truncated;
  auto head = media::serialise_opus_config(config);
  if (version != 0 || !media::parse_opus_config(head)) return Errc::malformed;
  return head;
}

}  // namespace sluice::mux::mp4
