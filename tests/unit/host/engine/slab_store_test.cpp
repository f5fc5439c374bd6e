#include "engine/slab_store.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <set>
#include <vector>

using namespace sluice::engine;

TEST_CASE("size classes hold what they promise, and waste at most half") {
  for (std::uint64_t size = 1; size <= (1u << 20); size += size < 5000 ? 1 : 997) {
    const unsigned size_class = SlabStore::class_of(size);
    REQUIRE(size_class < SlabStore::class_count);
    REQUIRE(SlabStore::class_size(size_class) >= size);
    if (size_class > 0) REQUIRE(SlabStore::class_size(size_class - 1) < size);
  }
  CHECK(SlabStore::class_of((1u << 20) + 1) == SlabStore::direct);
}

TEST_CASE("blocks do not overlap, come back, and their memory goes to the next size") {
  SlabStore store(4u << 20);
  std::vector<Frame*> frames;
  std::uint64_t state = 7;
  while (true) {
    state = state * 6364136223846793005u + 1;
    Frame* const frame = store.take(1 + (state >> 33) % 90'000);
    if (frame == nullptr) break;
    REQUIRE(frame->capacity >= 1);
    std::memset(frame->payload, static_cast<int>(frames.size()), frame->capacity);
    frames.push_back(frame);
  }
  REQUIRE(frames.size() > 20);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    for (std::uint64_t at = 0; at < frames[i]->capacity; at += 255) {
      REQUIRE(frames[i]->payload[at] == static_cast<std::uint8_t>(i));
    }
  }
  CHECK(store.used() <= store.budget());
  CHECK(store.under_pressure());
  for (Frame* const frame : frames) {
    frame->next = nullptr;
    store.give(frame);
  }
  CHECK(store.used() == 0);
  Frame* const whole = store.take(4u << 20);  // nothing is fragmented
  REQUIRE(whole != nullptr);
  CHECK(store.take(1) == nullptr);
  whole->next = nullptr;
  store.give(whole);
}

TEST_CASE("headers are never given to two") {
  SlabStore store(1u << 20);
  std::set<Frame*> seen;
  for (int i = 0; i < 300; ++i) REQUIRE(seen.insert(store.take(300)).second);
}
