// LaneModule: a module whose lanes run Boost.Asio, one private io_context each.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <cstdint>
#include <memory>

#include <sluice/module.hpp>

namespace sluice {

// One lane's loop. Everything in it happens on the lane's thread.
class LaneLoop {
 public:
  LaneLoop(const Host& host, sluice_lane* lane)
      : host_(&host), lane_(lane), work_(context_.get_executor()), kick_(context_) {}

  boost::asio::io_context& context() { return context_; }
  sluice_lane* lane() const { return lane_; }

  // Until the host ends the lane: sockets first, then what the engine has for it, then sleep on both.
  void run() {
    const auto& engine = host_->engine();
    if (!engine.has(&sluice_engine::lane_awake)) return;  // the last of those this loop stands on
    kick_.assign(engine->lane_fd(lane_));
    await_kick();
    for (;;) {
      context_.poll();
      const sluice_status status = engine->lane_drain(lane_);
      if (status == SLUICE_STATUS_GONE) break;
      if (status == SLUICE_STATUS_BUSY) continue;
      std::int64_t wake_at = INT64_MAX;
      if (engine->lane_sleep(lane_, &wake_at) != SLUICE_STATUS_OK) continue;
      block_until(wake_at);
      engine->lane_awake(lane_);
    }
    kick_.release();  // the descriptor is the host's
    work_.reset();
    context_.restart();
    context_.poll();  // cancelled operations let go of what they hold
  }

 private:
  // Reading, not waiting: a wait on an eventfd that nobody reads completes at once, for ever.
  void await_kick() {
    kick_.async_read_some(boost::asio::buffer(&kicks_, sizeof kicks_),
                          [this](const auto& error, std::size_t) {
                            if (!error) await_kick();
                          });
  }

  void block_until(std::int64_t wake_at) {
    if (wake_at == INT64_MAX) {
      context_.run_one();
      return;
    }
    const std::int64_t now = host_->now();
    if (wake_at > now) context_.run_one_for(std::chrono::nanoseconds(wake_at - now));
  }

  const Host* host_;
  sluice_lane* lane_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::posix::stream_descriptor kick_;
  std::uint64_t kicks_ = 0;
};

class LaneModule : public Module {
 public:
  static constexpr std::uint32_t lane_limit = 64;  // threads.max of a manifest

  using Module::Module;

  // [lane] The host calls this on each lane's thread.
  void run_lane(sluice_lane* lane, std::uint32_t index) {
    loops_.at(index) = std::make_unique<LaneLoop>(this->host(), lane);
    loops_[index]->run();
    on_lane_end(index);
    loops_[index].reset();  // on its own thread: sockets and timers die where they lived
  }

 protected:
  // [lane] Only from the lane's own thread.
  LaneLoop& loop(std::uint32_t index) { return *loops_.at(index); }
  LaneLoop& loop_of(sluice_lane* lane) {
    for (std::uint32_t i = 0; i < host().lane_count(); ++i)
      if (host().lane(i) == lane) return *loops_.at(i);
    throw Error(SLUICE_STATUS_ARGUMENT, "not a lane of this module");
  }
  virtual void on_lane_end(std::uint32_t /*index*/) {}

 private:
  std::array<std::unique_ptr<LaneLoop>, lane_limit> loops_;  // each touched by its own thread only
};

}  // namespace sluice
