#include "merge_group.hpp"

#include <algorithm>

#include "player.hpp"

namespace sluice::rtmp {

void MergeGroup::mark(Player& player) {
  marked_.push_back(&player);
  if (timer_.is_running()) return;
  timer_.start(lane_, host_.now() + std::chrono::nanoseconds(window_).count(), [this] { serve(); });
}

void MergeGroup::leave(Player& player) {
  --members_;
  std::erase(marked_, &player);
  std::replace(due_.begin(), due_.end(), &player, static_cast<Player*>(nullptr));
}

void MergeGroup::serve() {
  serving_ = true;
  due_.swap(marked_);
  for (std::size_t i = 0; i < due_.size(); ++i)
    if (due_[i]) due_[i]->pump();
  due_.clear();
  blocks_.clear();
  serving_ = false;
}

ParcelRef MergeGroup::merged(std::span<sluice_entry> entries, std::uint32_t video_track,
                             std::uint32_t audio_track) {
  Block wanted{entries.front().frame->seq, entries.back().frame->seq, video_track, audio_track, {}};
  if (const auto found = std::find(blocks_.begin(), blocks_.end(), wanted); found != blocks_.end())
    return found->parcel;
  wanted.parcel = egress_.pool().make(nullptr);
  std::vector<std::uint8_t>& bytes = wanted.parcel->own;
  const auto each = [&](auto&& take) {
    for (sluice_entry& entry : entries) {
      const std::uint32_t track = entry.frame->track->id;
      if (track == video_track || track == audio_track) take(*egress_.parcel_of(entry).get());
    }
  };
  std::size_t size = 0;
  each([&](const Parcel& parcel) { size += parcel.bytes; });
  bytes.reserve(size);
  each([&](const Parcel& parcel) {
    for (const iovec& piece : parcel.pieces) {
      const auto* from = static_cast<const std::uint8_t*>(piece.iov_base);
      bytes.insert(bytes.end(), from, from + piece.iov_len);
    }
  });
  wanted.parcel->add_piece(wanted.parcel->own.data(), wanted.parcel->own.size());
  if (blocks_.size() < block_limit) blocks_.push_back(wanted);
  return wanted.parcel;
}

}  // namespace sluice::rtmp
