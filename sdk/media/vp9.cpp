#include "sluice/media/vp9.hpp"

#include "sluice/wire/bit_reader.hpp"
#include "sluice/wire/byte_reader.hpp"
#include "sluice/wire/byte_writer.hpp"

namespace sluice::media {

Result<Vp9Config> parse_vp9_config(std::span<const uint8_t> record) {
  wire::ByteReader in(record);
  // In the bare record these bytes are profile, level and bit depth, none of which reads 01 00 00 00.
  const bool full_box =
      record.size() >= 12 && record[0] == 1 && record[1] == 0 && record[2] == 0 && record[3] == 0;
  if (full_box) in.skip(4);
  Vp9Config config;
  config.profile = in.u8();
  config.level = in.u8();
  const uint8_t format = in.u8();
  config.bit_depth = format >> 4;
  config.chroma_subsampling = format >> 1 & 7;
  config.full_range = format & 1;
  config.colour_primaries = in.u8();
  config.transfer_characteristics = in.u8();
  config.matrix_coefficients = in.u8();
  const uint16_t initialization_size = in.u16be();
  if (!in.ok()) return Errc::truncated;
  const bool depth_known = config.bit_depth == 8 || config.bit_depth == 10 || config.bit_depth == 12;
  if (config.profile > 3 || !depth_known || config.chroma_subsampling > 3) return Errc::malformed;
  if (initialization_size != 0) return Errc::malformed;  // the binding: shall be 0 for VP8 and VP9
  return config;
}

std::vector<uint8_t> serialise_vp9_config(const Vp9Config& config) {
  std::vector<uint8_t> record;
  wire::ByteWriter out(record);
  out.u32be(0x01000000);
  out.u8(config.profile);
  out.u8(config.level);
  out.u8(config.bit_depth << 4 | config.chroma_subsampling << 1 | config.full_range);
  out.u8(config.colour_primaries);
  out.u8(config.transfer_characteristics);
  out.u8(config.matrix_coefficients);
  out.u16be(0);
  return record;
}

// VP9 bitstream specification 6.2.
Result<Vp9Frame> scan_vp9_frame(std::span<const uint8_t> frame) {
  wire::BitReader in(frame);
  Vp9Frame facts;
  if (in.u(2) != 2) return frame.empty() ? Errc::truncated : Errc::malformed;
  const auto low = static_cast<unsigned>(in.u(1));
  const unsigned profile = low | static_cast<unsigned>(in.u(1)) << 1;
  if (profile == 3) in.skip(1);
  const bool shows_existing = in.flag();
  const bool key = !in.flag();
  if (!in.ok()) return Errc::truncated;
  if (shows_existing || !key) return facts;

  in.skip(2);  // show_frame, error_resilient_mode
  if (in.u(24) != 0x498342) return in.ok() ? Errc::malformed : Errc::truncated;
  if (profile >= 2) in.skip(1);  // ten or twelve bits
  constexpr uint64_t srgb = 7;
  const bool odd_profile = profile & 1;
  if (in.u(3) != srgb) {
    in.skip(odd_profile ? 4 : 1);
  } else if (odd_profile) {
    in.skip(1);
  }
  facts.key = true;
  facts.width = static_cast<uint32_t>(in.u(16)) + 1;
  facts.height = static_cast<uint32_t>(in.u(16)) + 1;
  if (!in.ok()) return Errc::truncated;
  return facts;
}

}  // namespace sluice::media
