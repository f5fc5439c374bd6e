// Writes a multivariant playlist (RFC 8216bis 4.4.6) over the layers of one ladder.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "rendition.hpp"

namespace sluice::hls {

// One variant per video rendition of every layer. All layers carry the same sound: that of the first layer
// that has any, as one group whose first member is the default. Without video, the sound is the variant.
// Variants stand in the order given; players begin with the first.
// `query`, with '?', goes behind every URI (carried_query).
std::string write_multivariant(std::span<const Layer> layers, std::string_view query = {});

}  // namespace sluice::hls
