#include "sluice/media/avc.hpp"

#include "avc_profile.hpp"
#include "nal_rewrite.hpp"
#include "sluice/wire/bit_reader.hpp"
#include "sluice/wire/byte_reader.hpp"
#include "sluice/wire/rbsp.hpp"

namespace sluice::media {
namespace {

using detail::Absorbed;
using detail::has_chroma_fields;
using detail::NalKind;

// nal_unit_type, ITU-T H.264 table 7-1.
enum : uint8_t {
  nal_slice = 1,
  nal_idr = 5,
  nal_sps = 7,
  nal_pps = 8,
  nal_delimiter = 9,
  nal_sps_extension = 13,
};

uint8_t nal_type(std::span<const uint8_t> nal) { return nal[0] & 0x1f; }

struct Avc {
  static NalKind kind(std::span<const uint8_t> nal) {
    const uint8_t type = nal_type(nal);
    if (type == nal_idr) return NalKind::key_slice;
    if (type >= nal_slice && type < nal_idr) return NalKind::slice;
    if (type == nal_sps || type == nal_pps || type == nal_sps_extension) return NalKind::parameter_set;
    return type == nal_delimiter ? NalKind::delimiter : NalKind::other;
  }
  bool disposable(std::span<const uint8_t> nal) const { return (nal[0] & 0x60) == 0; }  // nal_ref_idc
};

Result<std::vector<ParameterSet>> read_sets(wire::ByteReader& in, size_t count, size_t limit, uint8_t type) {
  if (count > limit) return Errc::beyond_limits;
  std::vector<ParameterSet> sets;
  for (size_t i = 0; i < count; ++i) {
    const auto set = in.bytes(in.u16be());
    if (!in.ok()) return Errc::truncated;
    if (set.size() < 2 || nal_type(set) != type) return Errc::malformed;
    sets.emplace_back(set.begin(), set.end());
  }
  return sets;
}

// The tail of the record for the high profiles. Many encoders leave it out; nothing depends on it, since the
// SPS says the same, so only the SPS extensions are read.
Result<void> read_high_profile_tail(wire::ByteReader& in, AvcConfig& config) {
  if (!has_chroma_fields(config.profile) || in.left() < 4) return {};
  in.skip(3);
  auto sets = read_sets(in, in.u8(), AvcConfig::max_sps, nal_sps_extension);
  if (!sets) return sets.error();
  config.sps_extensions = std::move(*sets);
  return {};
}

void write_sets(wire::ByteWriter& out, const std::vector<ParameterSet>& sets) {
  for (const ParameterSet& set : sets) {
    out.u16be(set.size());
    out.bytes(set);
  }
}

}  // namespace

Result<AvcConfig> parse_avc_config(std::span<const uint8_t> record) {
  wire::ByteReader in(record);
  AvcConfig config;
  if (in.u8() != 1) return record.empty() ? Errc::truncated : Errc::malformed;
  config.profile = in.u8();
  config.constraints = in.u8();
  config.level = in.u8();
  config.nal_length_size = static_cast<uint8_t>((in.u8() & 3) + 1);
  const size_t sps_count = in.u8() & 0x1f;
  if (!in.ok()) return Errc::truncated;
  if (config.nal_length_size == 3) return Errc::bad_nal_length;

  auto sps = read_sets(in, sps_count, AvcConfig::max_sps, nal_sps);
  if (!sps) return sps.error();
  const size_t pps_count = in.u8();
  if (!in.ok()) return Errc::truncated;
  auto pps = read_sets(in, pps_count, AvcConfig::max_pps, nal_pps);
  if (!pps) return pps.error();
  if (sps->empty() || pps->empty()) return Errc::no_parameter_sets;
  config.sps = std::move(*sps);
  config.pps = std::move(*pps);
  if (const auto tail = read_high_profile_tail(in, config); !tail) return tail.error();

  for (size_t i = config.sps.size(); i-- > 0;) {
    const auto parsed = parse_avc_sps(config.sps[i]);
    if (!parsed) return parsed.error();
    config.picture = parsed->picture;
  }
  return config;
}

std::vector<uint8_t> serialise_avc_config(const AvcConfig& config) {
  std::vector<uint8_t> record;
  wire::ByteWriter out(record);
  out.u8(1);
  out.u8(config.profile);
  out.u8(config.constraints);
  out.u8(config.level);
  out.u8(0xfc | 3);
  out.u8(0xe0 | config.sps.size());
  write_sets(out, config.sps);
  out.u8(config.pps.size());
  write_sets(out, config.pps);
  if (has_chroma_fields(config.profile)) {
    out.u8(0xfc | config.picture.chroma_format);
    out.u8(0xf8 | (config.picture.bit_depth_luma - 8));
    out.u8(0xf8 | (config.picture.bit_depth_chroma - 8));
    out.u8(config.sps_extensions.size());
    write_sets(out, config.sps_extensions);
  }
  return record;
}

Result<NalFrame> scan_avc_frame(std::span<const uint8_t> frame, const AvcConfig& config) {
  return detail::scan_frame(frame, config.nal_length_size, Avc{});
}

size_t write_canonical_avc(std::span<const uint8_t> frame, const AvcConfig& config, std::span<uint8_t> out) {
  return detail::write_canonical<Avc>(frame, config.nal_length_size, out);
}

namespace {

// seq_parameter_set_id and pic_parameter_set_id stand near the front; 40 bytes hold any ue(v) after escapes.
uint32_t set_id(std::span<const uint8_t> nal) {
  const size_t header = nal_type(nal) == nal_sps ? 4 : 1;
  if (nal.size() <= header) return UINT32_MAX;
  const auto id = nal.subspan(header, std::min<size_t>(nal.size() - header, 40));
  wire::BitReader bits(id);
  const uint32_t value = bits.ue();
  return bits.ok() ? value : UINT32_MAX;
}

Result<Absorbed> absorb_set(std::span<const uint8_t> nal, AvcConfig& config) {
  const uint8_t type = nal_type(nal);
  const uint32_t id = set_id(nal);
  if (id > 255) return Errc::malformed;
  const auto same_id = [&](const ParameterSet& known) { return set_id(known) == id; };
  if (type == nal_pps) return detail::replace_set(config.pps, nal, AvcConfig::max_pps, same_id);
  if (type == nal_sps_extension)
    return detail::replace_set(config.sps_extensions, nal, AvcConfig::max_sps, same_id);

  const auto parsed = parse_avc_sps(nal);
  if (!parsed) return parsed.error();
  auto changed = detail::replace_set(config.sps, nal, AvcConfig::max_sps, same_id);
  if (changed == Absorbed::changed && set_id(config.sps.front()) == id) {
    config.profile = parsed->profile;
    config.constraints = parsed->constraints;
    config.level = parsed->level;
    config.picture = parsed->picture;
  }
  return changed;
}

}  // namespace

ParameterSetChange absorb_avc_parameter_sets(std::span<const uint8_t> frame, AvcConfig& config) {
  ParameterSetChange change;
  NalWalk walk(frame, config.nal_length_size);
  while (const auto nal = walk.next()) {
    if (nal->empty() || Avc::kind(*nal) != NalKind::parameter_set) continue;
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
