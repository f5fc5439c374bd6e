// H.264 and H.265 out of PES packets. Parameter sets go into the track's configuration; units before the
// first of them are dropped. An access unit begins its PES packet; a second one in it begins with a
// delimiter.
#pragma once

#include <memory>

#include "sluice/mux/ts/unit_reader.hpp"

namespace sluice::mux::ts {

std::unique_ptr<UnitReader> make_nal_reader(const Track& track);

}  // namespace sluice::mux::ts
