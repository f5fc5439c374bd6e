// Shared by the two NAL codecs: the scan and the copy into canonical form, with the codec's own facts as a
// policy.
//
// A Codec has:  static NalKind kind(nal)             what the unit is
//               bool disposable(nal) const           a slice nothing refers to
#pragma once

#include <algorithm>

#include "sluice/media/nal_units.hpp"
#include "sluice/wire/byte_writer.hpp"

namespace sluice::media::detail {

enum class NalKind { slice, key_slice, parameter_set, delimiter, other };

inline bool stays(NalKind kind) { return kind != NalKind::parameter_set && kind != NalKind::delimiter; }

template <class Codec>
Result<NalFrame> scan_frame(std::span<const uint8_t> frame, unsigned length_size, const Codec& codec) {
  NalFrame facts;
  facts.needs_rewrite = length_size != 4;
  bool slices = false, referenced = false;
  NalWalk walk(frame, length_size);
  while (const auto nal = walk.next()) {
    const NalKind kind = nal->empty() ? NalKind::delimiter : Codec::kind(*nal);
    if (stays(kind)) {
      facts.canonical_size += 4 + nal->size();
    } else {
      facts.needs_rewrite = true;
    }
    facts.has_parameter_sets |= kind == NalKind::parameter_set;
    facts.key |= kind == NalKind::key_slice;
    if (kind == NalKind::slice || kind == NalKind::key_slice) {
      slices = true;
      referenced |= !codec.disposable(*nal);
    }
  }
  if (!walk.ok()) return Errc::bad_nal_length;
  facts.disposable = slices && !referenced;
  return facts;
}

template <class Codec>
size_t write_canonical(std::span<const uint8_t> frame, unsigned length_size, std::span<uint8_t> out) {
  size_t at = 0;
  NalWalk walk(frame, length_size);
  while (const auto nal = walk.next()) {
    if (nal->empty() || !stays(Codec::kind(*nal))) continue;
    if (out.size() - at < 4 + nal->size()) return 0;
    wire::store_be<4>(out.data() + at, nal->size());
    std::copy(nal->begin(), nal->end(), out.begin() + static_cast<std::ptrdiff_t>(at + 4));
    at += 4 + nal->size();
  }
  return walk.ok() ? at : 0;
}

enum class Absorbed { same, changed };

// Puts `set` where the set of the same id stands, or at the end.
template <class SameId>
Result<Absorbed> replace_set(std::vector<ParameterSet>& sets, std::span<const uint8_t> set, size_t limit,
                             SameId same_id) {
  for (ParameterSet& known : sets) {
    if (!same_id(known)) continue;
    if (std::equal(known.begin(), known.end(), set.begin(), set.end())) return Absorbed::same;
    known.assign(set.begin(), set.end());
    return Absorbed::changed;
  }
  if (sets.size() >= limit) return Errc::beyond_limits;
  sets.emplace_back(set.begin(), set.end());
  return Absorbed::changed;
}

}  // namespace sluice::media::detail
