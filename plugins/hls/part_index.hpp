// PartIndex: what one rendition offers just now: finished segments by number, the open one part by part.
//
//   kept         | listed                                  | open
//   seg_4  seg_5 | seg_6   seg_7 (lost)   seg_8    seg_9   | part_10_0  part_10_1  [part_10_2: hinted]
//                  ^ first_listed()                          ^ open()
//
// All numbers are the engine's cut marks, so every node names alike: segment number = media sequence number,
// discontinuity mark = discontinuity sequence number. A segment joined in its middle is never listed. Pure:
// fed with facts, it holds chunks by reference and reads none.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace sluice::hls {

// Whatever the owner holds a chunk by; released when the chunk leaves the window.
using ChunkRef = std::shared_ptr<const void>;

inline constexpr std::int64_t no_wall = INT64_MIN;

// Times in ns; dts on the stream's timeline, `wall` since 1970-01-01 UTC or no_wall.
struct Chunk {
  std::uint64_t segment = 0;  // cut marks of its first frame
  std::uint32_t part = 0;
  std::uint32_t discontinuity = 0;
  std::uint64_t init = 0;  // which media initialisation section it needs
  std::int64_t dts = 0;
  std::int64_t duration = 0;
  std::int64_t wall = no_wall;
  bool independent = false;
  std::uint64_t bytes = 0;
  ChunkRef held;
};

struct Part {
  std::uint32_t number = 0;  // its mark; its Part Index is its place in Segment::parts
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::uint64_t bytes = 0;
  bool independent = false;
  std::vector<ChunkRef> chunks;  // empty: lost

  std::int64_t duration() const { return end - begin; }
};

struct Segment {
  std::uint64_t number = 0;
  std::uint32_t discontinuity = 0;
  bool starts_discontinuity = false;
  bool starts_period = false;  // DASH: it cannot continue what is before it
  bool closed = false;
  bool lost = false;  // missing, or with a hole: no file
  bool independent = false;
  std::uint64_t init = 0;
  std::int64_t begin = 0;
  std::int64_t duration = 0;  // so far, while open
  std::int64_t wall = no_wall;
  std::uint64_t bytes = 0;
  // DASH: its Period began with the discontinuity (0), or after a hole or a change with this segment; and
  // when.
  std::uint64_t period = 0;
  std::int64_t period_begin = 0;
  std::vector<Part> parts;

  std::int64_t end() const { return begin + duration; }
};

struct WindowLimits {
  std::size_t segments = 12;                      // listed
  std::chrono::nanoseconds time{40'000'000'000};  // listed
  std::uint64_t bytes = 64u << 20;                // held, what is no longer listed included
  std::chrono::nanoseconds segment_target{2'000'000'000};
  // A chunk is a whole part, offered at once (CMAF). Else a part ends when the next begins (TS).
  bool whole_parts = true;
};

// How much of a rendition was left out and why; each only rises.
struct WindowCounts {
  std::uint64_t out_of_order = 0;  // chunks older than what is there
  std::uint64_t incomplete = 0;    // chunks of a segment whose beginning or middle is missing
  std::uint64_t lost_segments = 0;
  std::uint64_t over_bytes = 0;  // segments that left early because of the byte bound
  std::uint64_t restarts = 0;    // the marks jumped beyond the window
  std::uint64_t target_raised = 0;
};

class PartIndex {
 public:
  explicit PartIndex(const WindowLimits& limits) : limits_(limits) {}

  void add(Chunk chunk);
  void add_init(std::uint64_t number, ChunkRef held);
  // The longest any segment may be, rounded: what the target duration is to be at least. Before it is
  // settled.
  void expect_at_most(std::uint32_t seconds) { bound_ = seconds; }
  // No more comes: the open segment is finished and the list closed.
  void end();

  // There is something to list. Until then requests are held.
  bool ready() const { return target_ != 0 && closed_count() > first_listed_; }
  bool ended() const { return ended_; }
  // Rises whenever what is offered changes.
  std::uint64_t revision() const { return revision_; }

  // In order of number, without holes in the numbers; the last one may be open.
  const std::deque<Segment>& segments() const { return segments_; }
  std::size_t first_listed() const { return first_listed_; }
  std::size_t closed_count() const;
  const Segment* open() const;
  const Segment* last_closed() const;
  // Parts of it that are whole and will not change.
  std::size_t whole_parts(const Segment& segment) const;

  // By name. Null: not there; a lost segment and a lost part have no file.
  const Segment* find_segment(std::uint64_t number) const;
  const Part* find_part(std::uint64_t segment, std::uint32_t part) const;
  ChunkRef find_init(std::uint64_t number) const;

  struct PartName {
    std::uint64_t segment = 0;
    std::uint32_t part = 0;
  };
  // What is expected next (EXT-X-PRELOAD-HINT). It may never come: then the segment ended before it.
  std::optional<PartName> next_part() const;

  // The newest of all, for rendition reports and for judging how far ahead a request is. `part` is an index.
  struct Newest {
    std::uint64_t segment = 0;
    std::optional<std::uint32_t> part;
  };
  std::optional<Newest> newest() const;

  // RFC 8216bis 6.2.5.2: whether a playlist made now satisfies _HLS_msn and _HLS_part (an index).
  bool has(std::uint64_t msn, std::optional<std::uint32_t> part) const;

  // Seconds; settled when the first segment is whole, never falls. It rises (counted) only when a segment
  // comes that is longer than the engine said, since an EXTINF above it would be worse.
  std::uint32_t target_duration() const { return target_; }
  std::int64_t part_target() const { return part_target_; }

  // Bit/s. Peak: RFC 8216bis 4.1, the highest over neighbours of 0.5 to 1.5 target durations; never falls.
  std::uint64_t peak_bitrate() const { return peak_; }
  std::uint64_t average_bitrate() const;
  bool all_independent() const;

  const WindowCounts& counts() const { return counts_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  bool follows(const Chunk& chunk) const;
  bool begin_segment(const Chunk& chunk);
  void list_missing(const Chunk& chunk);
  void place(Segment& segment) const;
  bool add_to_open(Chunk& chunk);
  void append(Part& part, Chunk& chunk);
  void close_open(const Chunk* next);
  void settle_targets(const Segment& segment);
  void raise_peak();
  void lose_open();
  void restart();
  void trim();
  bool list_too_long() const;
  bool front_is_due() const;
  void drop_front();
  void drop_unused_inits();
  bool accepts() const { return !segments_.empty() && !segments_.back().closed && !segments_.back().lost; }

  WindowLimits limits_;
  std::deque<Segment> segments_;
  std::size_t first_listed_ = 0;
  struct Init {
    std::uint64_t number;
    ChunkRef held;
  };
  std::vector<Init> inits_;
  std::uint64_t bytes_ = 0;
  std::uint64_t revision_ = 0;
  std::uint32_t target_ = 0;
  std::uint32_t bound_ = 0;
  std::int64_t part_target_ = 0;
  std::uint64_t peak_ = 0;
  bool ended_ = false;
  WindowCounts counts_;
};

}  // namespace sluice::hls
