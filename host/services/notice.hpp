// A letter to a lane that keeps its sender alive while it is on the way: whoever lets go of the sender need
// not know where it is.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "engine/lane.hpp"
#include "engine/letter.hpp"

namespace sluice::services {

class Notice final : public engine::Letter {
 public:
  // On the lane. `lane_runs` is false when the lane ended before: nobody is to be told then.
  using Read = void (*)(const std::shared_ptr<void>& sender, bool lane_runs);

  explicit Notice(Read read) : Letter(&Notice::deliver), read_(read) {}

  // Under the lock of what the notice tells about, which its reader takes as well. One that is on the way
  // already will be read after this: it is not sent twice.
  void send(engine::Lane& lane, std::shared_ptr<void> sender) {
    if (on_the_way_.exchange(true, std::memory_order_acq_rel)) return;
    sender_ = std::move(sender);
    lane.send(*this);
  }
  bool on_the_way() const { return on_the_way_.load(std::memory_order_acquire); }

 private:
  static void deliver(Letter& letter, bool lane_runs) {
    auto& notice = static_cast<Notice&>(letter);
    const auto sender = std::move(notice.sender_);
    notice.on_the_way_.store(false, std::memory_order_release);
    notice.read_(sender, lane_runs);
  }

  const Read read_;
  std::shared_ptr<void> sender_;
  std::atomic<bool> on_the_way_{false};
};

}  // namespace sluice::services
