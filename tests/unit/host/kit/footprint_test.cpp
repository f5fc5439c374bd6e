#include "kit/footprint.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <future>
#include <memory>
#include <thread>

using namespace sluice::kit;
using namespace std::chrono_literals;

TEST_CASE("descriptors and threads are counted") {
  const auto before = footprint({});
  const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  std::promise<void> go;
  std::thread waiting([&] { go.get_future().wait(); });
  const auto now = footprint({});
  CHECK(now.descriptors == before.descriptors + 1);
  CHECK(now.threads == before.threads + 1);
  CHECK(thread_names().size() == now.threads);
  go.set_value();
  waiting.join();
  ::close(fd);
  CHECK(eventually([&] { return footprint({}) == before; }, 5s));
}

TEST_CASE("mapped files count by a word in their path") {
  CHECK(footprint({}).mappings_of_modules == 0);
  CHECK(footprint({"no-such-file-anywhere"}).mappings_of_modules == 0);
  CHECK(footprint({"/libc.so", "libc-"}).mappings_of_modules >= 1);
  CHECK(in_words({3, 2, 1}) == "3 descriptors, 2 threads, 1 module libraries");
}

TEST_CASE("what is allocated and what is mapped by hand are told apart") {
  constexpr std::size_t bytes = 1 << 16;
  const auto heap = heap_in_use();
  const auto mapped = memory_mapped();
  void* volatile room = ::malloc(bytes);  // volatile: else the compiler sees that nobody uses it
  CHECK(heap_in_use() >= heap + bytes);
  CHECK(memory_mapped() == mapped);
  void* const by_hand = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(by_hand != MAP_FAILED);
#ifndef SLUICE_SANITIZED
  CHECK(memory_mapped() == mapped + bytes);
#endif
  CHECK(heap_in_use() < heap + 2 * bytes);
  ::munmap(by_hand, bytes);
  CHECK(memory_mapped() == mapped);
  ::free(room);
  CHECK(heap_in_use() < heap + bytes);
}

TEST_CASE("waiting ends with the condition, or with the patience") {
  int asked = 0;
  CHECK(eventually([&] { return ++asked == 3; }, 5s));
  CHECK(asked == 3);
  CHECK_FALSE(eventually([] { return false; }, 10ms));
}
