#include "modules/lane_threads.hpp"

#include <pthread.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

namespace sluice::modules {

struct LaneThreads::State {
  std::mutex mutex;
  std::condition_variable ended;
  std::size_t running = 0;
  std::vector<std::thread> threads;
};

LaneThreads::LaneThreads() : state_(std::make_shared<State>()) {}
LaneThreads::~LaneThreads() = default;

namespace {

// The kernel keeps 15 characters: the index must survive, the id may be cut.
std::string thread_name(const std::string& id, unsigned index) {
  const auto number = ":" + std::to_string(index);
  return "m:" + id.substr(0, 15 - 2 - number.size()) + number;
}

}  // namespace

void LaneThreads::start(const std::string& id, const std::vector<engine::Lane*>& lanes, Body body) {
  state_->running = lanes.size();
  for (unsigned index = 0; index < lanes.size(); ++index) {
    state_->threads.emplace_back(
        [state = state_, lane = lanes[index], index, body, name = thread_name(id, index)]() mutable {
          sigset_t all;
          sigfillset(&all);
          pthread_sigmask(SIG_BLOCK, &all, nullptr);
          pthread_setname_np(pthread_self(), name.c_str());
          body(*lane, index);
          body = nullptr;
          std::lock_guard lock(state->mutex);
          --state->running;
          state->ended.notify_one();
        });
  }
}

std::size_t LaneThreads::count() const { return state_->threads.size(); }

bool LaneThreads::join(std::chrono::milliseconds deadline) {
  std::unique_lock lock(state_->mutex);
  const bool all = state_->ended.wait_for(lock, deadline, [&] { return state_->running == 0; });
  lock.unlock();
  for (auto& thread : state_->threads) {
    if (all) {
      thread.join();
    } else {
      thread.detach();
    }
  }
  state_->threads.clear();
  return all;
}

}  // namespace sluice::modules
