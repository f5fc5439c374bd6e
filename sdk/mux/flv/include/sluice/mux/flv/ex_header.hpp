// What Enhanced RTMP's video and audio headers have in common ("Enhanced RTMP (v2)": ModEx, FourCC,
// multitrack).
#pragma once

#include <cstdint>
#include <span>

#include "sluice/mux/flv/error.hpp"
#include "sluice/wire/byte_reader.hpp"

namespace sluice::mux::flv {

constexpr uint32_t fourcc(const char (&text)[5]) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(text[i]);
  return value;
}

// Tracks in one message. More is dropped whole: nobody sends it.
inline constexpr size_t max_tracks = 16;

enum class Multitrack : uint8_t { one_track = 0, many_tracks = 1, many_tracks_many_codecs = 2, none = 255 };

struct ExHeader {
  uint8_t packet_type = 0;
  uint32_t nano_offset = 0;  // added to the timestamp
  Multitrack multitrack = Multitrack::none;
  uint32_t fourcc = 0;  // 0: each track names its own
};

// Reads from the packet type on. `packet_type` is the low half of the first byte. `multitrack_type` is the
// value of the Multitrack packet type, which differs between video and audio. Fails with Errc::malformed_tag
// or bad_multitrack.
Result<ExHeader> read_ex_header(wire::ByteReader& in, uint8_t packet_type, uint8_t multitrack_type);

struct ExTrack {
  uint32_t fourcc = 0;
  uint8_t id = 0;
  std::span<const uint8_t> body;
};

// Reads the next track of a multitrack body, or the whole rest as track 0. Fails with Errc::bad_multitrack.
Result<ExTrack> read_ex_track(wire::ByteReader& in, const ExHeader& header);

}  // namespace sluice::mux::flv
