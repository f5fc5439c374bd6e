#include "engine/track.hpp"

#include <algorithm>
#include <string_view>

#include "engine/frame_pool.hpp"

namespace sluice::engine {
namespace {

Errc check(const sluice_track& track, Failure& failure) {
  failure = {};
  if (track.kind < SLUICE_TRACK_VIDEO || track.kind > SLUICE_TRACK_DATA) {
    failure = {Errc::argument, "track kind " + std::to_string(track.kind) + " is none of video, audio, data",
               ""};
  } else if (track.config.size > TrackTable::config_most) {
    failure = {Errc::limit,
               "codec configuration of " + std::to_string(track.config.size) + " bytes; at most " +
                   std::to_string(TrackTable::config_most),
               ""};
  } else if (track.language.size > TrackTable::language_most) {
    failure = {Errc::argument, "language tag longer than 64 bytes", "give a BCP 47 tag"};
  } else if ((track.config.size != 0 && track.config.data == nullptr) ||
             (track.language.size != 0 && track.language.data == nullptr)) {
    failure = {Errc::argument, "a length without bytes", ""};
  }
  return failure.code;
}

bool same_coding(const sluice_track& a, const sluice_track& b) {
  return a.codec == b.codec && std::equal(a.config.data, a.config.data + a.config.size, b.config.data,
                                          b.config.data + b.config.size);
}

bool same_contents(const sluice_track& a, const sluice_track& b) {
  return a.kind == b.kind && same_coding(a, b) && a.timescale == b.timescale && a.width == b.width &&
         a.height == b.height && a.frame_rate_num == b.frame_rate_num &&
         a.frame_rate_den == b.frame_rate_den && a.sample_rate == b.sample_rate && a.channels == b.channels &&
         a.rotation == b.rotation && a.bitrate == b.bitrate &&
         std::string_view(a.language.data, a.language.size) ==
             std::string_view(b.language.data, b.language.size);
}

}  // namespace

void TrackTable::begin_epoch() {
  const std::lock_guard lock(mutex_);
  unclaimed_ = 0;
  for (Slot& slot : slots_) {
    slot.claimed = false;
    if (slot.newest) ++unclaimed_;
  }
}

void TrackTable::drop_unclaimed() {
  const std::lock_guard lock(mutex_);
  for (Slot& slot : slots_) {
    if (!slot.claimed) slot.newest.reset();
  }
  unclaimed_ = 0;
  changes_.fetch_add(1, std::memory_order_relaxed);
}

Result<std::uint32_t> TrackTable::add(const sluice_track& track, Failure& failure) {
  if (check(track, failure) != Errc::ok) return make_error_code(failure.code);
  const auto left_behind = std::find_if(slots_.begin(), slots_.end(), [&](const Slot& slot) {
    return slot.newest && !slot.claimed && slot.newest->view.kind == track.kind;
  });
  if (left_behind != slots_.end()) {
    const std::uint32_t id = left_behind->newest->view.id;
    left_behind->claimed = true;
    --unclaimed_;
    if (!same_contents(left_behind->newest->view, track)) revise(*left_behind, id, track);
    return id;
  }
  const auto free = std::find_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return !slot.newest; });
  if (free == slots_.end()) {
    failure = {Errc::limit, "this stream has 16 tracks already", ""};
    return make_error_code(failure.code);
  }
  const std::uint32_t id = next_id_++;
  free->claimed = true;
  revise(*free, id, track);
  return id;
}

Errc TrackTable::update(std::uint32_t id, const sluice_track& track, Failure& failure) {
  if (check(track, failure) != Errc::ok) return failure.code;
  for (Slot& slot : slots_) {
    if (!slot.newest || !slot.claimed || slot.newest->view.id != id) continue;
    if (!same_contents(slot.newest->view, track)) revise(slot, id, track);
    return Errc::ok;
  }
  failure = {Errc::not_found, "no track " + std::to_string(id), "use the id track_add gave"};
  return failure.code;
}

Errc TrackTable::set_chunks(std::span<const std::uint8_t> init, bool quiet, Failure& failure) {
  failure = {};
  if (init.size() > config_most) {
    failure = {
        Errc::limit,
        "init chunk of " + std::to_string(init.size()) + " bytes; at most " + std::to_string(config_most),
        ""};
    return failure.code;
  }
  sluice_track track{};
  track.kind = SLUICE_TRACK_CHUNKS;
  track.config = {init.data(), init.size()};
  slots_[0].claimed = true;
  if (!slots_[0].newest || !same_contents(slots_[0].newest->view, track)) revise(slots_[0], 1, track, quiet);
  return Errc::ok;
}

void TrackTable::revise(Slot& slot, std::uint32_t id, const sluice_track& track, bool quiet) {
  auto revision = std::make_shared<TrackRevision>();
  revision->config.assign(track.config.data, track.config.data + track.config.size);
  revision->language.assign(track.language.data, track.language.data + track.language.size);
  revision->slot = static_cast<std::uint8_t>(&slot - slots_.data());
  revision->view = track;
  revision->view.struct_size = sizeof(sluice_track);
  revision->view.id = id;
  revision->view.revision = slot.newest ? slot.newest->view.revision + (quiet ? 0 : 1) : 1;
  if (slot.newest) revision->coding = slot.newest->coding + (same_coding(slot.newest->view, track) ? 0 : 1);
  revision->view.config = {revision->config.data(), revision->config.size()};
  revision->view.language = {revision->language.data(), revision->language.size()};
  pool_.keep(revision);
  {
    const std::lock_guard lock(mutex_);
    slot.newest = std::move(revision);
  }
  changes_.fetch_add(1, std::memory_order_relaxed);
  pool_.drop_old_tracks();
}

TrackRevision* TrackTable::newest(std::uint32_t id) const {
  for (const Slot& slot : slots_) {
    if (slot.newest && slot.claimed && slot.newest->view.id == id) return slot.newest.get();
  }
  return nullptr;
}

TrackList TrackTable::list() const {
  TrackList tracks;
  const std::lock_guard lock(mutex_);
  for (const Slot& slot : slots_) {
    if (slot.newest) tracks.push_back(slot.newest);
  }
  return tracks;
}

}  // namespace sluice::engine
