// What a generation consists of while it runs. For the two halves of Module only.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "abi/seat.hpp"
#include "modules/accounting.hpp"
#include "modules/lane_threads.hpp"
#include "modules/lane_watch.hpp"
#include "modules/loader.hpp"
#include "modules/module.hpp"
#include "modules/staging.hpp"

namespace sluice::modules {

struct Module::Running {
  Seat seat;
  std::shared_ptr<sluice_host> host;
  Staged staged;
  std::shared_ptr<Mapped> mapped;
  Negotiated module;
  LaneThreads threads;
  std::unique_ptr<LaneWatch> watch;  // this and the next: once the threads are started
  std::unique_ptr<Accounting> accounting;
  std::vector<std::shared_ptr<void>> kept;
  std::atomic<bool> ending = false;
  bool start_called = false;
  bool negotiated = false;
  bool stuck = false;  // a thread did not come back
};

}  // namespace sluice::modules
