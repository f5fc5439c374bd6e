#include "waiting.hpp"

#include <algorithm>

namespace sluice::hls {
namespace {

// 6.2.5.2: three divided by the part target below one second, else three.
std::uint64_t advance_part_limit(const PartIndex& index) {
  const std::int64_t target = index.part_target();
  if (target <= 0 || target >= 1'000'000'000) return 3;
  return static_cast<std::uint64_t>((3'000'000'000 + target - 1) / target);
}

bool is_too_far(const PartIndex& index, const Delivery& wanted) {
  const Segment* last = index.last_closed();
  if (!last || !wanted.msn) return false;
  if (*wanted.msn > last->number && *wanted.msn - last->number > 2) return true;
  if (!wanted.part || *wanted.msn <= last->number) return false;
  const Segment* open = index.open();
  const std::uint64_t there = open && open->number == *wanted.msn ? index.whole_parts(*open) : 0;
  return *wanted.part >= there + advance_part_limit(index);
}

std::optional<error_code> judge_playlist(const PartIndex& index, const Delivery& wanted) {
  if (!index.ready()) return index.ended() ? std::optional<error_code>(Errc::no_such_file) : std::nullopt;
  if (index.ended() || !wanted.msn) return error_code();
  if (is_too_far(index, wanted)) return error_code(Errc::too_far_ahead);
  return index.has(*wanted.msn, wanted.part) ? std::optional(error_code()) : std::nullopt;
}

std::optional<error_code> judge_part(const PartIndex& index, const PartIndex::PartName& wanted) {
  if (index.find_part(wanted.segment, wanted.part)) return error_code();
  const auto next = index.next_part();
  if (next && next->segment == wanted.segment && next->part == wanted.part) return {};
  return error_code(Errc::no_such_file);
}

// A player that counts on may ask for the one after the segment that is made now.
std::optional<error_code> judge_growth(const PartIndex& index, const PartIndex::PartName& wanted) {
  if (const Segment* segment = index.find_segment(wanted.segment)) {
    const bool more = segment->closed || index.whole_parts(*segment) > wanted.part;
    return more ? std::optional(error_code()) : std::nullopt;
  }
  const auto next = index.next_part();
  const Segment* open = index.open();
  const bool begun = wanted.part > 0;  // it was here, and is lost
  const bool is_next = next && wanted.segment == next->segment;
  const bool is_after = open && !open->lost && wanted.segment == open->number + 1;
  if (begun || !index.ready() || index.ended() || !(is_next || is_after)) return Errc::no_such_file;
  return {};
}

}  // namespace

std::optional<error_code> judge(const PartIndex& index, const Wish& wish) {
  switch (wish.kind) {
    case Wish::Kind::part:
      return judge_part(index, wish.named);
    case Wish::Kind::growth:
      return judge_growth(index, wish.named);
    case Wish::Kind::playlist:
      break;
  }
  return judge_playlist(index, wish.delivery);
}

std::optional<error_code> Waiting::ask(const PartIndex& index, const Wish& wish, std::uint64_t token,
                                       std::chrono::nanoseconds now) {
  if (const auto verdict = judge(index, wish)) return verdict;
  if (held_.size() >= limits_.requests) return error_code(Errc::too_many_waiting);
  const std::chrono::nanoseconds patience =
      index.ready() ? std::chrono::seconds(3 * index.target_duration()) : limits_.start_patience;
  held_.push_back({token, wish, now + patience});
  return {};
}

void Waiting::settle(const PartIndex& index, std::vector<Told>& told) {
  std::erase_if(held_, [&](const Held& held) {
    const auto verdict = judge(index, held.wish);
    if (verdict) told.push_back({held.token, *verdict});
    return verdict.has_value();
  });
}

void Waiting::expire(std::chrono::nanoseconds now, std::vector<Told>& told) {
  std::erase_if(held_, [&](const Held& held) {
    if (held.deadline > now) return false;
    told.push_back({held.token, Errc::not_in_time});
    return true;
  });
}

void Waiting::refuse_all(Errc code, std::vector<Told>& told) {
  for (const Held& held : held_) told.push_back({held.token, code});
  held_.clear();
}

void Waiting::withdraw(std::uint64_t token) {
  std::erase_if(held_, [&](const Held& held) { return held.token == token; });
}

std::optional<std::chrono::nanoseconds> Waiting::next_deadline() const {
  if (held_.empty()) return {};
  return std::ranges::min_element(held_, {}, &Held::deadline)->deadline;
}

}  // namespace sluice::hls
