// Cases about a module's whole life: order, repetition, what it leaves behind.
#include <algorithm>
#include <thread>

#include "engine/lane.hpp"
#include "kit/cases.hpp"
#include "kit/footprint.hpp"
#include "kit/global_state.hpp"
#include "kit/rules.hpp"
#include "kit/tcp_peer.hpp"
#include "kit/trial.hpp"
#include "modules/control_call.hpp"

namespace sluice::kit {
namespace {

using modules::Unload;
using namespace std::chrono_literals;

// Bytes that may be there afterwards: what the allocator and the host keep in hand, and a little per life.
constexpr std::size_t heap_slack = 128 * 1024;
constexpr std::size_t heap_per_life = 1024;

// Asks and waits for the answer, as far as the module gives one.
modules::HealthPicture health_of(Trial& trial, Life& life) {
  life.module().ask_health();
  // The question went into the control lane's inbox: a call behind it comes after the answer.
  modules::call_on(life.module().control_lane(), trial.pace().patience, [] {});
  const auto health = life.picture().health;
  if (health.reason == "its health method failed") {
    fail("R9", "health failed or threw", "health answers OK, with degraded and a reason if it is unwell.");
  }
  return health;
}

void one_life(Trial& trial) {
  const auto life = trial.serve();
  for (const auto& address : life->addresses()) TcpPeer(address).close();
  trial.retire(*life);
}

struct Held {
  Footprint now;
  std::size_t heap = 0;
};

Held held(Trial& trial) { return {footprint({trial.room().folder.string() + "/modules/"}), heap_in_use()}; }

std::string grown(const Footprint& before, const Footprint& now, std::size_t lives, bool parks) {
  std::string text;
  const auto add = [&](const char* what, std::size_t from, std::size_t to) {
    if (to > from) text += (text.empty() ? "" : ", ") + std::to_string(to - from) + " " + what;
  };
  add("descriptors", before.descriptors, now.descriptors);
  add("threads", before.threads, now.threads);
  const auto parked = parks ? lives : 0;
  add("mapped libraries", before.mappings_of_modules + parked, now.mappings_of_modules);
  return text;
}

// The host remembers so many events and no more: with its memory of them full, what grows is the module's.
void fill_memory_of_events(Room& room) {
  const std::string details = "{\"kit\":\"" + std::string(300, '-') + "\"}";
  for (std::size_t i = 0; i < observe::Events::remembered; ++i)
    room.events.emit("kit.memory", "kit/a-stream-of-some-length", "kit", details);
}

void live(Trial& trial, std::size_t lives) {
  for (std::size_t round = 0; round < lives; ++round) one_life(trial);
}

}  // namespace

std::string try_life(Trial& trial) {
  const auto life = trial.serve();
  const auto threads = life->picture().threads;
  trial.step("its health");
  const auto health = health_of(trial, *life);
  trial.retire(*life);
  return std::to_string(threads) + (threads == 1 ? " thread" : " threads") +
         (health.degraded ? ", degraded: " + health.reason : "") + ", unmapped or parked as it promises";
}

std::string try_many_lives(Trial& trial) {
  const bool parks = trial.subject().manifest().unload == Unload::park;
  const std::size_t warm = 3;
  // Each life of a module that parks stays mapped, and a host keeps no more than eight.
  const std::size_t lives = parks ? 5 : trial.pace().quick ? 10 : 100;
  fill_memory_of_events(trial.room());
  live(trial, warm);
  const auto before = held(trial);
  live(trial, lives);
  auto after = held(trial);
  const auto heap_grown = [&] { return after.heap > before.heap ? after.heap - before.heap : 0; };
  const auto heap_allowed = heap_slack + lives * heap_per_life;
  // The host clears away what ended a little later, on a thread of its own.
  eventually(
      [&] {
        after = held(trial);
        return grown(before.now, after.now, lives, parks).empty() && (parks || heap_grown() <= heap_allowed);
      },
      3s);
  if (const auto left = grown(before.now, after.now, lives, parks); !left.empty()) {
    fail("R5", std::to_string(lives) + " lives left " + left,
         "Close every descriptor and join every thread of its own by the end of destroy.");
  }
  const auto heap = heap_grown();
  if (!parks && heap > heap_allowed) {
    fail("R5",
         std::to_string(lives) + " lives left " + std::to_string(heap) + " bytes allocated, " +
             std::to_string(heap / lives) + " each",
         "Free in destroy what entry and configure allocated; build with -fsanitize=address to see it.");
  }
  return std::to_string(lives) + " lives, " + std::to_string(heap) + " bytes of heap more than before";
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
  health_of(trial, *second);
  trial.retire(*second);
  return "the second stood by while the first served, took over, and went on after it";
}

std::string try_questions(Trial& trial) {
  const auto life = trial.serve();
  trial.step("health, many times at once");
  for (int i = 0; i < 50; ++i) health_of(trial, *life);
  trial.step("health and remaining while it drains");
  life->begin_drain(2s);
  for (int i = 0; i < 50; ++i) {
    health_of(trial, *life);
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
  one_life(trial);
  if (const auto changed = before.differs_from(GlobalState::now()); !changed.empty()) {
    fail("R6", "after its life the process is not as it was: " + changed,
         "A module changes nothing that belongs to the whole process.");
  }
  return "signals, mask, folder, locale, umask and children are as they were";
}

}  // namespace sluice::kit
