#include "kit/frame_watch.hpp"

#include "kit/misuse.hpp"
#include "kit/rules.hpp"

namespace sluice::kit {
namespace {

constexpr std::size_t tracks_most = 256;

std::string milliseconds(std::int64_t ns) { return std::to_string(ns / 1'000'000) + " ms"; }

}  // namespace

void FrameWatch::look(const std::string& stream, std::uint64_t epoch, const sluice_frame_facts& facts) {
  const std::lock_guard lock(mutex_);
  const Track track{stream, epoch, facts.track};
  const auto known = newest_.find(track);
  if (known == newest_.end()) {
    if (newest_.size() < tracks_most) newest_.emplace(track, facts.dts);
    return;
  }
  const bool restarted = (facts.flags & SLUICE_FRAME_DISCONTINUITY) != 0;
  if (facts.dts < known->second && !restarted) {
    misuses_.note({rule_media,
                   "frame_publish for " + stream + ", track " + std::to_string(facts.track) + ": dts " +
                       milliseconds(facts.dts) + " after " + milliseconds(known->second),
                   "Publish in decoding order, or mark the frame SLUICE_FRAME_DISCONTINUITY where the "
                   "source's time really broke."});
  }
  known->second = facts.dts;
}

FrameWatch& frame_watch() {
  static auto* const watch = new FrameWatch(misuses());
  return *watch;
}

}  // namespace sluice::kit
