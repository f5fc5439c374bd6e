// What is believed of an MP4 stream at most; more is refused before anything is allocated for it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::mux::mp4 {

inline constexpr size_t max_tracks = 64;
inline constexpr size_t max_samples = 65536;                   // of one fragment, all tracks together
inline constexpr size_t max_movie_bytes = 4u << 20;            // moov
inline constexpr size_t max_fragment_bytes = 2u << 20;         // moof
inline constexpr size_t max_sample_bytes = 16u << 20;          // one access unit
inline constexpr size_t max_config_bytes = 64u << 10;          // codec configuration
inline constexpr uint32_t max_written_timescale = 10'000'000;  // so that durations fit 32 bits

}  // namespace sluice::mux::mp4
