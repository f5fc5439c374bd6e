#include "abi/engine_abi.hpp"

#include "abi/engine_handles.hpp"
#include "abi/seat.hpp"
#include "engine/fd_watch.hpp"
#include "engine/lane.hpp"
#include "engine/publication.hpp"
#include "engine/subscription.hpp"

namespace sluice::abi {
namespace {

// ---- lanes ----

std::uint32_t lane_count(void* self) {
  return self == nullptr ? 0 : static_cast<std::uint32_t>(seat_of(self).lanes.size());
}

sluice_lane* lane_at(void* self, std::uint32_t index) {
  if (self == nullptr) return nullptr;
  const auto& lanes = seat_of(self).lanes;
  return index < lanes.size() ? handle(lanes[index]) : nullptr;
}

std::int32_t lane_fd(sluice_lane* lane) {
  return lane == nullptr ? SLUICE_STATUS_ARGUMENT : lane_of(lane)->fd();
}
sluice_status lane_drain(sluice_lane* lane) {
  return lane == nullptr ? SLUICE_STATUS_ARGUMENT : to_status(lane_of(lane)->drain());
}
sluice_status lane_sleep(sluice_lane* lane, std::int64_t* wake_at) {
  if (wake_at == nullptr) return SLUICE_STATUS_ARGUMENT;
  *wake_at = 0;
  return lane == nullptr ? SLUICE_STATUS_ARGUMENT : to_status(lane_of(lane)->sleep(*wake_at));
}
void lane_awake(sluice_lane* lane) {
  if (lane != nullptr) lane_of(lane)->awake();
}
void lane_run(sluice_lane* lane) {
  if (lane != nullptr) lane_of(lane)->run();
}

sluice_status lane_post(sluice_lane* lane, sluice_callback fn, void* ctx) {
  return lane == nullptr || fn == nullptr ? SLUICE_STATUS_ARGUMENT : to_status(lane_of(lane)->post(fn, ctx));
}

sluice_status timer_start(sluice_lane* lane, std::int64_t due_ns, sluice_callback fn, void* ctx,
                          sluice_timer** out) {
  if (out != nullptr) *out = nullptr;
  if (lane == nullptr || fn == nullptr || out == nullptr) return SLUICE_STATUS_ARGUMENT;
  const auto timer = lane_of(lane)->timer_start(due_ns, fn, ctx);
  if (!timer) return to_status(timer.error());
  *out = handed<sluice_timer>(lane_of(lane)->seat(), *timer, lane_of(lane));
  return SLUICE_STATUS_OK;
}

void timer_cancel(sluice_timer* timer) {
  if (timer != nullptr) behind(timer)->lane->timer_cancel(behind(timer));
}

sluice_status watch_start(sluice_lane* lane, std::int32_t fd, std::uint32_t events,
                          void (*fn)(void* ctx, std::uint32_t events), void* ctx, sluice_watch** out) {
  if (out != nullptr) *out = nullptr;
  if (lane == nullptr || fn == nullptr || out == nullptr) return SLUICE_STATUS_ARGUMENT;
  const auto watch = lane_of(lane)->watch_start(fd, events, fn, ctx);
  if (!watch) return to_status(watch.error());
  *out = handed<sluice_watch>(lane_of(lane)->seat(), *watch, lane_of(lane));
  return SLUICE_STATUS_OK;
}

sluice_status watch_change(sluice_watch* watch, std::uint32_t events) {
  return watch == nullptr ? SLUICE_STATUS_ARGUMENT
                          : to_status(engine::Lane::watch_change(behind(watch), events));
}

void watch_stop(sluice_watch* watch) {
  if (watch != nullptr) engine::Lane::watch_stop(behind(watch));
}

void lane_on_cache_release(sluice_lane* lane, void (*fn)(void* ctx, void* cached), void* ctx) {
  if (lane != nullptr) lane_of(lane)->on_cache_release(fn, ctx);
}

// ---- writing ----

sluice_status track_add(sluice_publication* publication, const sluice_track* track, std::uint32_t* id,
                        sluice_err* err) {
  if (id != nullptr) *id = 0;
  if (publication == nullptr || id == nullptr) {
    return fail(err, SLUICE_STATUS_ARGUMENT, "track_add wants a publication and room for the id");
  }
  sluice_track mine;
  if (const sluice_status status = read_struct(track, mine); status != SLUICE_STATUS_OK) {
    return fail(err, status, "a track wants its struct_size set");
  }
  engine::Failure failure;
  const auto added = behind(publication)->track_add(mine, failure);
  if (added) *id = *added;
  if (!added) fail(err, failure);
  return to_status(failure.code);
}

sluice_status track_update(sluice_publication* publication, std::uint32_t id, const sluice_track* track,
                           sluice_err* err) {
  if (publication == nullptr) {
    return fail(err, SLUICE_STATUS_ARGUMENT, "track_update wants a publication");
  }
  sluice_track mine;
  if (const sluice_status status = read_struct(track, mine); status != SLUICE_STATUS_OK) {
    return fail(err, status, "a track wants its struct_size set");
  }
  engine::Failure failure;
  const engine::Errc code = behind(publication)->track_update(id, mine, failure);
  if (code != engine::Errc::ok) fail(err, failure);
  return to_status(code);
}

sluice_status frame_begin(sluice_publication* publication, std::uint64_t size, sluice_draft* out) {
  if (out == nullptr || out->struct_size < sizeof *out) return SLUICE_STATUS_ARGUMENT;
  engine::Frame* frame = nullptr;
  const engine::Errc code =
      publication == nullptr ? engine::Errc::argument : behind(publication)->frame_begin(size, frame);
  out->data = frame != nullptr ? frame->payload : nullptr;
  out->capacity = frame != nullptr ? frame->capacity : 0;
  out->handle = frame;
  return to_status(code);
}

// The draft's frame, which is no longer the draft's.
engine::Frame* take_frame(sluice_draft* draft) {
  if (draft == nullptr) return nullptr;
  auto* const frame = static_cast<engine::Frame*>(draft->handle);
  draft->handle = nullptr;
  draft->data = nullptr;
  return frame;
}

sluice_status frame_publish(sluice_publication* publication, sluice_draft* draft,
                            const sluice_frame_facts* facts) {
  if (publication == nullptr) return SLUICE_STATUS_ARGUMENT;
  engine::Frame* const frame = take_frame(draft);
  if (frame == nullptr) return SLUICE_STATUS_ARGUMENT;
  sluice_frame_facts mine;
  if (const sluice_status status = read_struct(facts, mine); status != SLUICE_STATUS_OK) {
    behind(publication)->frame_abandon(*frame);
    return status;
  }
  return to_status(behind(publication)
                       ->frame_publish(*frame, {mine.track, mine.flags, mine.size, mine.dts, mine.pts,
                                                mine.duration, mine.capture_wall}));
}

void frame_abandon(sluice_publication* publication, sluice_draft* draft) {
  if (publication == nullptr) return;
  if (engine::Frame* const frame = take_frame(draft)) behind(publication)->frame_abandon(*frame);
}

// ---- reading ----

sluice_status read(sluice_subscription* subscription, std::uint32_t max, sluice_batch* out) {
  if (out == nullptr || out->struct_size < sizeof *out) return SLUICE_STATUS_ARGUMENT;
  engine::Subscription::Batch batch;
  const engine::Errc code =
      subscription == nullptr ? engine::Errc::argument : behind(subscription)->read(max, batch);
  out->entries = batch.entries;
  out->count = batch.count;
  out->skipped = batch.skipped;
  return to_status(code);
}

sluice_status tracks(sluice_subscription* subscription, const sluice_track** out, std::uint32_t capacity,
                     std::uint32_t* count) {
  if (count != nullptr) *count = 0;
  if (subscription == nullptr || count == nullptr || (out == nullptr && capacity != 0)) {
    return SLUICE_STATUS_ARGUMENT;
  }
  *count = behind(subscription)->tracks({out, capacity});
  return SLUICE_STATUS_OK;
}

void sent(sluice_subscription* subscription, std::uint64_t bytes) {
  if (subscription != nullptr) behind(subscription)->sent(bytes);
}

sluice_status request_key(sluice_subscription* subscription, std::uint32_t track) {
  if (subscription == nullptr) return SLUICE_STATUS_ARGUMENT;
  behind(subscription)->request_key(track);
  return SLUICE_STATUS_OK;
}

void frame_retain(const sluice_frame* frame) {
  if (frame == nullptr) return;
  engine::Frame::of(frame)->refs.fetch_add(1, std::memory_order_relaxed);
  engine::Lane::count_retained(frame->bytes, true);
}

void frame_release(const sluice_frame* frame) {
  if (frame == nullptr) return;
  engine::Lane::count_retained(frame->bytes, false);
  engine::release_frame(*engine::Frame::of(frame));
}

}  // namespace

const sluice_engine* engine_table() {
  static constexpr sluice_engine table = {
      .struct_size = sizeof(sluice_engine),
      .minor = 0,
      .lane_count = lane_count,
      .lane_at = lane_at,
      .lane_fd = lane_fd,
      .lane_drain = lane_drain,
      .lane_sleep = lane_sleep,
      .lane_awake = lane_awake,
      .lane_run = lane_run,
      .lane_post = lane_post,
      .timer_start = timer_start,
      .timer_cancel = timer_cancel,
      .watch_start = watch_start,
      .watch_change = watch_change,
      .watch_stop = watch_stop,
      .lane_on_cache_release = lane_on_cache_release,
      .track_add = track_add,
      .track_update = track_update,
      .frame_begin = frame_begin,
      .frame_publish = frame_publish,
      .frame_abandon = frame_abandon,
      .read = read,
      .tracks = tracks,
      .sent = sent,
      .request_key = request_key,
      .frame_retain = frame_retain,
      .frame_release = frame_release,
  };
  return &table;
}

}  // namespace sluice::abi
