// AAC in ADTS, MP3 and AC-3 out of PES packets: frames that lie one behind another, also over the ends of
// packets. The time of a packet is that of the first frame that begins in it (ISO/IEC 13818-1 2.4.3.7); the
// others follow from the number of samples.
#pragma once

#include <memory>

#include "sluice/mux/ts/unit_reader.hpp"

namespace sluice::mux::ts {

std::unique_ptr<UnitReader> make_sound_reader(const Track& track);

}  // namespace sluice::mux::ts
