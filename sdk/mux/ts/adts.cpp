#include "sluice/mux/ts/adts.hpp"

#include "sluice/media/aac.hpp"
#include "sluice/wire/bit_reader.hpp"

namespace sluice::mux::ts {
namespace {

constexpr std::array<uint32_t, 13> rates = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                            22050, 16000, 12000, 11025, 8000,  7350};
constexpr size_t no_index = rates.size();

size_t rate_index(uint32_t rate) {
  size_t index = 0;
  while (index < rates.size() && rates[index] != rate) ++index;
  return index;
}

}  // namespace

Result<AdtsHeader> make_adts(std::span<const uint8_t> audio_specific_config) {
  const auto config = media::parse_aac_config(audio_specific_config);
  if (!config) return Errc::unsupported;
  const size_t index = rate_index(config->sample_rate);
  if (config->object_type < 1 || config->object_type > 4 || index == no_index) return Errc::unsupported;
  if (config->channel_configuration == 0 || config->channel_configuration > 7) return Errc::unsupported;
  if (config->samples_per_frame != 1024) return Errc::unsupported;
  const auto profile = static_cast<uint8_t>(config->object_type - 1);
  AdtsHeader header{};
  header[0] = 0xff;
  header[1] = 0xf1;  // MPEG-4, no CRC
  header[2] = static_cast<uint8_t>(profile << 6 | index << 2 | config->channel_configuration >> 2);
  header[3] = static_cast<uint8_t>(config->channel_configuration << 6);
  header[5] = 0x1f;  // buffer fullness: variable rate
  header[6] = 0xfc;  // and one raw data block
  return header;
}

Result<AdtsHeader> adts_for(const AdtsHeader& header, size_t unit_size) {
  if (unit_size > adts_max_unit) return Errc::beyond_limits;
  AdtsHeader out = header;
  const size_t size = unit_size + adts_size;
  out[3] = static_cast<uint8_t>(out[3] | size >> 11);
  out[4] = static_cast<uint8_t>(size >> 3);
  out[5] = static_cast<uint8_t>(out[5] | size << 5);
  return out;
}

Result<AdtsFrame> parse_adts(std::span<const uint8_t> bytes) {
  wire::BitReader in(bytes);
  const bool sync = in.u(12) == 0xfff;
  in.skip(1);
  const auto layer = in.u(2);
  const bool has_crc = !in.flag();
  const auto profile = in.u(2), index = in.u(4);
  in.skip(1);
  const auto channels = in.u(3);
  in.skip(4);
  AdtsFrame frame;
  frame.size = in.u(13);
  in.skip(11);
  const auto more_blocks = in.u(2);
  if (!in.ok()) return Errc::truncated;
  frame.header_size = has_crc ? adts_size + 2 : adts_size;
  if (!sync || layer != 0 || index >= rates.size() || frame.size <= frame.header_size) return Errc::malformed;
  if (more_blocks != 0 || channels == 0) return Errc::unsupported;
  frame.sample_rate = rates[index];
  frame.channels = channels == 7 ? 8 : static_cast<uint32_t>(channels);
  frame.samples = 1024;
  frame.config = {static_cast<uint8_t>((profile + 1) << 3 | index >> 1),
                  static_cast<uint8_t>((index & 1) << 7 | channels << 3)};
  return frame;
}

}  // namespace sluice::mux::ts
