#include "engine/inbox.hpp"

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

using namespace sluice::engine;

namespace {

void* as_ctx(std::uintptr_t number) { return reinterpret_cast<void*>(number); }

}  // namespace

TEST_CASE("an inbox is full at its size, and has room again for each call taken") {
  Inbox inbox(5);  // becomes 8
  for (std::uintptr_t i = 1; i <= 8; ++i) CHECK(inbox.put({nullptr, as_ctx(i)}));
  CHECK_FALSE(inbox.put({nullptr, nullptr}));
  CHECK(inbox.refused() == 1);
  Inbox::Call call;
  for (std::uintptr_t round = 1; round <= 100; ++round) {
    REQUIRE(inbox.take(call));
    CHECK(call.ctx == as_ctx(round));
    CHECK(inbox.put({nullptr, as_ctx(round + 8)}));
  }
  for (int i = 0; i < 8; ++i) CHECK(inbox.take(call));
  CHECK_FALSE(inbox.take(call));
  CHECK_FALSE(inbox.has_news());
}

TEST_CASE("many writers: nothing is lost or doubled, each writer's calls stay in order") {
  constexpr std::uintptr_t calls = 20'000;
  constexpr std::uintptr_t writers = 3;
  Inbox inbox(64);
  std::vector<std::thread> threads;
  for (std::uintptr_t w = 0; w < writers; ++w) {
    threads.emplace_back([&inbox, w] {
      for (std::uintptr_t i = 1; i <= calls; ++i) {
        while (!inbox.put({nullptr, as_ctx(w << 32 | i)})) std::this_thread::yield();
      }
    });
  }
  std::vector<std::uintptr_t> last(writers, 0);
  std::uintptr_t taken = 0;
  std::uintptr_t wrong = 0;
  while (taken < calls * writers) {
    Inbox::Call call;
    if (!inbox.take(call)) {
      std::this_thread::yield();
      continue;
    }
    ++taken;
    const auto value = reinterpret_cast<std::uintptr_t>(call.ctx);
    std::uintptr_t& before = last[value >> 32];
    wrong += (value & 0xffffffff) != before + 1;
    before = value & 0xffffffff;
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK_FALSE(inbox.has_news());
}
