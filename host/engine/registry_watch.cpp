#include "engine/registry_watch.hpp"

#include "engine/stream_table.hpp"

namespace sluice::engine {

std::uint64_t ChangeLog::add(ChangeKind kind, const std::string& key, std::uint64_t epoch) {
  if (changes_.size() == most) changes_.pop_front();
  changes_.push_back({kind, ++revision_, key, epoch});
  return revision_;
}

bool ChangeLog::next(std::uint64_t& cursor, Change& out) const {
  if (cursor == revision_) return false;
  const std::uint64_t oldest = revision_ - changes_.size() + 1;
  if (cursor > revision_ || cursor + 1 < oldest) {
    out = {ChangeKind::resync, revision_, {}, 0};
  } else {
    out = changes_[cursor + 1 - oldest];
  }
  cursor = out.revision;
  return true;
}

RegistryWatch::RegistryWatch(StreamTable& table, Seat& seat, Lane& lane, std::uint64_t cursor,
                             std::unique_ptr<WatchListener> listener)
    : table_(table),
      seat_(seat),
      lane_(lane),
      listener_(std::move(listener)),
      post_(*this),
      cursor_(cursor) {}

void RegistryWatch::deliver(Letter& letter, bool lane_runs) {
  RegistryWatch& watch = static_cast<Post&>(letter).owner;
  watch.table_.deliver_watch(watch, lane_runs);
}

}  // namespace sluice::engine
