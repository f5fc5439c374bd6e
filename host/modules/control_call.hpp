// One call of a module's life table on its [control] lane, with a deadline.
#pragma once

#include <chrono>
#include <functional>

namespace sluice::engine {
class Lane;
}

namespace sluice::modules {

enum class Called {
  done,
  threw,  // it left with an exception, which ended here
  late,   // it is still under way, or never began and never will
  gone    // the lane has ended
};

// [any but the lane itself] Everything `work` touches is owned by it: a late call may return long afterwards.
Called call_on(engine::Lane& lane, std::chrono::milliseconds deadline, std::function<void()> work);

}  // namespace sluice::modules
