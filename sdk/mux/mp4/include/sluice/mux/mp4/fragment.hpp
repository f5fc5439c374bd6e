// "moof" and the head of its "mdat": the samples of one movie fragment (ISO/IEC 14496-12 8.8.4 to 8.8.12).
//
//   moof | mfhd | traf ( tfhd tfdt trun ) per track | mdat head | payload: run after run, sample after sample
//
// Written: offsets count from moof, one run per track, composition offsets signed (trun version 1), decode
// times of 64 bits; what all samples of a run share stands once in tfhd. The same samples give the same
// bytes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sluice/mux/mp4/error.hpp"
#include "sluice/mux/mp4/movie.hpp"

namespace sluice::mux::mp4 {

struct FragmentSample {
  uint32_t size = 0;
  uint32_t duration = 0;           // ticks
  int32_t composition_offset = 0;  // ticks from decoding to presentation
  bool sync = true;                // decoding can start here
  bool disposable = false;         // no other sample refers to it
};

struct TrackRun {
  uint32_t track_id = 0;
  uint64_t decode_time = 0;  // of its first sample, ticks
  std::vector<FragmentSample> samples;
};

// Appends everything up to the payload. Runs without samples are left out. Together the samples are smaller
// than 4 GiB.
void write_fragment(std::vector<uint8_t>& out, uint32_t sequence_number, std::span<const TrackRun> runs);

// One sample that a fragment announces.
struct PlacedSample {
  size_t track = 0;     // index in Movie::tracks
  uint64_t offset = 0;  // of its first byte, from the start of moof
  uint32_t size = 0;
  int64_t decode_time = 0;
  uint32_t duration = 0;
  int32_t composition_offset = 0;
  bool sync = true;
  bool disposable = false;
};

// Reads a "moof" body; its header was header_size bytes long. `next_times`: the decode time each track of
// the movie has reached; taken where "tfdt" is missing, and moved on. Samples come in the order of their
// bytes. Fails with any Errc; nothing is allocated before its size has been checked.
Result<std::vector<PlacedSample>> parse_fragment(std::span<const uint8_t> body, uint64_t header_size,
                                                 const Movie& movie, std::span<int64_t> next_times);

}  // namespace sluice::mux::mp4
