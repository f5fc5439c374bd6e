// Tracks and frames to FLV. Sans-IO, and it never sees a payload: of a frame it gives what stands before and
// behind it.
//
// One picture and one sound: the first track of each kind that FLV carries. Tags come in the order of the
// frames given, so they are as interleaved as those; a track's timestamps never fall if its DTS does not.
// Timestamps are those of the frames, in ms, whoever reads from where; they wrap as timestamp.hpp says.
#pragma once

#include <sluice/abi/frame.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "sluice/mux/flv/carriage.hpp"
#include "sluice/mux/flv/error.hpp"
#include "sluice/mux/flv/tag.hpp"

namespace sluice::mux::flv {

struct MuxedFrame {
  uint32_t track_id = 0;
  uint64_t size = 0;
  FrameMarks marks;
};

// One frame as a tag: head, its payload, tail.
class Wrapping {
 public:
  std::span<const uint8_t> head() const { return std::span(head_).first(head_size_); }
  std::span<const uint8_t> tail() const { return tail_; }

 private:
  friend class Muxer;
  std::array<uint8_t, tag_head_size + sizeof(TagHeader::bytes)> head_{};
  size_t head_size_ = 0;
  std::array<uint8_t, previous_size_size> tail_{};
};

class Muxer {
 public:
  // The newest revision of all tracks, borrowed for the call. Left out: codecs FLV has no tag for, H.264,
  // H.265 and AAC without configuration, a configuration beyond 16 KiB. Fails with Errc::no_track, and then
  // carries none.
  Result<void> set_tracks(std::span<const sluice_track* const> tracks);

  bool carries(uint32_t track_id) const { return find(track_id) != nullptr; }
  bool has_video() const;

  // What a stream begins with: file header, onMetaData, sequence headers, all at timestamp 0.
  std::vector<uint8_t> beginning() const;
  // The sequence headers alone, as tags at this time: in mid-stream, when they have changed.
  void append_sequence_headers(int64_t dts, std::vector<uint8_t>& out) const;

  // Fails with Errc::unknown_track, empty_message or tag_too_large.
  Result<Wrapping> wrap(const MuxedFrame& frame) const;

 private:
  struct Carried {
    sluice_track facts{};  // its config is the one below
    std::vector<uint8_t> config;
    sluice_track view() const;
  };

  const Carried* find(uint32_t track_id) const;
  bool has(uint32_t kind) const;

  std::vector<Carried> carried_;  // at most one of a kind
};

}  // namespace sluice::mux::flv
