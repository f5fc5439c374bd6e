#include "sluice/media/mp3.hpp"

#include <array>

#include "sluice/wire/byte_reader.hpp"

namespace sluice::media {

Result<Mp3Header> parse_mp3_header(std::span<const uint8_t> frame) {
  wire::ByteReader in(frame);
  const uint32_t header = in.u32be();
  if (!in.ok()) return Errc::truncated;
  const uint32_t version = header >> 19 & 3;  // 0: MPEG 2.5, 2: MPEG 2, 3: MPEG 1
  const uint32_t layer = header >> 17 & 3;
  const uint32_t rate_index = header >> 10 & 3;
  const uint32_t bit_rate_index = header >> 12 & 15;
  if (header >> 21 != 0x7ff || version == 1 || layer == 0 || rate_index == 3 || bit_rate_index == 15) {
    return Errc::malformed;
  }
  if (layer != 1 || bit_rate_index == 0) return Errc::unsupported;

  constexpr std::array<uint16_t, 3> rates = {44100, 48000, 32000};
  constexpr std::array<uint16_t, 15> mpeg1 = {0,   32,  40,  48,  56,  64,  80, 96,
                                              112, 128, 160, 192, 224, 256, 320};
  constexpr std::array<uint16_t, 15> mpeg2 = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
  const bool first = version == 3;
  Mp3Header out;
  out.sample_rate = static_cast<uint32_t>(rates[rate_index] >> (first ? 0 : version == 2 ? 1 : 2));
  out.bit_rate = 1000u * (first ? mpeg1 : mpeg2)[bit_rate_index];
  out.channels = (header >> 6 & 3) == 3 ? 1 : 2;
  out.samples_per_frame = first ? 1152 : 576;
  out.frame_size = out.samples_per_frame / 8 * out.bit_rate / out.sample_rate + (header >> 9 & 1);
  return out;
}

}  // namespace sluice::media
