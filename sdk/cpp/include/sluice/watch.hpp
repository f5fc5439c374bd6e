// Watch: a descriptor on a lane that runs the host's own loop, level-triggered.
#pragma once

#include <sluice/host.hpp>

#include <utility>

namespace sluice {

// [lane] Every method on the lane given to start. Plain pointers, so that thousands of them cost no closures.
class Watch {
 public:
  explicit Watch(const Host& host) : host_(&host) {}
  ~Watch() { stop(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // `events`: SLUICE_WATCH_*; errors are always told. `fn` may stop the watch and destroy this object.
  sluice_status start(sluice_lane* lane, int fd, std::uint32_t events,
                      void (*fn)(void* ctx, std::uint32_t events), void* ctx) {
    stop();
    events_ = events;
    return host_->engine().call(&sluice_engine::watch_start, lane, fd, events, fn, ctx, &handle_);
  }

  // Costs nothing when nothing changes.
  void want(std::uint32_t events) {
    if (!handle_ || events == events_) return;
    events_ = events;
    host_->engine().call(&sluice_engine::watch_change, handle_, events);
  }

  void stop() {
    if (handle_) host_->engine().call(&sluice_engine::watch_stop, std::exchange(handle_, nullptr));
  }

 private:
  const Host* host_;
  sluice_watch* handle_ = nullptr;
  std::uint32_t events_ = 0;
};

}  // namespace sluice
