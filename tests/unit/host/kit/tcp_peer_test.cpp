#include "kit/tcp_peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "kit/footprint.hpp"

using namespace sluice::kit;
using namespace std::chrono_literals;

namespace {

// The other side: accepts by hand.
class Server {
 public:
  Server() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof any;
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&any), size) == 0);
    REQUIRE(::listen(fd_, 16) == 0);
    REQUIRE(::getsockname(fd_, reinterpret_cast<sockaddr*>(&any), &size) == 0);
    address_ = "127.0.0.1:" + std::to_string(ntohs(any.sin_port));
  }
  ~Server() {
    ::close(fd_);
    if (accepted_ >= 0) ::close(accepted_);
  }
  const std::string& address() const { return address_; }
  int accept() { return accepted_ = ::accept(fd_, nullptr, nullptr); }

 private:
  int fd_, accepted_ = -1;
  std::string address_;
};

}  // namespace

TEST_CASE("a peer says, hears and goes") {
  Server server;
  TcpPeer peer(server.address());
  REQUIRE(peer.connected());
  const int fd = server.accept();
  CHECK(peer.send("hello", 1s) == 5);
  char bytes[16];
  CHECK(::recv(fd, bytes, sizeof bytes, 0) == 5);
  CHECK(peer.listen(10ms) == TcpPeer::Heard::silence);
  CHECK(::send(fd, "x", 1, 0) == 1);
  CHECK(peer.listen(1s) == TcpPeer::Heard::bytes);
  SECTION("half open") {
    peer.shut_writing();
    CHECK(::recv(fd, bytes, sizeof bytes, 0) == 0);
    CHECK(::send(fd, "x", 1, 0) == 1);
    CHECK(peer.listen(1s) == TcpPeer::Heard::bytes);
  }
  SECTION("with a reset") {
    peer.reset();
    CHECK(::recv(fd, bytes, sizeof bytes, 0) < 0);
    CHECK(errno == ECONNRESET);
    CHECK_FALSE(peer.connected());
    CHECK(peer.listen(1s) == TcpPeer::Heard::hung_up);
  }
  SECTION("closed by the other side") {
    ::shutdown(fd, SHUT_RDWR);
    CHECK(peer.listen(5s) == TcpPeer::Heard::hung_up);
  }
}

TEST_CASE("what the other side does not take is not sent") {
  Server server;
  TcpPeer peer(server.address());
  server.accept();
  const std::string flood(16u << 20, 'x');
  const auto sent = peer.send(flood, 100ms);
  CHECK(sent > 0);
  CHECK(sent < flood.size());
}

TEST_CASE("nobody there") {
  std::string address;
  {
    Server server;
    address = server.address();
  }
  TcpPeer peer(address);
  CHECK_FALSE(peer.connected());
  CHECK(peer.send("x", 10ms) == 0);
}
