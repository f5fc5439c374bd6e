// Timer: one shot on a lane, cancelled when destroyed.
#pragma once

#include <functional>
#include <utility>

#include <sluice/boundary.hpp>
#include <sluice/host.hpp>

namespace sluice {

// [lane] Every method on the lane given to start.
class Timer {
 public:
  explicit Timer(const Host& host) : host_(&host) {}
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Calls `fn` once at `due_ns` (Host::now's clock); replaces what was running.
  sluice_status start(sluice_lane* lane, std::int64_t due_ns, std::function<void()> fn) {
    cancel();
    fn_ = std::move(fn);
    return host_->engine().call(&sluice_engine::timer_start, lane, due_ns, &Timer::fire,
                                static_cast<void*>(this), &handle_);
  }

  void cancel() {
    if (handle_) host_->engine().call(&sluice_engine::timer_cancel, std::exchange(handle_, nullptr));
  }
  bool is_running() const { return handle_ != nullptr; }

 private:
  static void fire(void* ctx) noexcept {
    auto* self = static_cast<Timer*>(ctx);
    self->handle_ = nullptr;
    const Host* host = self->host_;
    const auto fn = std::move(self->fn_);  // it may destroy or restart the timer
    in_callback([host](const sluice_err& e) { host->warn(e.message); }, [&] { fn(); });
  }

  const Host* host_;
  std::function<void()> fn_;
  sluice_timer* handle_ = nullptr;
};

}  // namespace sluice
