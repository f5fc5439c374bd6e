#include "part_index.hpp"

#include <algorithm>

namespace sluice::hls {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t millisecond = 1'000'000;
// A part can be empty (no sound between two key frames); media that is missing leaves a longer hole.
constexpr std::int64_t hole_tolerance = 50 * millisecond;
constexpr std::size_t kept_inits = 8;

std::uint32_t rounded_seconds(std::int64_t ns) {
  return static_cast<std::uint32_t>((std::max<std::int64_t>(ns, 0) + second / 2) / second);
}

std::int64_t rounded_up(std::int64_t ns) { return (ns + millisecond - 1) / millisecond * millisecond; }

std::uint64_t bitrate(std::uint64_t bytes, std::int64_t ns) {
  if (ns <= 0) return 0;
  return static_cast<std::uint64_t>(static_cast<double>(bytes) * 8 * second / static_cast<double>(ns));
}

}  // namespace

std::size_t PartIndex::closed_count() const {
  return segments_.size() - (segments_.empty() || segments_.back().closed ? 0 : 1);
}

const Segment* PartIndex::open() const {
  return segments_.empty() || segments_.back().closed ? nullptr : &segments_.back();
}

const Segment* PartIndex::last_closed() const {
  const std::size_t count = closed_count();
  return count == 0 ? nullptr : &segments_[count - 1];
}

std::size_t PartIndex::whole_parts(const Segment& segment) const {
  const bool growing = !segment.closed && !segment.lost && !limits_.whole_parts && !segment.parts.empty();
  return segment.parts.size() - (growing ? 1 : 0);
}

void PartIndex::add(Chunk chunk) {
  if (ended_ || !follows(chunk)) {
    ++counts_.out_of_order;
    return;
  }
  const bool begins = segments_.empty() || segments_.back().closed || chunk.segment > segments_.back().number;
  if (begins && !begin_segment(chunk)) {
    ++counts_.incomplete;
    return;
  }
  if (!add_to_open(chunk)) {
    ++counts_.incomplete;
    return;
  }
  ++revision_;
  trim();
}

bool PartIndex::follows(const Chunk& chunk) const {
  if (segments_.empty()) return true;
  const Segment& last = segments_.back();
  if (chunk.segment < last.number || chunk.discontinuity < last.discontinuity) return false;
  if (chunk.segment > last.number) return true;
  if (last.closed || chunk.discontinuity != last.discontinuity) return false;
  return last.parts.empty() || chunk.part >= last.parts.back().number;
}

// False: the segment's beginning is missing, and nothing of it will be offered.
bool PartIndex::begin_segment(const Chunk& chunk) {
  if (!segments_.empty()) {
    const std::uint64_t step = chunk.segment - segments_.back().number;
    // A discontinuity always begins a segment, so there cannot be more of them than segments.
    if (step > limits_.segments || chunk.discontinuity - segments_.back().discontinuity > step) {
      restart();
    } else {
      close_open(&chunk);
      list_missing(chunk);
    }
  }
  const bool whole = chunk.part == 0;
  if (segments_.empty() && !whole) return false;
  Segment segment;
  segment.number = chunk.segment;
  segment.discontinuity = chunk.discontinuity;
  segment.independent = chunk.independent;
  segment.init = chunk.init;
  segment.wall = chunk.wall;
  segment.begin = chunk.dts;
  if (!whole) segment.begin = segments_.back().end();
  place(segment);
  segments_.push_back(std::move(segment));
  if (!whole) {
    lose_open();
    ++revision_;
  }
  return whole;
}

// Against the one before it. A viewer who comes to a node that began later must find the same Period: so one
// that may have begun before this node watched begins at 0.
void PartIndex::place(Segment& segment) const {
  if (segments_.empty()) {
    segment.starts_period = true;
    if (counts_.restarts == 0) return;
    segment.period = segment.number;
    segment.period_begin = segment.begin;
    return;
  }
  const Segment& before = segments_.back();
  segment.starts_discontinuity = segment.discontinuity > before.discontinuity;
  segment.starts_period = segment.starts_discontinuity || before.lost || segment.init != before.init;
  segment.period = segment.starts_discontinuity ? 0 : segment.starts_period ? segment.number : before.period;
  segment.period_begin = segment.starts_period ? segment.begin : before.period_begin;
}

// The numbers between the last segment and this chunk's, as segments that are lost; the discontinuities
// among them are given to the last ones.
void PartIndex::list_missing(const Chunk& chunk) {
  const Segment before = Segment(segments_.back());
  const std::uint64_t missing = chunk.segment - before.number - 1;
  if (missing == 0) return;
  const std::int64_t hole = std::max<std::int64_t>(chunk.dts - before.end(), 0);
  const std::uint64_t sharing = missing + (chunk.part == 0 ? 0 : 1);
  const std::int64_t longest = static_cast<std::int64_t>(std::max(target_, 1u)) * second;
  const std::int64_t each = std::clamp(hole / static_cast<std::int64_t>(sharing), millisecond, longest);
  std::int64_t begin = before.end();
  for (std::uint64_t i = 1; i <= missing; ++i, begin += each) {
    const std::uint64_t still_to_come = missing - i + 1;
    const std::uint64_t discontinuity = std::max<std::uint64_t>(
        before.discontinuity,
        chunk.discontinuity - std::min<std::uint64_t>(chunk.discontinuity, still_to_come));
    Segment segment;
    segment.number = before.number + i;
    segment.discontinuity = static_cast<std::uint32_t>(discontinuity);
    segment.closed = segment.lost = true;
    segment.init = before.init;
    segment.begin = begin;
    segment.duration = each;
    place(segment);
    segments_.push_back(std::move(segment));
    ++counts_.lost_segments;
  }
}

bool PartIndex::add_to_open(Chunk& chunk) {
  if (!accepts()) return false;
  Segment& segment = segments_.back();
  const bool first = segment.parts.empty();
  if (!first && chunk.part > segment.parts.back().number + 1 &&
      chunk.dts - segment.parts.back().end > hole_tolerance) {
    lose_open();
    ++revision_;
    return false;
  }
  if (first || chunk.part > segment.parts.back().number) {
    Part part;
    part.number = chunk.part;
    part.begin = part.end = chunk.dts;
    part.independent = chunk.independent;
    if (!first && !limits_.whole_parts) {
      Part& ending = segment.parts.back();
      ending.end = std::max(ending.begin, chunk.dts);
    }
    segment.parts.push_back(std::move(part));
  }
  append(segment.parts.back(), chunk);
  return true;
}

void PartIndex::append(Part& part, Chunk& chunk) {
  Segment& segment = segments_.back();
  const std::int64_t before = part.duration();
  part.end = std::max(part.end, chunk.dts + std::max<std::int64_t>(chunk.duration, 0));
  part.bytes += chunk.bytes;
  part.chunks.push_back(std::move(chunk.held));
  segment.bytes += chunk.bytes;
  bytes_ += chunk.bytes;
  // Whole parts: the sum of what the playlist says of them. Else tracks interleave: to the furthest of them.
  segment.duration = limits_.whole_parts ? segment.duration + part.duration() - before
                                         : std::max(segment.duration, part.end - segment.begin);
  if (target_ != 0 && limits_.whole_parts) part_target_ = std::max(part_target_, rounded_up(part.duration()));
}

void PartIndex::close_open(const Chunk* next) {
  Segment& segment = segments_.back();
  if (segment.closed) return;
  segment.closed = true;
  const bool continues =
      next && next->segment == segment.number + 1 && next->discontinuity == segment.discontinuity;
  if (continues && next->dts > segment.begin && (!limits_.whole_parts || segment.lost))
    segment.duration = next->dts - segment.begin;
  if (segment.lost) {
    const std::int64_t longest = static_cast<std::int64_t>(std::max(target_, 1u)) * second;
    segment.duration = std::clamp(segment.duration, millisecond, longest);
  } else {
    settle_targets(segment);
    raise_peak();
  }
}

void PartIndex::settle_targets(const Segment& segment) {
  const std::uint32_t wanted = rounded_seconds(segment.duration);
  if (target_ == 0) {
    target_ = std::max({1u, bound_, rounded_seconds(limits_.segment_target.count()), wanted});
    for (const Part& part : segment.parts) part_target_ = std::max(part_target_, rounded_up(part.duration()));
  } else if (wanted > target_) {
    target_ = wanted;
    ++counts_.target_raised;
  }
}

void PartIndex::raise_peak() {
  const std::int64_t target = static_cast<std::int64_t>(target_) * second;
  std::uint64_t bytes = 0;
  std::int64_t time = 0;
  for (std::size_t i = segments_.size(); i-- > 0 && !segments_[i].lost;) {
    bytes += segments_[i].bytes;
    time += segments_[i].duration;
    if (time * 2 > target * 3) break;
    if (time * 2 >= target) peak_ = std::max(peak_, bitrate(bytes, time));
  }
}

void PartIndex::lose_open() {
  Segment& segment = segments_.back();
  segment.lost = true;
  bytes_ -= segment.bytes;
  segment.bytes = 0;
  for (Part& part : segment.parts) part.chunks.clear();
  ++counts_.lost_segments;
}

void PartIndex::restart() {
  ++counts_.restarts;
  ++revision_;
  segments_.clear();
  first_listed_ = 0;
  bytes_ = 0;
}

void PartIndex::add_init(std::uint64_t number, ChunkRef held) {
  std::erase_if(inits_, [&](const Init& init) { return init.number == number; });
  inits_.push_back({number, std::move(held)});
  drop_unused_inits();
}

void PartIndex::drop_unused_inits() {
  const auto used = [&](const Init& init) {
    return init.number == inits_.back().number || std::ranges::any_of(segments_, [&](const Segment& segment) {
             return segment.init == init.number && !segment.lost;
           });
  };
  while (inits_.size() > 1) {
    const auto unused = std::ranges::find_if_not(inits_, used);
    if (unused != inits_.end())
      inits_.erase(unused);
    else if (inits_.size() > kept_inits)
      inits_.erase(inits_.begin());
    else
      return;
  }
}

void PartIndex::end() {
  if (ended_) return;
  if (!segments_.empty()) {
    close_open(nullptr);
    if (segments_.back().lost) segments_.pop_back();
  }
  first_listed_ = std::min(first_listed_, segments_.size());
  ended_ = true;
  ++revision_;
}

// What is listed shrinks to its bounds; what is no longer listed stays as long as RFC 8216bis 6.2.2 asks,
// its own duration and the list's once more; the byte bound comes before both.
void PartIndex::trim() {
  while (list_too_long()) ++first_listed_;
  while (front_is_due()) drop_front();
  while (bytes_ > limits_.bytes && segments_.size() > 1) {
    if (first_listed_ == 0) ++counts_.over_bytes;
    drop_front();
  }
  if (bytes_ > limits_.bytes && accepts()) {
    ++counts_.over_bytes;
    lose_open();
  }
}

bool PartIndex::list_too_long() const {
  const std::size_t count = closed_count();
  if (count <= first_listed_ + 1) return false;
  const std::int64_t listed = segments_[count - 1].end() - segments_[first_listed_].begin;
  const bool too_many = count - first_listed_ > limits_.segments || listed > limits_.time.count();
  // 6.2.2: never shorter than three target durations because of a removal.
  const std::int64_t rest = segments_[count - 1].end() - segments_[first_listed_ + 1].begin;
  return too_many && rest >= 3 * static_cast<std::int64_t>(target_) * second;
}

bool PartIndex::front_is_due() const {
  if (first_listed_ == 0) return false;
  const Segment& front = segments_.front();
  const std::int64_t newest = segments_.back().end();
  const std::int64_t listed = newest - segments_[first_listed_].begin;
  return newest - front.end() > 2 * listed + front.duration;
}

void PartIndex::drop_front() {
  bytes_ -= segments_.front().bytes;
  segments_.pop_front();
  if (first_listed_ > 0) --first_listed_;
  drop_unused_inits();
}

const Segment* PartIndex::find_segment(std::uint64_t number) const {
  if (segments_.empty() || number < segments_.front().number || number > segments_.back().number)
    return nullptr;
  const Segment& segment = segments_[number - segments_.front().number];
  return segment.lost ? nullptr : &segment;
}

const Part* PartIndex::find_part(std::uint64_t segment, std::uint32_t part) const {
  const Segment* of = find_segment(segment);
  if (!of) return nullptr;
  const std::size_t count = whole_parts(*of);
  for (std::size_t i = 0; i < count; ++i)
    if (of->parts[i].number == part) return &of->parts[i];
  return nullptr;
}

ChunkRef PartIndex::find_init(std::uint64_t number) const {
  const auto found = std::ranges::find(inits_, number, &Init::number);
  return found == inits_.end() ? nullptr : found->held;
}

std::optional<PartIndex::PartName> PartIndex::next_part() const {
  if (ended_ || segments_.empty()) return {};
  const Segment& last = segments_.back();
  if (last.closed || last.lost) return PartName{last.number + 1, 0};
  if (last.parts.empty()) return PartName{last.number, 0};
  const bool growing = !limits_.whole_parts;
  return PartName{last.number, last.parts.back().number + (growing ? 0 : 1)};
}

std::optional<PartIndex::Newest> PartIndex::newest() const {
  for (std::size_t i = segments_.size(); i-- > first_listed_;) {
    const Segment& segment = segments_[i];
    const std::size_t parts = limits_.whole_parts ? whole_parts(segment) : 0;
    if (parts > 0) return Newest{segment.number, static_cast<std::uint32_t>(parts - 1)};
    if (segment.closed) return Newest{segment.number, {}};
  }
  return {};
}

bool PartIndex::has(std::uint64_t msn, std::optional<std::uint32_t> part) const {
  if (ended_) return true;
  if (!part) {
    const Segment* last = last_closed();
    return last && last->number >= msn;
  }
  if (segments_.empty() || msn > segments_.back().number) return false;
  for (std::size_t i = segments_.size(); i-- > 0 && segments_[i].number > msn;)
    if (segments_[i].closed || whole_parts(segments_[i]) > 0) return true;
  return msn >= segments_.front().number && whole_parts(segments_[msn - segments_.front().number]) > *part;
}

std::uint64_t PartIndex::average_bitrate() const {
  std::uint64_t bytes = 0;
  std::int64_t time = 0;
  for (std::size_t i = 0; i < closed_count(); ++i) {
    if (segments_[i].lost) continue;
    bytes += segments_[i].bytes;
    time += segments_[i].duration;
  }
  return bitrate(bytes, time);
}

bool PartIndex::all_independent() const {
  return std::ranges::all_of(segments_,
                             [](const Segment& segment) { return segment.lost || segment.independent; });
}

}  // namespace sluice::hls
