#include "modules/lane_threads.hpp"

#include <pthread.h>
#include <time.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/lane.hpp"
#include "modules/call_stack.hpp"
#include "modules/crash_watch.hpp"

namespace sluice::modules {

using std::chrono::nanoseconds;

struct LaneThreads::Worker {
  CallStack stack;

  // Under the state's mutex, which the thread takes when it begins and when it ends: while `runs` is seen
  // under it, handle and clock are good.
  bool runs = false;
  pthread_t handle{};
  clockid_t clock{};
  nanoseconds used{0};  // of one that ended
};

struct LaneThreads::State {
  std::mutex mutex;
  std::condition_variable ended;
  std::size_t running = 0;
  std::vector<std::thread> threads;
  std::vector<std::unique_ptr<Worker>> workers;  // fixed before the first thread begins
};

LaneThreads::LaneThreads() : state_(std::make_shared<State>()) {}
LaneThreads::~LaneThreads() = default;

namespace {

// The kernel keeps 15 characters: the index must survive, the id may be cut.
std::string thread_name(const std::string& id, unsigned index) {
  const auto number = ":" + std::to_string(index);
  return "m:" + id.substr(0, 15 - 2 - number.size()) + number;
}

void block_signals() {
  sigset_t all;
  sigfillset(&all);
  for (const int signal : fatal_signals) sigdelset(&all, signal);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

nanoseconds read_clock(clockid_t clock) {
  timespec used{};
  ::clock_gettime(clock, &used);
  return std::chrono::seconds(used.tv_sec) + nanoseconds(used.tv_nsec);
}

}  // namespace

void LaneThreads::start(const std::string& id, const std::vector<engine::Lane*>& lanes, Body body) {
  state_->running = lanes.size();
  for (std::size_t i = 0; i < lanes.size(); ++i) state_->workers.push_back(std::make_unique<Worker>());
  for (unsigned index = 0; index < lanes.size(); ++index) {
    state_->threads.emplace_back(
        [state = state_, lane = lanes[index], index, body, name = thread_name(id, index)]() mutable {
          Worker& worker = *state->workers[index];
          block_signals();
          const CrashStack crash_stack;
          pthread_setname_np(pthread_self(), name.c_str());
          worker.stack.enter();
          {
            std::lock_guard lock(state->mutex);
            worker.handle = pthread_self();
            pthread_getcpuclockid(worker.handle, &worker.clock);
            worker.runs = true;
          }
          {
            const engine::Lane::OnBehalf serves(*lane);
            lane->enter();
            body(*lane, index);
            lane->leave();
          }
          body = nullptr;
          std::lock_guard lock(state->mutex);
          worker.stack.leave();
          worker.used = read_clock(worker.clock);
          worker.runs = false;
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

std::vector<nanoseconds> LaneThreads::cpu_time() const {
  std::vector<nanoseconds> all;
  std::lock_guard lock(state_->mutex);
  for (const auto& worker : state_->workers) {
    all.push_back(worker->runs ? read_clock(worker->clock) : worker->used);
  }
  return all;
}

void LaneThreads::ask_where(unsigned index) {
  std::lock_guard lock(state_->mutex);
  Worker& worker = *state_->workers[index];
  if (worker.runs) worker.stack.ask(worker.handle);
}

std::optional<std::string> LaneThreads::where(unsigned index) { return state_->workers[index]->stack.take(); }

}  // namespace sluice::modules
