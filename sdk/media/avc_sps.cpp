// The sequence parameter set of H.264, ITU-T H.264 7.3.2.1.1 and E.1.1.
#include "avc_profile.hpp"
#include "sluice/media/avc.hpp"
#include "sluice/wire/bit_reader.hpp"
#include "sluice/wire/rbsp.hpp"

namespace sluice::media {
namespace {

using detail::has_chroma_fields;
using wire::BitReader;

void skip_scaling_list(BitReader& in, unsigned size) {
  int last = 8, next = 8;
  for (unsigned i = 0; i < size && in.ok(); ++i) {
    if (next != 0) next = static_cast<int>((last + int64_t{in.se()}) & 0xff);
    if (next != 0) last = next;
  }
}

void read_chroma_fields(BitReader& in, Picture& picture) {
  picture.chroma_format = static_cast<uint8_t>(in.ue_up_to(3));
  if (picture.chroma_format == 3) in.skip(1);  // separate_colour_plane_flag
  picture.bit_depth_luma = static_cast<uint8_t>(8 + in.ue_up_to(6));
  picture.bit_depth_chroma = static_cast<uint8_t>(8 + in.ue_up_to(6));
  in.skip(1);              // qpprime_y_zero_transform_bypass_flag
  if (!in.flag()) return;  // seq_scaling_matrix_present_flag
  const unsigned lists = picture.chroma_format == 3 ? 12 : 8;
  for (unsigned i = 0; i < lists; ++i) {
    if (in.flag()) skip_scaling_list(in, i < 6 ? 16 : 64);
  }
}

void skip_picture_order(BitReader& in) {
  in.ue_up_to(12);  // log2_max_frame_num_minus4
  const uint32_t type = in.ue_up_to(2);
  if (type == 0) in.ue_up_to(12);  // log2_max_pic_order_cnt_lsb_minus4
  if (type != 1) return;
  in.skip(1);
  in.se();
  in.se();
  const uint32_t cycle = in.ue_up_to(255);
  for (uint32_t i = 0; i < cycle && in.ok(); ++i) in.se();
}

void read_size(BitReader& in, Picture& picture) {
  constexpr uint32_t max_blocks = max_picture_side / 16;
  const uint32_t columns = in.ue_up_to(max_blocks - 1) + 1;
  const uint32_t map_rows = in.ue_up_to(max_blocks - 1) + 1;
  const bool frames_only = in.flag();
  if (!frames_only) in.skip(1);
  in.skip(1);  // direct_8x8_inference_flag
  picture.width = columns * 16;
  picture.height = map_rows * 16 * (frames_only ? 1 : 2);
  if (!in.flag()) return;
  const uint32_t unit_x = picture.chroma_format == 1 || picture.chroma_format == 2 ? 2 : 1;
  const uint32_t unit_y = (picture.chroma_format == 1 ? 2 : 1) * (frames_only ? 1 : 2);
  uint64_t crop_x = in.ue(), crop_y = 0;
  crop_x = (crop_x + in.ue()) * unit_x;
  crop_y = in.ue();
  crop_y = (crop_y + in.ue()) * unit_y;
  if (crop_x >= picture.width || crop_y >= picture.height) return in.fail();
  picture.width -= static_cast<uint32_t>(crop_x);
  picture.height -= static_cast<uint32_t>(crop_y);
}

// As far as the frame rate. A truncated VUI loses the rate, not the picture: some cameras cut it short.
FrameRate read_vui_rate(BitReader& in) {
  if (in.flag() && in.u(8) == 255) in.skip(32);  // aspect_ratio_idc, Extended_SAR
  if (in.flag()) in.skip(1);                     // overscan
  if (in.flag()) {                               // video_signal_type
    in.skip(4);
    if (in.flag()) in.skip(24);
  }
  if (in.flag()) {  // chroma_loc
    in.ue();
    in.ue();
  }
  if (!in.flag()) return {};
  const auto ticks = static_cast<uint32_t>(in.u(32));
  const auto scale = static_cast<uint32_t>(in.u(32));
  if (!in.ok() || ticks == 0 || ticks > UINT32_MAX / 2 || scale == 0) return {};
  return {scale, ticks * 2};  // a tick is a field, E.2.1
}

}  // namespace

Result<AvcSps> parse_avc_sps(std::span<const uint8_t> nal) {
  if (nal.size() < 5) return Errc::truncated;
  if ((nal[0] & 0x1f) != 7) return Errc::malformed;
  const auto rbsp = wire::unescape_rbsp(nal.subspan(1));
  BitReader in(rbsp);
  AvcSps sps;
  sps.profile = static_cast<uint8_t>(in.u(8));
  sps.constraints = static_cast<uint8_t>(in.u(8));
  sps.level = static_cast<uint8_t>(in.u(8));
  sps.id = in.ue_up_to(31);
  if (has_chroma_fields(sps.profile)) read_chroma_fields(in, sps.picture);
  skip_picture_order(in);
  in.ue_up_to(16);  // max_num_ref_frames
  in.skip(1);       // gaps_in_frame_num_value_allowed_flag
  read_size(in, sps.picture);
  if (!in.ok()) return Errc::malformed;
  if (sps.picture.height > max_picture_side) return Errc::beyond_limits;
  if (in.flag()) sps.picture.rate = read_vui_rate(in);
  return sps;
}

}  // namespace sluice::media
