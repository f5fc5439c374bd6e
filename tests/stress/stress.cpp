#include "stress.hpp"

#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

namespace stress {

void fail(const char* scene, const std::string& what) {
  std::fprintf(stderr, "%s: %s\n", scene, what.c_str());
  std::fflush(stderr);
  ::_exit(1);
}

Stage::Stage(unsigned lanes, AppOptions app, bool busy_upkeep) {
  Options options;
  options.memory_budget = 256u << 20;
  options.app_options = [app](std::string_view) { return app; };
  engine = std::make_unique<Engine>(options, clock, events, authoriser);
  seat.id = "stress";
  seat.host.engine = engine.get();
  seat.host.clock = &clock;
  for (unsigned i = 0; i < lanes; ++i) seat.lanes.push_back(engine->lane_open(seat, i));
  if (!busy_upkeep) return;
  ticker_ = std::thread([this] {
    while (ticking_.load(std::memory_order_relaxed)) {
      engine->tick();
      ticks.fetch_add(1, std::memory_order_release);
      std::this_thread::yield();
    }
  });
}

Stage::~Stage() {
  if (ticking_) stop();
}

void Stage::start(unsigned lane, std::function<void(sluice_lane*)> loop) {
  threads_.emplace_back(std::move(loop), this->lane(lane));
}

void Stage::stop() {
  for (Lane* const lane : seat.lanes) engine->lane_end(lane);
  for (std::thread& thread : threads_) thread.join();
  ticking_ = false;
  if (ticker_.joinable()) ticker_.join();
  seat.ledger.reclaim_all();
  for (Lane* const lane : seat.lanes) engine->lane_close(lane);
  const Deadline deadline(10);
  while (engine->totals()["memory_used"] != 0 || engine->totals()["lanes"] != 0) {
    engine->tick();
    if (deadline.over()) fail("stage", "frames never came home: " + engine->totals().dump());
    std::this_thread::yield();
  }
}

void block(const sluice_engine* table, sluice_lane* lane, std::int64_t at_most_ns) {
  std::int64_t wake_at = 0;
  if (table->lane_sleep(lane, &wake_at) != SLUICE_STATUS_OK) return;
  const std::int64_t now = std::chrono::steady_clock::now().time_since_epoch().count();
  const std::int64_t wait = std::min(std::max<std::int64_t>(wake_at - now, 0), at_most_ns);
  pollfd own{table->lane_fd(lane), POLLIN, 0};
  ::poll(&own, 1, static_cast<int>(wait / 1'000'000));
  table->lane_awake(lane);
}

void pin(unsigned core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core % std::max(1u, std::thread::hardware_concurrency()), &cores);
  ::sched_setaffinity(0, sizeof cores, &cores);
}

void Writer::begin(const std::string& key, std::uint64_t stream) {
  stream_ = stream;
  written_ = 0;
  done_ = false;
  sluice_publish_request request{};
  request.struct_size = sizeof request;
  request.key = {key.data(), key.size()};
  sluice_publish_calls calls{};
  calls.struct_size = sizeof calls;
  calls.on_done = [](void* ctx, sluice_status, sluice_publication* publication, const sluice_err*) {
    auto& self = *static_cast<Writer*>(ctx);
    self.publication_ = publication;
    self.done_ = true;
  };
  stage_.registry->publish_begin(&stage_.seat, lane_, &request, &calls, this, nullptr, nullptr);
  while (!done_) stage_.table->lane_drain(lane_);
  if (publication_ == nullptr) fail("writer", "could not publish " + key);
  sluice_track track{};
  track.struct_size = sizeof track;
  track.kind = SLUICE_TRACK_VIDEO;
  track.codec = SLUICE_CODEC_H264;
  stage_.table->track_add(publication_, &track, &track_, nullptr);
}

void Writer::write(bool key_frame, std::size_t size) {
  sluice_draft draft{};
  draft.struct_size = sizeof draft;
  const Deadline deadline(20);
  while (stage_.table->frame_begin(publication_, size, &draft) != SLUICE_STATUS_OK) {
    if (deadline.over()) fail("writer", "the pool stays empty: frames do not come home");
    std::this_thread::yield();
  }
  const Stamp stamp{++written_, stream_};
  std::memcpy(draft.data, &stamp, sizeof stamp);
  std::memcpy(draft.data + size - sizeof stamp, &stamp, sizeof stamp);
  sluice_frame_facts facts{};
  facts.struct_size = sizeof facts;
  facts.track = track_;
  facts.flags = key_frame ? SLUICE_FRAME_KEY : 0u;
  facts.size = size;
  facts.dts = static_cast<std::int64_t>(written_) * 1'000'000;
  facts.pts = SLUICE_TIME_NONE;
  if (stage_.table->frame_publish(publication_, &draft, &facts) != SLUICE_STATUS_OK) {
    fail("writer", "a frame was refused");
  }
}

void Writer::end() {
  stage_.registry->publication_end(publication_, SLUICE_END_CLEAN, {});
  publication_ = nullptr;
}

void check_frame(const char* scene, const sluice_frame& frame, std::uint64_t expected, std::uint64_t stream) {
  if (frame.seq != expected) {
    fail(scene, "got number " + std::to_string(frame.seq) + ", expected " + std::to_string(expected));
  }
  Stamp front;
  Stamp back;
  const sluice_span& bytes = frame.spans[0];
  std::memcpy(&front, bytes.data, sizeof front);
  std::memcpy(&back, bytes.data + bytes.size - sizeof back, sizeof back);
  if (front.number != expected || front.stream != stream || back.number != expected ||
      back.stream != stream) {
    fail(scene, "number " + std::to_string(expected) + " carries the payload of " +
                    std::to_string(front.number) + " and " + std::to_string(back.number));
  }
}

}  // namespace stress
