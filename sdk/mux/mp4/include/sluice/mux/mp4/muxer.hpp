// Gathers samples and makes one movie fragment of them at a time. Sans-IO, and it never sees a payload: a
// fragment is the bytes of its head and the order in which the caller puts the samples behind it.
//
// Bytes are a function of the tracks, of the samples in the fragment and of the one that comes next, not of
// what was muxed before.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sluice/mux/mp4/error.hpp"
#include "sluice/mux/mp4/fragment.hpp"
#include "sluice/mux/mp4/track.hpp"

namespace sluice::mux::mp4 {

struct MuxedTrack {
  Track track;
  int64_t nominal_duration = 0;  // ns, as nominal_duration() gives it

  friend bool operator==(const MuxedTrack&, const MuxedTrack&) = default;
};

// Times in ns.
struct Sample {
  uint32_t track_id = 0;
  int64_t dts = 0;  // not negative; never falls within a track
  int64_t pts = 0;
  int64_t duration = 0;  // 0 unknown
  uint32_t size = 0;
  bool key = false;
  bool disposable = false;
};

// The frame that ended the fragment by not belonging to it, of whatever track.
struct Successor {
  uint32_t track_id = 0;
  int64_t dts = 0;
};

class Muxer {
 public:
  // Track ids are distinct.
  explicit Muxer(std::vector<MuxedTrack> tracks);

  const std::vector<MuxedTrack>& tracks() const { return tracks_; }
  bool carries(uint32_t track_id) const;

  // Takes one more sample into the fragment. Fails, and takes nothing, with Errc::unknown_track, too_large,
  // too_many_samples, time_beyond_limits (before zero, or pts too far from dts) or malformed (dts falls).
  Result<void> add(const Sample& sample);

  bool empty() const { return samples_.empty(); }
  size_t count() const { return samples_.size(); }
  uint64_t bytes() const { return bytes_; }  // of the samples gathered
  const Sample& first() const { return samples_.front(); }

  struct Fragment {
    std::vector<uint8_t> head;    // moof, and mdat up to its payload
    std::vector<uint32_t> order;  // of the payloads behind it: indices in the order of add()
    int64_t duration = 0;         // ns, of its video if it has some
  };

  // Ends the fragment; at least one sample has been added. The duration of a track's last sample reaches to
  // the successor if that is its own, otherwise it is the shortest of what codec, source and the steps within
  // the fragment say: times of decoding then leave gaps rather than overlap.
  Fragment close(std::optional<Successor> next, uint32_t sequence_number);

  // Ticks of the track's clock.
  uint64_t decode_time(const Sample& sample) const;

 private:
  struct Lane {
    std::vector<uint32_t> samples;
    int64_t end = 0;  // ns, set by run_of
  };

  const MuxedTrack* find(uint32_t track_id) const;
  int64_t last_duration(const MuxedTrack& track, const Lane& lane, std::optional<Successor> next) const;
  TrackRun run_of(const MuxedTrack& track, Lane& lane, std::optional<Successor> next) const;

  std::vector<MuxedTrack> tracks_;
  std::vector<Lane> lanes_;  // beside tracks_
  std::vector<Sample> samples_;
  uint64_t bytes_ = 0;
};

}  // namespace sluice::mux::mp4
