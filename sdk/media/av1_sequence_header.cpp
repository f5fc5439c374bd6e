// The sequence header OBU, AV1 bitstream specification 5.5.
#include "sluice/media/av1.hpp"
#include "sluice/wire/bit_reader.hpp"

namespace sluice::media {
namespace {

using wire::BitReader;

FrameRate read_timing(BitReader& in) {
  const auto ticks = static_cast<uint32_t>(in.u(32));
  const auto scale = static_cast<uint32_t>(in.u(32));
  if (!in.flag()) return {};  // no equal picture interval: the rate varies
  const uint64_t per_picture = (uint64_t{in.ue()} + 1) * ticks;
  if (!in.ok() || per_picture == 0 || per_picture > UINT32_MAX || scale == 0) return {};
  return {scale, static_cast<uint32_t>(per_picture)};
}

void read_operating_points(BitReader& in, Av1SequenceHeader& header) {
  bool decoder_model = false;
  unsigned delay_bits = 0;
  if (in.flag()) {  // timing_info_present_flag
    header.picture.rate = read_timing(in);
    decoder_model = in.flag();
    if (decoder_model) {
      delay_bits = static_cast<unsigned>(in.u(5)) + 1;
      in.skip(32 + 5 + 5);
    }
  }
  const bool display_delay = in.flag();
  const auto points = static_cast<unsigned>(in.u(5)) + 1;
  for (unsigned i = 0; i < points && in.ok(); ++i) {
    in.skip(12);  // operating_point_idc
    const auto level = static_cast<uint8_t>(in.u(5));
    const auto tier = static_cast<uint8_t>(level > 7 ? in.u(1) : 0);
    if (decoder_model && in.flag()) in.skip(2 * delay_bits + 1);
    if (display_delay && in.flag()) in.skip(4);
    if (i > 0) continue;
    header.level = level;
    header.tier = tier;
  }
}

void read_size(BitReader& in, Picture& picture) {
  const auto width_bits = static_cast<unsigned>(in.u(4)) + 1;
  const auto height_bits = static_cast<unsigned>(in.u(4)) + 1;
  picture.width = static_cast<uint32_t>(in.u(width_bits)) + 1;
  picture.height = static_cast<uint32_t>(in.u(height_bits)) + 1;
}

void skip_tools(BitReader& in, bool reduced) {
  if (!reduced && in.flag()) in.skip(4 + 3);  // frame id lengths
  in.skip(3);                                 // 128x128 superblock, filter intra, intra edge
  if (!reduced) {
    in.skip(4);  // interintra, masked, warped, dual filter
    const bool order_hint = in.flag();
    if (order_hint) in.skip(2);
    const bool screen_content = in.flag() || in.flag();  // chosen per frame, or forced to a value
    if (screen_content && !in.flag()) in.skip(1);        // force_integer_mv
    if (order_hint) in.skip(3);
  }
  in.skip(3);  // superres, cdef, restoration
}

void read_subsampling(BitReader& in, Av1SequenceHeader& header) {
  switch (header.profile) {
    case 0:
      header.subsampling_x = header.subsampling_y = true;
      break;
    case 1:
      header.subsampling_x = header.subsampling_y = false;
      break;
    default:
      header.subsampling_x = header.twelve_bit ? in.flag() : true;
      header.subsampling_y = header.twelve_bit && header.subsampling_x && in.flag();
  }
  if (header.subsampling_x && header.subsampling_y)
    header.chroma_sample_position = static_cast<uint8_t>(in.u(2));
}

void read_colour(BitReader& in, Av1SequenceHeader& header) {
  header.high_bit_depth = in.flag();
  header.twelve_bit = header.profile == 2 && header.high_bit_depth && in.flag();
  header.monochrome = header.profile != 1 && in.flag();
  uint64_t description = 0;
  if (in.flag()) description = in.u(24);
  constexpr uint64_t bt709_srgb_identity = 0x010d00;
  if (header.monochrome) {
    in.skip(1);
  } else if (description == bt709_srgb_identity) {
    header.subsampling_x = header.subsampling_y = false;
  } else {
    in.skip(1);  // colour range
    read_subsampling(in, header);
  }
  const uint8_t depth = header.twelve_bit ? 12 : header.high_bit_depth ? 10 : 8;
  header.picture.bit_depth_luma = header.picture.bit_depth_chroma = depth;
  header.picture.chroma_format = header.monochrome      ? 0
                                 : header.subsampling_y ? 1
                                 : header.subsampling_x ? 2
                                                        : 3;
}

}  // namespace

Result<Av1SequenceHeader> parse_av1_sequence_header(std::span<const uint8_t> payload) {
  BitReader in(payload);
  Av1SequenceHeader header;
  header.profile = static_cast<uint8_t>(in.u(3));
  in.skip(1);  // still_picture
  header.reduced_still_picture = in.flag();
  if (header.reduced_still_picture) {
    header.level = static_cast<uint8_t>(in.u(5));
  } else {
    read_operating_points(in, header);
  }
  read_size(in, header.picture);
  skip_tools(in, header.reduced_still_picture);
  read_colour(in, header);
  in.skip(1);  // film grain
  if (!in.ok()) return Errc::truncated;
  if (header.profile > 2) return Errc::malformed;
  if (header.picture.width > max_picture_side || header.picture.height > max_picture_side)
    return Errc::beyond_limits;
  return header;
}

}  // namespace sluice::media
