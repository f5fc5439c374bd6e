#include "sluice/media/hevc.hpp"

#include "nal_rewrite.hpp"
#include "sluice/wire/bit_reader.hpp"
#include "sluice/wire/byte_reader.hpp"

namespace sluice::media {
namespace {

using detail::Absorbed;
using detail::NalKind;

// nal_unit_type, ITU-T H.265 table 7-1.
enum : uint8_t {
  nal_last_sub_layer = 14,  // RSV_VCL_N14, the last that may be a sub-layer non-reference picture
  nal_first_irap = 16,
  nal_last_irap = 21,
  nal_last_vcl = 31,
  nal_vps = 32,
  nal_sps = 33,
  nal_pps = 34,
  nal_delimiter = 35,
  nal_prefix_sei = 39,
};

uint8_t nal_type(std::span<const uint8_t> nal) { return nal[0] >> 1 & 0x3f; }

struct Hevc {
  bool single_layer;

  static NalKind kind(std::span<const uint8_t> nal) {
    const uint8_t type = nal_type(nal);
    if (type >= nal_first_irap && type <= nal_last_irap) return NalKind::key_slice;
    if (type <= nal_last_vcl) return NalKind::slice;
    if (type <= nal_pps) return NalKind::parameter_set;
    return type == nal_delimiter ? NalKind::delimiter : NalKind::other;
  }
  // Even types up to 14 are not referenced within their own sub-layer; a higher one may still refer to them.
  bool disposable(std::span<const uint8_t> nal) const {
    return single_layer && nal_type(nal) <= nal_last_sub_layer && nal_type(nal) % 2 == 0;
  }
};

struct SetList {
  std::vector<ParameterSet>* sets;
  size_t limit;
};

SetList list_of(HevcConfig& config, uint8_t type) {
  switch (type) {
    case nal_vps:
      return {&config.vps, HevcConfig::max_vps};
    case nal_sps:
      return {&config.sps, HevcConfig::max_sps};
    case nal_pps:
      return {&config.pps, HevcConfig::max_pps};
    case nal_prefix_sei:
      return {&config.sei, HevcConfig::max_sei};
    default:
      return {nullptr, 0};
  }
}

Result<void> read_array(wire::ByteReader& in, HevcConfig& config) {
  const uint8_t type = in.u8() & 0x3f;
  const size_t count = in.u16be();
  const SetList list = list_of(config, type);
  if (list.sets && list.sets->size() + count > list.limit) return Errc::beyond_limits;
  for (size_t i = 0; i < count && in.ok(); ++i) {
    const auto set = in.bytes(in.u16be());
    if (!in.ok()) break;
    if (!list.sets) continue;  // a type we do not keep, e.g. a delimiter
    if (set.size() < 3 || nal_type(set) != type) return Errc::malformed;
    list.sets->emplace_back(set.begin(), set.end());
  }
  if (!in.ok()) return Errc::truncated;
  return {};
}

void read_fixed_part(wire::ByteReader& in, HevcConfig& config) {
  const auto profile = in.bytes(config.profile.size());
  if (in.ok()) std::copy(profile.begin(), profile.end(), config.profile.begin());
  config.min_spatial_segmentation = in.u16be() & 0x0fff;
  config.parallelism = in.u8() & 3;
  in.skip(3);  // chroma format and bit depths: the SPS says the same
  config.average_frame_rate = in.u16be();
  const uint8_t flags = in.u8();
  config.constant_frame_rate = flags >> 6;
  config.temporal_layers = flags >> 3 & 7;
  config.temporal_id_nested = flags >> 2 & 1;
  config.nal_length_size = static_cast<uint8_t>((flags & 3) + 1);
}

void write_array(wire::ByteWriter& out, uint8_t type, const std::vector<ParameterSet>& sets) {
  if (sets.empty()) return;
  out.u8(0x80 | type);  // array_completeness: none of these are in the canonical frames
  out.u16be(sets.size());
  for (const ParameterSet& set : sets) {
    out.u16be(set.size());
    out.bytes(set);
  }
}

}  // namespace

Result<HevcConfig> parse_hevc_config(std::span<const uint8_t> record) {
  wire::ByteReader in(record);
  if (in.u8() > 1) return Errc::malformed;  // version 0 is what drafts wrote, with the same layout
  HevcConfig config;
  read_fixed_part(in, config);
  const size_t arrays = in.u8();
  if (!in.ok()) return Errc::truncated;
  if (config.nal_length_size == 3) return Errc::bad_nal_length;
  for (size_t i = 0; i < arrays; ++i) {
    if (const auto read = read_array(in, config); !read) return read.error();
  }
  if (config.sps.empty() || config.pps.empty()) return Errc::no_parameter_sets;
  for (size_t i = config.sps.size(); i-- > 0;) {
    const auto parsed = parse_hevc_sps(config.sps[i]);
    if (!parsed) return parsed.error();
    config.picture = parsed->picture;
    config.temporal_layers = parsed->temporal_layers;
    config.temporal_id_nested = parsed->temporal_id_nested;
  }
  return config;
}

std::vector<uint8_t> serialise_hevc_config(const HevcConfig& config) {
  std::vector<uint8_t> record;
  wire::ByteWriter out(record);
  out.u8(1);
  out.bytes(config.profile);
  out.u16be(0xf000 | config.min_spatial_segmentation);
  out.u8(0xfc | config.parallelism);
  out.u8(0xfc | config.picture.chroma_format);
  out.u8(0xf8 | (config.picture.bit_depth_luma - 8));
  out.u8(0xf8 | (config.picture.bit_depth_chroma - 8));
  out.u16be(config.average_frame_rate);
  out.u8(config.constant_frame_rate << 6 | config.temporal_layers << 3 | config.temporal_id_nested << 2 | 3);
  out.u8(!config.vps.empty() + !config.sps.empty() + !config.pps.empty() + !config.sei.empty());
  write_array(out, nal_vps, config.vps);
  write_array(out, nal_sps, config.sps);
  write_array(out, nal_pps, config.pps);
  write_array(out, nal_prefix_sei, config.sei);
  return record;
}

Result<NalFrame> scan_hevc_frame(std::span<const uint8_t> frame, const HevcConfig& config) {
  return detail::scan_frame(frame, config.nal_length_size, Hevc{config.temporal_layers == 1});
}

size_t write_canonical_hevc(std::span<const uint8_t> frame, const HevcConfig& config,
                            std::span<uint8_t> out) {
  return detail::write_canonical<Hevc>(frame, config.nal_length_size, out);
}

namespace {

// A PPS starts with its id, a VPS with four bits of it; an SPS has a profile of changing length before it.
uint32_t set_id(std::span<const uint8_t> nal) {
  if (nal.size() < 3) return UINT32_MAX;
  if (nal_type(nal) == nal_vps) return nal[2] >> 4;
  if (nal_type(nal) == nal_sps) {
    const auto sps = parse_hevc_sps(nal);
    return sps ? sps->id : UINT32_MAX;
  }
  wire::BitReader bits(nal.subspan(2, std::min<size_t>(nal.size() - 2, 40)));
  const uint32_t id = bits.ue_up_to(63);
  return bits.ok() ? id : UINT32_MAX;
}

Result<Absorbed> absorb_set(std::span<const uint8_t> nal, HevcConfig& config) {
  const uint8_t type = nal_type(nal);
  const auto [sets, limit] = list_of(config, type);
  // A key frame usually repeats the set it had: the cheap answer first.
  for (const ParameterSet& known : *sets) {
    if (std::equal(known.begin(), known.end(), nal.begin(), nal.end())) return Absorbed::same;
  }
  const uint32_t id = set_id(nal);
  if (id == UINT32_MAX) return Errc::malformed;
  const auto same_id = [&](const ParameterSet& known) { return set_id(known) == id; };
  auto changed = detail::replace_set(*sets, nal, limit, same_id);
  if (type == nal_sps && changed == Absorbed::changed && set_id(config.sps.front()) == id) {
    const auto parsed = parse_hevc_sps(nal);
    if (!parsed) return parsed.error();
    config.profile = parsed->profile;
    config.picture = parsed->picture;
    config.temporal_layers = parsed->temporal_layers;
    config.temporal_id_nested = parsed->temporal_id_nested;
  }
  return changed;
}

}  // namespace

ParameterSetChange absorb_hevc_parameter_sets(std::span<const uint8_t> frame, HevcConfig& config) {
  ParameterSetChange change;
  NalWalk walk(frame, config.nal_length_size);
  while (const auto nal = walk.next()) {
    if (nal->empty() || Hevc::kind(*nal) != NalKind::parameter_set) continue;
    const auto result =
        nal->size() > UINT16_MAX ? Result<Absorbed>(Errc::beyond_limits) : absorb_set(*nal, config);
    if (result) {
      change.changed |= *result == Absorbed::changed;
    } else {
      ++change.refused;
    }
  }
  return change;
}

}  // namespace sluice::media
