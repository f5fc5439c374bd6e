// Cases about a module's whole life: order, repetition, what it leaves behind.
#include <algorithm>
#include <thread>

#include "engine/lane.hpp"
#include "kit/cases.hpp"
#include "kit/global_state.hpp"
#include "kit/tcp_peer.hpp"
#include "kit/trial.hpp"
#include "modules/control_call.hpp"

namespace sluice::kit {

using namespace std::chrono_literals;

std::string try_life(Trial& trial) {
  const auto life = trial.serve();
  const auto threads = life->picture().threads;
  trial.step("its health");
  const auto health = trial.health(*life);
  trial.retire(*life);
  return std::to_string(threads) + (threads == 1 ? " thread" : " threads") +
         (health.degraded ? ", degraded: " + health.reason : "") + ", unmapped or parked as it promises";
}

// As the host replaces a module: the second starts and stands by, the first goes on serving until the switch.
std::string try_two_generations(Trial& trial) {
  const auto first = trial.serve();
  const auto second = trial.stand_by();
  trial.step("the switch from the first generation to the second");
  second->activate();
  trial.step("draining the first of two generations");
  first->drain(5s, true);
  first->stop();
  trial.judge_end(first->picture());
  trial.step("the second generation, after the first has gone");
  for (const auto& address : second->addresses()) {
    if (!TcpPeer(address).connected()) {
      fail("SL-RUN-001", "the second generation does not listen on " + address + " once the first has gone",
           "Open listeners in start; the host shares their sockets between generations.");
    }
  }
  trial.health(*second);
  trial.retire(*second);
  return "the second stood by while the first served, took over, and went on after it";
}

std::string try_questions(Trial& trial) {
  const auto life = trial.serve();
  trial.step("health, many times at once");
  for (int i = 0; i < 50; ++i) trial.health(*life);
  trial.step("health and remaining while it drains");
  life->begin_drain(2s);
  for (int i = 0; i < 50; ++i) {
    trial.health(*life);
    life->module().remaining();
  }
  trial.step("its stop");
  life->stop();
  trial.judge_end(life->picture());
  return "asked 50 times while it served and 50 times while it drained";
}

std::string try_lanes(Trial& trial) {
  const auto life = trial.serve();
  const auto until = std::chrono::steady_clock::now() + (trial.pace().quick ? 1s : 3s);
  milliseconds slowest{0};
  while (std::chrono::steady_clock::now() < until) {
    for (auto* lane : life->seat().lanes) {
      trial.step("a call to lane " + std::to_string(lane->index()));
      const auto since = std::chrono::steady_clock::now();
      const auto called = modules::call_on(*lane, 2s, [] {});
      if (called != modules::Called::done) {
        fail("SL-RUN-002", "lane " + std::to_string(lane->index()) + " did not answer a call within 2 s",
             "Nothing on a lane may wait: use timers, watches and callbacks.");
      }
      slowest = std::max(slowest,
                         std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - since));
    }
    std::this_thread::sleep_for(20ms);
  }
  if (slowest > 200ms) {
    trial.warn("SL-RUN-002", "a lane took " + std::to_string(slowest.count()) + " ms to answer",
               "Over 200 ms is counted as late; split the work it did.");
  }
  trial.retire(*life);
  return "the slowest answer took " + std::to_string(slowest.count()) + " ms";
}

std::string try_global_state(Trial& trial) {
  const auto before = GlobalState::now();
  trial.whole_life();
  if (const auto changed = before.differs_from(GlobalState::now()); !changed.empty()) {
    fail("R6", "after its life the process is not as it was: " + changed,
         "A module changes nothing that belongs to the whole process.");
  }
  return "signals, mask, folder, locale, umask and children are as they were";
}

}  // namespace sluice::kit
