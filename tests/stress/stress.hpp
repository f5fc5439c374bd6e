// What the stress scenes share: how long to run, how to fail, random numbers, an engine on real threads.
#pragma once

#include <sluice/abi/engine.h>
#include <sluice/abi/registry.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "abi/engine_abi.hpp"
#include "abi/registry_abi.hpp"
#include "abi/seat.hpp"
#include "engine/clock.hpp"
#include "engine/engine.hpp"
#include "engine/lane.hpp"

namespace stress {

using namespace sluice::engine;

struct Settings {
  double seconds = 25;
  std::uint64_t seed = 1;
  unsigned lanes = 2;
};

// Ends the process with a message and exit code 1: what has gone wrong may have wrecked everything else.
[[noreturn]] void fail(const char* scene, const std::string& what);

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 1) {}
  std::uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool once_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

class Deadline {
 public:
  explicit Deadline(double seconds)
      : at_(std::chrono::steady_clock::now() +
            std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                std::chrono::duration<double>(seconds))) {}
  bool over() const { return std::chrono::steady_clock::now() >= at_; }

 private:
  std::chrono::steady_clock::time_point at_;
};

struct NoEvents final : EventSink {
  void emit(std::string_view, std::string_view, std::string_view, std::string) override {}
};

struct SaysYes final : Authoriser {
  void authorise(AuthQuestion, std::function<void(AuthDecision)> answer) override { answer({true, ""}); }
};

// An engine with a module of `lanes` lanes; each lane's thread runs what the scene gives it.
class Stage {
 public:
  // `busy_upkeep`: a thread ticks without a pause, so that streams are taken apart the moment they are let go
  // of.
  Stage(unsigned lanes, AppOptions app, bool busy_upkeep);
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // `loop` returns when lane_drain says GONE.
  void start(unsigned lane, std::function<void(sluice_lane*)> loop);
  void stop();  // ends and joins the lanes, takes back what is left, expects all memory home

  sluice_lane* lane(unsigned index) { return table->lane_at(&seat, index); }

  const sluice_engine* const table = sluice::abi::engine_table();
  const sluice_registry* const registry = sluice::abi::registry_table();
  SystemClock clock;
  NoEvents events;
  SaysYes authoriser;
  std::unique_ptr<Engine> engine;
  sluice::Seat seat;
  std::atomic<std::uint64_t> ticks{0};  // of the busy upkeep

 private:
  std::vector<std::thread> threads_;
  std::atomic<bool> ticking_{true};
  std::thread ticker_;
};

// Blocks on the lane's descriptor as a module would.
void block(const sluice_engine* table, sluice_lane* lane, std::int64_t at_most_ns);

// The calling thread stays on this core: two threads that share one never meet between two instructions.
void pin(unsigned core);

extern std::atomic<unsigned> pause_rate;    // one protocol step in so many pauses; 0: none
extern std::atomic<unsigned> pause_length;  // turns of an idle loop, times 1 to 63

// Carried by every frame.
struct Stamp {
  std::uint64_t number = 0;
  std::uint64_t stream = 0;
};

// A publisher on a lane of its own thread: all calls from there.
class Writer {
 public:
  Writer(Stage& stage, sluice_lane* lane) : stage_(stage), lane_(lane) {}

  void begin(const std::string& key, std::uint64_t stream);
  void write(bool key_frame, std::size_t size);
  void end();
  std::uint64_t written() const { return written_; }

 private:
  Stage& stage_;
  sluice_lane* lane_;
  sluice_publication* publication_ = nullptr;
  std::uint32_t track_ = 0;
  std::uint64_t stream_ = 0;
  std::uint64_t written_ = 0;
  bool done_ = false;
};

// Fails unless the frame is what its number says.
void check_frame(const char* scene, const sluice_frame& frame, std::uint64_t expected, std::uint64_t stream);

void run_tail(const Settings& settings);   // readers race the log's tail
void run_wake(const Settings& settings);   // lost wake-ups: bursts, then silence
void run_join(const Settings& settings);   // the same while viewers leave and come back
void run_leave(const Settings& settings);  // the last viewer leaves while the last frame is written
void run_churn(const Settings& settings);  // streams, joins and leaves at random

}  // namespace stress
