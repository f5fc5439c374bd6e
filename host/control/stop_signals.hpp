// The signals that end a server: SIGTERM and the first SIGINT ask it to stop, a SIGINT after that ends it at
// once.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

#include <condition_variable>

namespace sluice::control {

class StopSignals {
 public:
  struct Actions {
    std::function<void(const char* signal)> asked;  // to stop, for the first time
    std::function<void()> hurried;                  // SIGINT while stopping; normally does not return
    std::function<void()> reload;                   // SIGHUP
  };

  // Blocks them in this thread and those it will start, so call it before there are others; ignores SIGPIPE.
  static void block();

  // The actions run on a thread of this object.
  explicit StopSignals(Actions actions);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // Returns when a stop was asked for.
  void wait();
  bool asked() const { return asked_.load(); }

 private:
  void run();
  void handle(int signal);

  Actions actions_;
  std::atomic<bool> asked_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  int signal_fd_ = -1;
  int end_fd_ = -1;
  std::thread thread_;
};

}  // namespace sluice::control
