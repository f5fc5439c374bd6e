// Calls something again and again from a thread of its own, until it is destroyed.
#pragma once

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

namespace sluice::control {

class Ticker {
 public:
  // A turn, and how long until the next one.
  using Turn = std::function<std::chrono::milliseconds()>;

  // The name is the thread's: at most 15 bytes. Turns missed because one took too long are not made up for.
  Ticker(const std::string& name, std::chrono::milliseconds first, Turn turn)
      : thread_([this, name, wait = first, turn = std::move(turn)](const std::stop_token& stop) mutable {
          ::pthread_setname_np(::pthread_self(), name.c_str());
          std::unique_lock lock(mutex_);
          while (!wake_.wait_for(lock, stop, wait, [&] { return stop.stop_requested(); })) wait = turn();
        }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: ended before what it waits on goes
};

}  // namespace sluice::control
