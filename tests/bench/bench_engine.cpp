// What a frame costs its publisher, and how many deliveries a second the engine makes, through the C tables.
// Saturated and lossless: between batches the publisher waits for the slowest lane; only begin and publish
// are timed. A delivery: on_ready, read, and for each frame a check of its number and a count of its bytes.
#include <benchmark/benchmark.h>
#include <sluice/abi/engine.h>
#include <sluice/abi/registry.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "abi/engine_abi.hpp"
#include "abi/registry_abi.hpp"
#include "abi/seat.hpp"
#include "engine/clock.hpp"
#include "engine/engine.hpp"

namespace {

using namespace sluice::engine;

constexpr std::uint64_t frames_per_batch = 128;
constexpr std::uint64_t frames_ahead =
    512;  // of the slowest lane, so that none runs dry; inside every cache bound

struct NoEvents final : EventSink {
  void emit(std::string_view, std::string_view, std::string_view, std::string) override {}
};

struct SaysYes final : Authoriser {
  void authorise(AuthQuestion, std::function<void(AuthDecision)> answer) override { answer({true, ""}); }
};

struct alignas(64) LaneCount {
  std::atomic<std::uint64_t> delivered{0};
  std::atomic<std::uint64_t> opened{0};
  std::uint64_t viewers = 0;
};

struct Viewer {
  const sluice_engine* table;
  LaneCount* lane;
  sluice_subscription* handle = nullptr;
  std::uint64_t next = 0;
  std::uint64_t bytes = 0;
};

[[gnu::noinline]] void sink(Viewer& viewer, const sluice_frame& frame) {
  if (viewer.next != 0 && frame.seq != viewer.next) std::abort();
  viewer.next = frame.seq + 1;
  viewer.bytes += frame.bytes;
}

void on_ready(void* ctx, sluice_subscription* subscription) {
  Viewer& viewer = *static_cast<Viewer*>(ctx);
  sluice_batch batch{};
  batch.struct_size = sizeof batch;
  std::uint64_t count = 0;
  while (viewer.table->read(subscription, 256, &batch) == SLUICE_STATUS_OK && batch.count != 0) {
    for (std::uint32_t i = 0; i < batch.count; ++i) sink(viewer, *batch.entries[i].frame);
    count += batch.count;
  }
  std::atomic<std::uint64_t>& delivered = viewer.lane->delivered;
  delivered.store(delivered.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
}

std::int64_t thread_cpu() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

class Show {
 public:
  Show(unsigned subscriptions, unsigned lanes, std::size_t size) : size_(size), counts_(lanes) {
    Options options;
    options.app_options = [](std::string_view) {
      AppOptions app;
      app.cache_bytes = 256u << 20;
      app.memory_share = 512u << 20;
      app.lag_bytes = UINT64_MAX / 2;
      app.lag_time = std::chrono::hours(1'000);
      return app;
    };
    engine_ = std::make_unique<Engine>(options, clock_, events_, authoriser_);
    seat_.id = "bench";
    seat_.host.engine = engine_.get();
    for (unsigned i = 0; i <= lanes; ++i) seat_.lanes.push_back(engine_->lane_open(seat_, i));
    for (unsigned i = 0; i < lanes; ++i) {
      threads_.emplace_back([this, i] { table_->lane_run(table_->lane_at(&seat_, i)); });
    }
    own_ = table_->lane_at(&seat_, lanes);
    publish();
    watch(subscriptions, lanes);
  }

  ~Show() {
    registry_->publication_end(publication_, SLUICE_END_CLEAN, {});
    for (Lane* const lane : seat_.lanes) engine_->lane_end(lane);
    for (std::thread& thread : threads_) thread.join();
    seat_.ledger.reclaim_all();
    for (Lane* const lane : seat_.lanes) engine_->lane_close(lane);
    engine_->tick();
  }

  // Returns the publisher's CPU time for the batch.
  std::int64_t write_batch() {
    for (const LaneCount& lane : counts_) {
      while (lane.delivered.load(std::memory_order_relaxed) + frames_ahead * lane.viewers <
             written_ * lane.viewers) {
        std::this_thread::yield();
      }
    }
    const std::int64_t begin = thread_cpu();
    for (std::uint64_t i = 0; i < frames_per_batch; ++i) write();
    return thread_cpu() - begin;
  }

  std::uint64_t delivered() const {
    std::uint64_t all = 0;
    for (const LaneCount& lane : counts_) all += lane.delivered.load(std::memory_order_relaxed);
    return all;
  }

 private:
  void publish() {
    const std::string key = "bench/one";
    sluice_publish_request request{};
    request.struct_size = sizeof request;
    request.key = {key.data(), key.size()};
    sluice_publish_calls calls{};
    calls.struct_size = sizeof calls;
    calls.on_done = [](void* ctx, sluice_status, sluice_publication* publication, const sluice_err*) {
      static_cast<Show*>(ctx)->publication_ = publication;
    };
    registry_->publish_begin(&seat_, own_, &request, &calls, this, nullptr, nullptr);
    table_->lane_drain(own_);
    sluice_track track{};
    track.struct_size = sizeof track;
    track.kind = SLUICE_TRACK_VIDEO;
    table_->track_add(publication_, &track, &track_, nullptr);
  }

  void watch(unsigned subscriptions, unsigned lanes) {
    const std::string key = "bench/one";
    viewers_.resize(subscriptions);
    for (unsigned i = 0; i < subscriptions; ++i) {
      LaneCount& lane = counts_[i % lanes];
      ++lane.viewers;
      viewers_[i].table = table_;
      viewers_[i].lane = &lane;
      sluice_subscribe_request request{};
      request.struct_size = sizeof request;
      request.start = SLUICE_START_LIVE;
      request.key = {key.data(), key.size()};
      sluice_subscribe_calls calls{};
      calls.struct_size = sizeof calls;
      calls.on_done = [](void* ctx, sluice_status status, sluice_subscription* subscription,
                         const sluice_err*) {
        if (status != SLUICE_STATUS_OK) std::abort();
        Viewer& viewer = *static_cast<Viewer*>(ctx);
        viewer.handle = subscription;
        viewer.lane->opened.fetch_add(1);
      };
      calls.on_ready = on_ready;
      registry_->subscribe_begin(&seat_, table_->lane_at(&seat_, i % lanes), &request, &calls, &viewers_[i],
                                 nullptr, nullptr);
    }
    for (const LaneCount& lane : counts_) {
      while (lane.opened.load() != lane.viewers) std::this_thread::yield();
    }
  }

  void write() {
    sluice_draft draft;
    draft.struct_size = sizeof draft;
    if (table_->frame_begin(publication_, size_, &draft) != SLUICE_STATUS_OK) std::abort();
    sluice_frame_facts facts;
    facts.struct_size = sizeof facts;
    facts.track = track_;
    facts.flags = written_ % 60 == 0 ? SLUICE_FRAME_KEY : 0u;
    facts.reserved = 0;
    facts.size = size_;
    facts.dts = facts.pts = static_cast<std::int64_t>(written_) * 1'000'000;
    facts.duration = 0;
    facts.capture_wall = SLUICE_TIME_NONE;
    if (table_->frame_publish(publication_, &draft, &facts) != SLUICE_STATUS_OK) std::abort();
    ++written_;
  }

  const sluice_engine* const table_ = sluice::abi::engine_table();
  const sluice_registry* const registry_ = sluice::abi::registry_table();
  SystemClock clock_;
  NoEvents events_;
  SaysYes authoriser_;
  std::unique_ptr<Engine> engine_;
  sluice::Seat seat_;
  std::vector<std::thread> threads_;
  sluice_lane* own_ = nullptr;
  sluice_publication* publication_ = nullptr;
  std::uint32_t track_ = 0;
  const std::size_t size_;
  std::uint64_t written_ = 0;
  std::vector<LaneCount> counts_;
  std::vector<Viewer> viewers_;
};

void fan_out(benchmark::State& state) {
  Show show(static_cast<unsigned>(state.range(0)), static_cast<unsigned>(state.range(1)),
            static_cast<std::size_t>(state.range(2)));
  for (int warm = 0; warm < 100; ++warm) show.write_batch();
  const std::uint64_t before = show.delivered();
  const auto begin = std::chrono::steady_clock::now();
  std::int64_t cpu = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    cpu += show.write_batch();
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const auto frames = static_cast<double>(state.iterations()) * static_cast<double>(frames_per_batch);
  state.counters["publish_cpu_ns"] = static_cast<double>(cpu) / frames;
  state.counters["Mdeliveries/s"] = static_cast<double>(show.delivered() - before) / seconds / 1e6;
}

// From one viewer on each lane (a lane without viewers is not attached and costs nothing) to ten thousand.
void every_case(benchmark::internal::Benchmark* bench) {
  for (const std::int64_t lanes : {1, 2, 4}) {
    for (const std::int64_t bytes : {100, 1'024, 16'384, 65'536}) {
      for (const std::int64_t subs :
           {lanes, std::int64_t{10}, std::int64_t{100}, std::int64_t{1'000}, std::int64_t{10'000}}) {
        bench->Args({subs, lanes, bytes});
      }
    }
  }
}

BENCHMARK(fan_out)->ArgNames({"subs", "lanes", "bytes"})->Apply(every_case)->UseRealTime()->MinTime(0.25);

// Prints as usual, and remembers what the publisher paid.
class Ratios : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      const auto found = run.counters.find("publish_cpu_ns");
      if (found == run.counters.end() || run.run_type != Run::RT_Iteration) continue;
      unsigned subs = 0;
      unsigned lanes = 0;
      unsigned bytes = 0;
      if (std::sscanf(run.run_name.args.c_str(), "subs:%u/lanes:%u/bytes:%u", &subs, &lanes, &bytes) == 3) {
        cost_[{lanes, bytes}][subs].push_back(found->second.value);
      }
    }
    ConsoleReporter::ReportRuns(runs);
  }

  void Finalize() override {
    std::puts(
        "\nPublisher's CPU per frame, 10,000 subscriptions against one on each lane (medians; aim: at most "
        "1.1)");
    for (auto& [place, by_subs] : cost_) {
      const auto fewest = by_subs.find(place.first);
      if (fewest == by_subs.end() || !by_subs.contains(10'000)) continue;
      const double one = median(fewest->second);
      const double many = median(by_subs[10'000]);
      std::printf("  %u lanes, %5u bytes: %6.0f ns / %6.0f ns = %.2f\n", place.first, place.second, many, one,
                  many / one);
    }
  }

 private:
  static double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
  }
  std::map<std::pair<unsigned, unsigned>, std::map<unsigned, std::vector<double>>> cost_;
};

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  Ratios reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}
