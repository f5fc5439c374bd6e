// The sequence parameter set of H.265, ITU-T H.265 7.3.2.2, 7.3.7 and E.2.1.
#include <algorithm>

#include "sluice/media/hevc.hpp"
#include "sluice/wire/bit_reader.hpp"
#include "sluice/wire/rbsp.hpp"

namespace sluice::media {
namespace {

using wire::BitReader;

constexpr unsigned max_references = 16;

void skip_profile_tier_level(BitReader& in, unsigned sub_layers) {
  in.skip(96);
  if (sub_layers <= 1) return;
  unsigned present = 0;
  for (unsigned i = 0; i < 8; ++i) {
    const auto flags = static_cast<unsigned>(in.u(2));
    if (i + 1 < sub_layers) present += (flags & 2 ? 88 : 0) + (flags & 1 ? 8 : 0);
  }
  in.skip(present);
}

void read_size(BitReader& in, Picture& picture) {
  picture.chroma_format = static_cast<uint8_t>(in.ue_up_to(3));
  if (picture.chroma_format == 3) in.skip(1);
  picture.width = in.ue_up_to(max_picture_side);
  picture.height = in.ue_up_to(max_picture_side);
  if (in.flag()) {  // conformance window
    const uint64_t unit_x = picture.chroma_format == 1 || picture.chroma_format == 2 ? 2 : 1;
    const uint64_t unit_y = picture.chroma_format == 1 ? 2 : 1;
    uint64_t x = in.ue(), y = 0;
    x = (x + in.ue()) * unit_x;
    y = in.ue();
    y = (y + in.ue()) * unit_y;
    if (x >= picture.width || y >= picture.height) return in.fail();
    picture.width -= static_cast<uint32_t>(x);
    picture.height -= static_cast<uint32_t>(y);
  }
  if (picture.width == 0 || picture.height == 0) return in.fail();
  picture.bit_depth_luma = static_cast<uint8_t>(8 + in.ue_up_to(7));
  picture.bit_depth_chroma = static_cast<uint8_t>(8 + in.ue_up_to(7));
}

void skip_scaling_lists(BitReader& in) {
  for (unsigned size = 0; size < 4; ++size) {
    for (unsigned matrix = 0; matrix < 6; matrix += size == 3 ? 3 : 1) {
      if (!in.flag()) {
        in.ue();
        continue;
      }
      if (size > 1) in.se();
      const unsigned coefficients = std::min(64u, 1u << (4 + (size << 1)));
      for (unsigned i = 0; i < coefficients && in.ok(); ++i) in.se();
    }
  }
}

// Picture order distances of one reference picture set: negative ones nearest first, then positive ones.
using References = std::vector<int64_t>;

References predicted_set(BitReader& in, const References& from) {
  const bool negative = in.flag();
  const int64_t delta = (int64_t{in.ue_up_to(0x7fff)} + 1) * (negative ? -1 : 1);
  References set;
  for (size_t i = 0; i <= from.size() && in.ok(); ++i) {
    const bool used = in.flag();
    const bool kept = used || in.flag();
    const int64_t distance = (i < from.size() ? from[i] : 0) + delta;
    if (kept && distance != 0) set.push_back(distance);
  }
  const auto positives = std::partition(set.begin(), set.end(), [](int64_t d) { return d < 0; });
  std::sort(set.begin(), positives, std::greater<>());
  std::sort(positives, set.end());
  return set;
}

References plain_set(BitReader& in) {
  const uint32_t negatives = in.ue_up_to(max_references);
  const uint32_t positives = in.ue_up_to(max_references);
  References set;
  for (const auto& [count, sign] : {std::pair{negatives, -1}, std::pair{positives, 1}}) {
    int64_t distance = 0;
    for (uint32_t i = 0; i < count && in.ok(); ++i) {
      distance += sign * (int64_t{in.ue_up_to(0x7fff)} + 1);
      in.skip(1);
      set.push_back(distance);
    }
  }
  return set;
}

void skip_reference_sets(BitReader& in) {
  const uint32_t count = in.ue_up_to(64);
  References last;
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    last = i > 0 && in.flag() ? predicted_set(in, last) : plain_set(in);
    if (last.size() > 2 * max_references) in.fail();
  }
}

void skip_coding_tools(BitReader& in, unsigned sub_layers) {
  const unsigned order_bits = in.ue_up_to(12) + 4;
  const unsigned ordering = in.flag() ? sub_layers : 1;
  for (unsigned i = 0; i < 3 * ordering; ++i) in.ue();
  for (unsigned i = 0; i < 6; ++i) in.ue();  // block sizes and transform depths
  if (in.flag() && in.flag()) skip_scaling_lists(in);
  in.skip(2);       // amp, sample adaptive offset
  if (in.flag()) {  // pcm
    in.skip(8);
    in.ue();
    in.ue();
    in.skip(1);
  }
  skip_reference_sets(in);
  if (in.flag()) {  // long-term references
    const uint32_t count = in.ue_up_to(32);
    in.skip(size_t{count} * (order_bits + 1));
  }
  in.skip(2);  // temporal motion vectors, strong intra smoothing
}

// As far as the frame rate. A truncated VUI loses the rate, not the picture.
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
  in.skip(3);       // neutral chroma, field sequence, frame field info
  if (in.flag()) {  // default display window
    for (int i = 0; i < 4; ++i) in.ue();
  }
  if (!in.flag()) return {};
  const auto ticks = static_cast<uint32_t>(in.u(32));
  const auto scale = static_cast<uint32_t>(in.u(32));
  if (!in.ok() || ticks == 0 || scale == 0) return {};
  return {scale, ticks};
}

}  // namespace

Result<HevcSps> parse_hevc_sps(std::span<const uint8_t> nal) {
  if (nal.size() < 16) return Errc::truncated;
  if ((nal[0] >> 1 & 0x3f) != 33) return Errc::malformed;
  const auto rbsp = wire::unescape_rbsp(nal.subspan(2));
  HevcSps sps;
  if (rbsp.size() <= sps.profile.size()) return Errc::truncated;
  std::copy_n(rbsp.begin() + 1, sps.profile.size(), sps.profile.begin());

  BitReader in(rbsp);
  in.skip(4);  // sps_video_parameter_set_id
  sps.temporal_layers = static_cast<uint8_t>(in.u(3) + 1);
  sps.temporal_id_nested = in.flag();
  if (sps.temporal_layers > 7) return Errc::malformed;
  skip_profile_tier_level(in, sps.temporal_layers);
  sps.id = in.ue_up_to(15);
  read_size(in, sps.picture);
  skip_coding_tools(in, sps.temporal_layers);
  if (!in.ok()) return Errc::malformed;
  if (in.flag()) sps.picture.rate = read_vui_rate(in);
  return sps;
}

}  // namespace sluice::media
