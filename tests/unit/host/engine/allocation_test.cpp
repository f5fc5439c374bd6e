// In steady state no frame costs an allocation, neither written nor delivered: counted, through the C table.
// Sanitizers bring an operator new of their own.
#ifndef SLUICE_SANITIZED
#include <atomic>
#include <cstdlib>
#include <new>

#include "engine_rig.hpp"

namespace {

std::atomic<std::uint64_t> allocations{0};

void* counted(std::size_t size, std::size_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* const at = alignment > alignof(std::max_align_t)
                       ? std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment)
                       : std::malloc(size);
  if (at == nullptr) std::abort();
  return at;
}

}  // namespace

void* operator new(std::size_t size) { return counted(size, 0); }
void* operator new[](std::size_t size) { return counted(size, 0); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete[](void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }
void operator delete[](void* at, std::size_t) noexcept { std::free(at); }
void operator delete(void* at, std::align_val_t) noexcept { std::free(at); }
void operator delete[](void* at, std::align_val_t) noexcept { std::free(at); }
void operator delete(void* at, std::size_t, std::align_val_t) noexcept { std::free(at); }
void operator delete[](void* at, std::size_t, std::align_val_t) noexcept { std::free(at); }

using namespace sluice::engine;
using namespace sluice::engine::rig;

namespace {

struct Counting {
  const sluice_engine* table = nullptr;
  sluice_subscription* handle = nullptr;
  std::uint64_t frames = 0;
};

void subscribe(Rig& rig, Counting& viewer, unsigned lane) {
  viewer.table = rig.table;
  sluice_subscribe_request request{};
  request.struct_size = sizeof request;
  request.key = str("live/cam");
  request.peer = peer_of(false);
  sluice_subscribe_calls calls{};
  calls.struct_size = sizeof calls;
  calls.on_done = [](void* ctx, sluice_status, sluice_subscription* subscription, const sluice_err*) {
    static_cast<Counting*>(ctx)->handle = subscription;
  };
  calls.on_ready = [](void* ctx, sluice_subscription* subscription) {
    auto& self = *static_cast<Counting*>(ctx);
    sluice_batch batch{};
    batch.struct_size = sizeof batch;
    while (self.table->read(subscription, 64, &batch) == SLUICE_STATUS_OK && batch.count != 0) {
      self.frames += batch.count;
    }
  };
  rig.registry->subscribe_begin(&rig.seat, rig.lane(lane), &request, &calls, &viewer, nullptr, nullptr);
}

}  // namespace

TEST_CASE("no allocation per frame") {
  Rig rig({}, 2);
  Publisher publisher(rig, "live/cam");
  rig.drain();
  std::vector<Counting> viewers(200);
  for (std::size_t i = 0; i < viewers.size(); ++i) subscribe(rig, viewers[i], i % 2);
  rig.drain();
  std::int64_t at = 0;
  const auto play = [&](int frames) {
    for (int i = 0; i < frames; ++i, ++at) {
      const auto size = static_cast<std::size_t>(at % 30 == 0 ? 40'000 : 3'000 + at * 37 % 900);
      publisher.picture({at * 33 * ms, at % 30 == 0, false, size, {}});
      publisher.sound(at * 33 * ms);
      rig.table->lane_drain(rig.lane(0));
      if (i % 3 == 2) rig.table->lane_drain(rig.lane(1));
    }
  };
  play(1'200);  // until caches and pools have their size
  const std::uint64_t before = allocations.load();
  const std::uint64_t seen = viewers[0].frames;
  play(3'000);
  CHECK(allocations.load() - before == 0);
  CHECK(viewers[0].frames - seen == 6'000);
  CHECK(viewers[1].frames + 6 >= static_cast<std::uint64_t>(2 * at));
  for (Counting& viewer : viewers) rig.registry->subscription_close(viewer.handle, str(""));
}

#endif
