// The threads of one module generation, one per lane: made, named, watched and joined by the host; what runs
// on them is the module's loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::engine {
class Lane;
}

namespace sluice::modules {

class LaneThreads {
 public:
  // Runs on each thread until the lane has ended; everything it touches is owned by it.
  using Body = std::function<void(engine::Lane& lane, unsigned index)>;

  LaneThreads();
  ~LaneThreads();  // joined or left behind before
  LaneThreads(const LaneThreads&) = delete;
  LaneThreads& operator=(const LaneThreads&) = delete;

  // Threads are called m:<id>:<index>, the id cut to what fits into 15 characters.
  void start(const std::string& id, const std::vector<engine::Lane*>& lanes, Body body);
  std::size_t count() const;

  // The lanes were told to end. True: all came back and were joined; false: at least one is stuck, all are
  // left to themselves.
  bool join(std::chrono::milliseconds deadline);

  // [any] Once started: CPU time of each lane's thread; of one that ended, all that it had.
  std::vector<std::chrono::nanoseconds> cpu_time() const;

  // One asker at a time; nothing waits. Where a lane's thread is: asked for, and read when it has answered
  // (see CallStack). A thread that has ended does not answer.
  void ask_where(unsigned index);
  std::optional<std::string> where(unsigned index);

 private:
  struct Worker;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace sluice::modules
