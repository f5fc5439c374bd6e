#include "out_queue.hpp"

#include <catch2/catch.hpp>

using namespace sluice::http;

namespace {

// All bytes, taken `step` at a time through `slots` slots.
std::string drained(OutQueue& queue, std::size_t slots, std::size_t step) {
  std::string out;
  std::vector<iovec> pieces(slots);
  while (!queue.empty()) {
    const std::size_t count = queue.gather(pieces.data(), slots);
    REQUIRE(count != 0);
    std::string seen;
    for (std::size_t i = 0; i < count; ++i)
      seen.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
    const std::size_t taken = std::min(step, seen.size());
    out += seen.substr(0, taken);
    queue.consume(taken);
  }
  return out;
}

struct Counted final : Parcel {
  explicit Counted(int& alive) : alive(alive) {
    ++alive;
    add("ab", 2);
    add("", 0);
    add("cde", 3);
  }
  ~Counted() override { --alive; }
  int& alive;
};

}  // namespace

TEST_CASE("bytes come out as they went in, in any portions") {
  int alive = 0;
  for (const std::size_t slots : {1u, 2u, 100u}) {
    for (const std::size_t step : {1u, 3u, 7u, 1000u}) {
      OutQueue queue;
      const ParcelRef parcel(new Counted(alive));
      queue.push(parcel);
      queue.push(parcel, 1, 4);
      queue.push(parcel, 3, 3);
      queue.push(parcel_of("xyz"));
      queue.push(parcel_of(""));
      CHECK(queue.bytes() == 11);
      CHECK(drained(queue, slots, step) == "abcdebcdxyz");
      CHECK(queue.bytes() == 0);
    }
  }
  CHECK(alive == 0);
}

TEST_CASE("a parcel that is gone is let go of at once") {
  int alive = 0;
  OutQueue queue;
  queue.push(new Counted(alive));
  queue.push(parcel_of("x"));
  queue.consume(4);
  CHECK(alive == 1);
  queue.consume(1);
  CHECK(alive == 0);
  queue.push(new Counted(alive));
  queue.clear();
  CHECK(alive == 0);
  CHECK(queue.empty());
}
