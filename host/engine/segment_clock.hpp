// Where segments and parts begin, decided once at the origin, so that every packager on every node cuts
// alike. Pure.
//
//   with video     a segment begins at a key frame once the target has passed; a part also at every key frame
//   without        by time alone, on the leading sound track
//   discontinuity  a segment begins at once
//   other coding   counts as a discontinuity (RFC 8216bis, 4.4.4.3): of the leading track at once, of another
//                  with the leading track's next segment
//   bound          how long segments are is settled with the first one; a group of pictures that would make a
//                  longer one is cut, since a playlist may not change what it said of that (RFC
//                  8216bis 6.2.1); the next key frame then begins a segment
#pragma once

#include <array>
#include <cstdint>

namespace sluice::engine {

struct CutMark {
  std::uint64_t segment = 0;
  std::uint32_t part = 0;
  std::uint32_t discontinuity = 0;
};

class SegmentClock {
 public:
  struct Beat {
    bool video = false;
    bool sound = false;
    bool key = false;
    bool discontinuity = false;
    std::uint8_t track_slot = 0;  // below 16
    std::uint32_t coding = 0;     // of its track: rises with each change
    std::int64_t dts = 0;
    std::int64_t duration = 0;  // 0: unknown
  };

  SegmentClock(std::int64_t segment_target, std::int64_t part_target);
  CutMark stamp(const Beat& beat);
  // No segment that begins from now on rounds to more, ns, whole seconds. 0: the first segment is not over.
  std::int64_t bound() const { return bound_; }

 private:
  static constexpr std::int64_t tolerance = 50'000'000;  // a key every 2 s may come at 1.98
  static constexpr std::int64_t longest = 10;            // targets without a key: cut where we are
  // Over the bound: tracks are cut at frames of their own, and half a second would round up.
  static constexpr std::int64_t over = 300'000'000;
  static constexpr std::int64_t second = 1'000'000'000;

  bool leads(const Beat& beat);
  bool is_recoded(const Beat& beat);
  bool video_leads() const { return leader_rank_ == 3; }
  bool segment_due(const Beat& beat, bool leading) const;
  bool part_due(const Beat& beat, bool leading) const;
  void begin_segment(const Beat& beat);
  void settle_bound(std::int64_t length);

  const std::int64_t segment_target_;
  const std::int64_t part_target_;
  CutMark mark_;
  std::array<std::uint32_t, 16> codings_{};  // of each track's last frame; 0: none came
  bool recoded_ = false;                     // a discontinuity the next segment begins with
  bool started_ = false;
  int leader_rank_ = 0;  // 0: none yet; data, sound, video
  std::uint8_t leader_slot_ = 0;
  std::int64_t leader_last_ = 0;
  std::int64_t leader_step_ = 0;
  bool leader_ran_ = false;
  std::int64_t segment_start_ = 0;
  std::int64_t part_start_ = 0;
  std::int64_t bound_ = 0;
  bool keyless_ = false;  // this segment began without a key frame
};

}  // namespace sluice::engine
