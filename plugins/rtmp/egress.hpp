// Egress: frames to RTMP messages, made once per lane and shared by all players there.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <sluice/host.hpp>

#include "parcel.hpp"

namespace sluice::rtmp {

// What a player said in `connect` it can take beyond classic RTMP.
struct Capabilities {
  bool any = false;  // "*"
  std::vector<std::string> four_ccs;

  bool has(std::uint32_t codec) const;
};

inline constexpr std::uint32_t out_chunk_size = 65536;

// Fixed, so that a message's bytes are the same for every player.
inline constexpr std::uint32_t play_stream_id = 1;

// [lane]
class Egress {
 public:
  explicit Egress(const Host& host) : pool_(host) {}

  ParcelPool& pool() { return pool_; }

  // The frame's message. Empty when its codec cannot travel over RTMP at all.
  ParcelRef parcel_of(sluice_entry& entry);
  // What sluice_engine's cache release is to be told.
  static void release_cached(void* egress, void* cached);

  // The message that configures a decoder for this track; null when the codec has none.
  ParcelRef sequence_header(const sluice_track& track, std::int64_t dts);
  // onMetaData of these tracks.
  ParcelRef metadata(std::span<const sluice_track* const> tracks);

  // Whether a player can be sent this track, and in which words it is told if not.
  static bool can_carry(const sluice_track& track, const Capabilities& capabilities);
  static std::string codec_name(std::uint32_t codec);

 private:
  void fill(Parcel& parcel, const sluice_frame& frame);

  ParcelPool pool_;
  std::vector<std::span<const std::uint8_t>> slices_;  // keeps its room
};

}  // namespace sluice::rtmp
