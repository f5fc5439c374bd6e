#include <sluice/tls/sealing.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <deque>
#include <numeric>

#include "tls_rig.hpp"

using namespace sluice::tls;
using namespace sluice::tls::rig;

namespace {

// As a connection has one: pieces by reference, taken in any portions.
class Queue {
 public:
  void push(std::string text) { texts_.push_back(std::move(text)); }
  bool empty() const { return texts_.empty(); }
  std::size_t gather(iovec* out, std::size_t room) const {
    std::size_t used = 0;
    for (const std::string& text : texts_)
      if (used < room) out[used++] = {const_cast<char*>(text.data()), text.size()};
    return used;
  }
  void consume(std::size_t bytes) {
    while (bytes != 0) {
      const std::size_t part = std::min(bytes, texts_.front().size());
      texts_.front().erase(0, part);
      bytes -= part;
      if (texts_.front().empty()) texts_.pop_front();
    }
  }

 private:
  std::deque<std::string> texts_;
};

struct Line {
  Line() {
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    const int small = 8192;
    ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  }
  ~Line() {
    for (const int end : ends) ::close(end);
  }
  std::string read() {
    char bytes[65536];
    const auto count = ::recv(ends[1], bytes, sizeof bytes, MSG_DONTWAIT);
    return {bytes, count > 0 ? static_cast<std::size_t>(count) : 0};
  }
  int ends[2];
};

struct Sealed {
  Folder folder;
  Session server{std::make_shared<const Context>(make_certificate(folder, "a", "one"))};
  Client client;
  Line line;
  std::unique_ptr<Rooms> rooms = std::make_unique<Rooms>();
  std::size_t sent = 0;

  Sealed() { client.exchange(server); }
};

std::string numbered(std::size_t size, int seed) {
  std::string text(size, 0);
  std::iota(text.begin(), text.end(), static_cast<char>(seed));
  return text;
}

}  // namespace

TEST_CASE("whatever the socket takes at a time, bytes arrive once and in order, and little waits") {
  Sealed it;
  Queue queue;
  std::string expected;
  for (int i = 0; i < 400; ++i) {
    const std::string text = numbered(i % 40 == 0 ? 40'000 : 1 + static_cast<std::size_t>(i) * 37 % 900, i);
    expected += text;
    queue.push(text);
  }
  bool was_blocked = false;
  for (int turn = 0; turn < 100'000 && it.client.received().size() < expected.size(); ++turn) {
    const Flow flow = send_sealed(it.server, it.line.ends[0], queue, *it.rooms, it.sent);
    REQUIRE(flow != Flow::failed);
    CHECK(it.server.output().size() < 64 * 1024 + record_limit + 256);
    was_blocked |= flow == Flow::blocked;
    it.client.take(it.line.read());
  }
  CHECK(was_blocked);
  CHECK(queue.empty());
  CHECK(it.sent == expected.size());
  CHECK((it.client.received() == expected));
}

TEST_CASE("small pieces share a record, a full one is not gathered first") {
  Sealed it;
  const std::string a = "one ", b = "two ", large = numbered(20'000, 3);
  const auto piece = [](const std::string& text) {
    return iovec{const_cast<char*>(text.data()), text.size()};
  };
  const iovec pieces[] = {piece(a), piece(b), piece(large)};
  CHECK(seal(it.server, pieces, it.rooms->sealed) == record_limit);
  CHECK(it.rooms->sealed[0] == 'o');
  it.rooms->sealed.fill(0);
  const iovec full[] = {piece(large), piece(a)};
  CHECK(seal(it.server, full, it.rooms->sealed) == record_limit);
  CHECK(it.rooms->sealed[0] == 0);
  CHECK(seal(it.server, {}, it.rooms->sealed) == 0);
  it.client.exchange(it.server);
  CHECK((it.client.received() == a + b + large.substr(0, record_limit - 8) + large.substr(0, record_limit)));
}

TEST_CASE("what cannot be written is a failure, not a wait without end") {
  Sealed it;
  Queue queue;
  queue.push("late");
  SECTION("after the goodbye") { it.server.close(); }
  SECTION("the peer is gone") { ::shutdown(it.line.ends[1], SHUT_RDWR); }
  CHECK(send_sealed(it.server, it.line.ends[0], queue, *it.rooms, it.sent) == Flow::failed);
}
