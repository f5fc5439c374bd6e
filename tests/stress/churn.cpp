// Streams come and go while viewers join at all three points, leave, stop reading and fall behind. Rounds of
// a new stream each: full speed, held back or pausing; small bounds, so that frames go round and lanes are
// lapped.
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "stress.hpp"

namespace stress {
namespace {

constexpr const char* scene = "churn";
constexpr unsigned viewers_per_lane = 12;

enum class Pace { full, held_back, pausing };

// The round under way, as the lanes need to know it. Plain atomics: a mutex would order what is to be tested.
struct Round {
  std::atomic<std::uint64_t> number{0};  // 0: none yet; the stream's key and stamp
  std::atomic<bool> held_back{false};
  std::atomic<std::uint64_t> last{0};  // of `finished`: how many frames it had
  std::atomic<std::uint64_t> finished{0};
  std::array<std::atomic<std::uint64_t>, 8> turns{};  // drains, by lane
  std::atomic<std::uint64_t> joins{0};
  std::atomic<bool> over{false};
};

std::string key_of(std::uint64_t round) { return "churn/" + std::to_string(round); }

class Audience;

class Viewer {
 public:
  enum class State { away, asked, watching };

  void ask(Audience& audience, std::uint64_t round, std::uint32_t start);
  void leave();
  void read_some(unsigned batches);

  State state = State::away;
  bool blocked = false;
  std::uint64_t round = 0;

 private:
  void opened(sluice_status status, sluice_subscription* subscription);
  void closed(sluice_status why);
  void take(const sluice_batch& batch);

  Audience* audience_ = nullptr;
  sluice_subscription* handle_ = nullptr;
  std::uint64_t next_ = 0;  // expected; 0: any key
  std::uint64_t last_ = 0;
  bool skipped_ = false;
};

class Audience {
 public:
  Audience(Stage& on, sluice_lane* at, Round& of, unsigned number, std::uint64_t seed)
      : stage(on), lane(at), round(of), index(number), random(seed) {}

  void run() {
    for (;;) {
      const sluice_status status = stage.table->lane_drain(lane);
      round.turns[index].fetch_add(1, std::memory_order_relaxed);
      if (status == SLUICE_STATUS_GONE) return;
      act();
      if (status == SLUICE_STATUS_BUSY) continue;
      if (random.once_in(4)) block(stage.table, lane, 1'000'000);
    }
  }

  Stage& stage;
  sluice_lane* lane;
  Round& round;
  const unsigned index;
  Random random;

 private:
  void act() {
    Viewer& viewer = viewers_[random.below(viewers_per_lane)];
    const std::uint64_t now = round.number.load(std::memory_order_acquire);
    const bool held_back = round.held_back.load(std::memory_order_relaxed);
    if (viewer.state == Viewer::State::away) {
      if (now != 0 && !round.over.load(std::memory_order_relaxed)) {
        viewer.ask(*this, now, static_cast<std::uint32_t>(random.below(3)));
      }
      return;
    }
    if (viewer.state != Viewer::State::watching) return;
    if (viewer.blocked) {
      if (held_back || random.once_in(40)) {
        viewer.blocked = false;
        viewer.read_some(UINT32_MAX);
      } else if (random.once_in(4)) {
        viewer.read_some(1);
      }
    } else if (random.once_in(6)) {
      viewer.leave();
    } else if (!held_back && random.once_in(6)) {
      viewer.blocked = true;
    }
  }

  std::array<Viewer, viewers_per_lane> viewers_;
};

void Viewer::ask(Audience& audience, std::uint64_t number, std::uint32_t start) {
  audience_ = &audience;
  state = State::asked;
  round = number;
  blocked = false;
  next_ = last_ = 0;
  skipped_ = false;
  const std::string key = key_of(number);
  sluice_subscribe_request request{};
  request.struct_size = sizeof request;
  request.key = {key.data(), key.size()};
  request.start = start;
  sluice_subscribe_calls calls{};
  calls.struct_size = sizeof calls;
  calls.on_done = [](void* ctx, sluice_status status, sluice_subscription* subscription, const sluice_err*) {
    static_cast<Viewer*>(ctx)->opened(status, subscription);
  };
  calls.on_ready = [](void* ctx, sluice_subscription*) {
    auto& self = *static_cast<Viewer*>(ctx);
    if (!self.blocked) self.read_some(UINT32_MAX);
  };
  calls.on_closed = [](void* ctx, sluice_status why, sluice_str) { static_cast<Viewer*>(ctx)->closed(why); };
  audience.stage.registry->subscribe_begin(&audience.stage.seat, audience.lane, &request, &calls, this,
                                           nullptr, nullptr);
}

void Viewer::opened(sluice_status status, sluice_subscription* subscription) {
  if (status == SLUICE_STATUS_NOT_FOUND) {  // the round is over already
    state = State::away;
    return;
  }
  if (status != SLUICE_STATUS_OK) fail(scene, "subscribe: status " + std::to_string(status));
  audience_->round.joins.fetch_add(1, std::memory_order_relaxed);
  handle_ = subscription;
  state = State::watching;
}

void Viewer::leave() {
  audience_->stage.registry->subscription_close(handle_, {});
  handle_ = nullptr;
  state = State::away;
}

void Viewer::closed(sluice_status why) {
  if (why != SLUICE_STATUS_GONE) fail(scene, "closed with " + std::to_string(why));
  const Round& of = audience_->round;
  if (of.finished.load(std::memory_order_acquire) == round && next_ != 0 && last_ != of.last.load()) {
    fail(scene,
         "the stream ended at " + std::to_string(of.last.load()) + ", read up to " + std::to_string(last_));
  }
  leave();
}

void Viewer::read_some(unsigned batches) {
  sluice_batch batch{};
  batch.struct_size = sizeof batch;
  for (; batches > 0; --batches) {
    const std::uint32_t most = 1 + static_cast<std::uint32_t>(audience_->random.below(40));
    const sluice_status status = audience_->stage.table->read(handle_, most, &batch);
    if (batch.skipped != 0) skipped_ = true;
    if (status != SLUICE_STATUS_OK || batch.count == 0) return;
    take(batch);
  }
}

void Viewer::take(const sluice_batch& batch) {
  for (std::uint32_t i = 0; i < batch.count; ++i) {
    const sluice_frame& frame = *batch.entries[i].frame;
    const bool key = (frame.flags & SLUICE_FRAME_KEY) != 0;
    if (next_ == 0 || skipped_) {
      if (!key) fail(scene, "a join or skip does not begin at a key frame");
      if (frame.seq < next_) fail(scene, "went back");
      next_ = frame.seq;
      skipped_ = false;
    }
    check_frame(scene, frame, next_, round);
    last_ = next_++;
  }
}

void play(Stage& stage, Writer& writer, Round& round, Random& random, unsigned lanes, Pace pace) {
  static constexpr std::uint64_t lengths[] = {1, 40, 300, 3'000, 22'000};
  const std::uint64_t length = lengths[random.below(pace == Pace::full ? 5 : 3)];
  const std::uint64_t gop = 1 + random.below(40);
  for (std::uint64_t i = 0; i < length; ++i) {
    writer.write(i % gop == 0, 64 + random.below(8) * 100);
    if (pace == Pace::pausing && random.once_in(50)) std::this_thread::yield();
    if (pace != Pace::held_back || random.below(8) != 0) continue;
    for (unsigned lane = 0; lane < lanes; ++lane) {
      const std::uint64_t from = round.turns[lane].load(std::memory_order_relaxed);
      const Deadline deadline(10);
      while (round.turns[lane].load(std::memory_order_relaxed) < from + 2) {
        if (deadline.over()) fail(scene, "a lane stands still");
        std::this_thread::yield();
      }
    }
  }
  if (pace == Pace::held_back) {
    for (const auto& stream : stage.engine->streams()) {
      if (stream["lanes_lapped"] != 0)
        fail(scene, "a lane fell out of the log of a publisher that waits for it");
    }
  }
}

}  // namespace

void run_churn(const Settings& settings) {
  AppOptions app;
  app.cache_frames = 220;
  app.cache_bytes = 40'000;
  app.lag_bytes = UINT64_MAX / 2;
  app.lag_time = std::chrono::hours(1'000);
  app.memory_share = 512u << 10;
  const unsigned lanes = settings.lanes;
  Stage stage(lanes + 1, app, true);
  Round round;
  std::vector<std::unique_ptr<Audience>> audiences;
  for (unsigned i = 0; i < lanes; ++i) {
    audiences.push_back(std::make_unique<Audience>(stage, stage.lane(i), round, i, settings.seed * 77 + i));
    stage.start(i, [&audience = *audiences.back()](sluice_lane*) { audience.run(); });
  }
  Writer writer(stage, stage.lane(lanes));
  Random random(settings.seed);
  const Deadline deadline(settings.seconds);
  std::uint64_t number = 0;
  while (!deadline.over()) {
    const auto pace = static_cast<Pace>(random.below(3));
    ++number;
    writer.begin(key_of(number), number);
    round.held_back.store(pace == Pace::held_back, std::memory_order_relaxed);
    round.number.store(number, std::memory_order_release);
    play(stage, writer, round, random, lanes, pace);
    round.last.store(writer.written(), std::memory_order_relaxed);
    round.finished.store(number, std::memory_order_release);
    writer.end();
    stage.table->lane_drain(stage.lane(lanes));
  }
  round.over = true;
  const Deadline home(20);
  while (!stage.engine->viewers("").empty()) {
    if (home.over()) fail(scene, "viewers of ended streams are never closed");
    std::this_thread::yield();
  }
  stage.stop();
  std::printf("churn: %lu streams, %lu joins\n", static_cast<unsigned long>(number),
              static_cast<unsigned long>(round.joins.load()));
}

}  // namespace stress
