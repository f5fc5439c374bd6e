#include "send_queue.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <numeric>

using namespace sluice::rtmp;

namespace {

// Enough of a host for parcels that hold no frame.
struct FakeHost {
  static sluice_status get(void* self, sluice_str id, std::uint32_t, sluice_interface* out, sluice_err*) {
    static sluice_engine engine{};
    engine.struct_size = sizeof engine;
    (void)self;
    (void)id;
    out->table = &engine;
    return SLUICE_STATUS_OK;
  }
  sluice_host table{sizeof(sluice_host), 0, this, &get};
  sluice::Host host{&table};
};

struct Pair {
  Pair() {
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    const int small = 4096;
    ::setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  }
  ~Pair() {
    ::close(fds[0]);
    ::close(fds[1]);
  }
  std::vector<std::uint8_t> read_some() {
    std::vector<std::uint8_t> bytes(1 << 16);
    const auto count = ::recv(fds[1], bytes.data(), bytes.size(), MSG_DONTWAIT);
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
  }
  int fds[2];
};

}  // namespace

TEST_CASE("whatever the socket takes at a time, bytes arrive once and in order") {
  FakeHost fake;
  ParcelPool pool(fake.host);
  SendQueue queue;
  Pair pair;
  std::vector<std::uint8_t> expected, received;
  for (int i = 0; i < 300; ++i) {
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(1 + i * 37 % 900));
    std::iota(bytes.begin(), bytes.end(), static_cast<std::uint8_t>(i));
    expected.insert(expected.end(), bytes.begin(), bytes.end());
    queue.push(pool.make(bytes));
  }
  std::size_t sent = 0;
  bool was_blocked = false;
  while (received.size() < expected.size()) {
    const auto outcome = queue.flush(pair.fds[0], sent);
    REQUIRE(outcome != SendQueue::Outcome::failed);
    was_blocked |= outcome == SendQueue::Outcome::blocked;
    const auto bytes = pair.read_some();
    REQUIRE((!bytes.empty() || outcome == SendQueue::Outcome::blocked));
    received.insert(received.end(), bytes.begin(), bytes.end());
  }
  CHECK(was_blocked);
  CHECK(queue.empty());
  CHECK(sent == expected.size());
  CHECK(received == expected);
}

TEST_CASE("by hand: what is gathered goes on where the last portion ended") {
  FakeHost fake;
  ParcelPool pool(fake.host);
  SendQueue queue;
  for (std::uint8_t i = 1; i <= 3; ++i) queue.push(pool.make(std::vector<std::uint8_t>(4, i)));
  iovec pieces[2];
  queue.consume(6);
  REQUIRE(queue.gather(pieces, 2) == 2);
  CHECK(pieces[0].iov_len == 2);
  CHECK(*static_cast<std::uint8_t*>(pieces[0].iov_base) == 2);
  CHECK(*static_cast<std::uint8_t*>(pieces[1].iov_base) == 3);
  queue.consume(6);
  CHECK(queue.empty());
  CHECK(queue.gather(pieces, 2) == 0);
}

TEST_CASE("a peer that is gone is a failure, not a signal") {
  FakeHost fake;
  ParcelPool pool(fake.host);
  SendQueue queue;
  Pair pair;
  ::shutdown(pair.fds[1], SHUT_RDWR);
  queue.push(pool.make(std::vector<std::uint8_t>(10)));
  std::size_t sent = 0;
  CHECK(queue.flush(pair.fds[0], sent) == SendQueue::Outcome::failed);
}

TEST_CASE("a shared parcel lives as long as one queue holds it") {
  FakeHost fake;
  ParcelPool pool(fake.host);
  Parcel* address = nullptr;
  SendQueue queue;
  {
    ParcelRef parcel = pool.make(std::vector<std::uint8_t>{1, 2, 3});
    address = parcel.get();
    queue.push(parcel);
    CHECK(parcel->references == 2);
  }
  CHECK(address->references == 1);
  queue.clear();
  CHECK(pool.make(nullptr).get() == address);  // it came back to the pool
}
