// What a programme map says of a track, and what track an entry of a programme map is.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sluice/mux/ts/error.hpp"
#include "sluice/mux/ts/pmt.hpp"
#include "sluice/mux/ts/track.hpp"

namespace sluice::mux::ts {

// stream_type, ISO/IEC 13818-1 table 2-34; from 0x80 user private, as ATSC A/53 part 3 uses it.
enum : uint8_t {
  type_mpeg1_audio = 0x03,
  type_mpeg2_audio = 0x04,
  type_private = 0x06,
  type_aac_adts = 0x0f,
  type_h264 = 0x1b,
  type_h265 = 0x24,
  type_atsc_ac3 = 0x81,
};

struct StreamForm {
  uint8_t type = 0;
  uint8_t stream_id = 0;
  std::vector<uint8_t> descriptors;
};

// Fails with Errc::unsupported for a codec that is not carried (AV1, VP9, FLAC ...), or any Errc where its
// configuration cannot be said here. Data of any code travels as private PES with a registration descriptor.
Result<StreamForm> form_of(const Track& track);

// Kind, codec, language and what of the configuration stands in the map; the rest comes with the first
// frames. None for a stream that is not read here. A private stream that nothing names is data of the code 0.
std::optional<Track> track_of(const PmtStream& stream);

}  // namespace sluice::mux::ts
