// Sample entries: what "stsd" says of a track's codec (ISO/IEC 14496-12 8.5.2, 12.1.3 and 12.2.3).
//
//   avc1 avcC   hvc1 hvcC   ISO/IEC 14496-15      mp4a esds   ISO/IEC 14496-14 (AAC, MP3)
//   av01 av1C               AV1-ISOBMFF           Opus dOps   Encapsulation of Opus in ISO-BMFF
//   vp09 vpcC               VP ISOBMFF binding    ac-3 dac3   ETSI TS 102 366 annex F
#pragma once

#include <cstdint>
#include <vector>

#include "sluice/mux/mp4/box_reader.hpp"
#include "sluice/mux/mp4/error.hpp"
#include "sluice/mux/mp4/track.hpp"

namespace sluice::mux::mp4 {

// `track` as carried_track gives it.
void write_sample_entry(std::vector<uint8_t>& out, const Track& track);

// Fills codec, config and sizes; `track.kind` is known. A codec without a row above is opaque: its code and
// no configuration. Parameter sets of avc3 and hev1 come with the samples.
// Fails with Errc::unsupported (encrypted) or what the configuration's own parser finds.
Result<void> parse_sample_entry(const Box& entry, Track& track);

}  // namespace sluice::mux::mp4
