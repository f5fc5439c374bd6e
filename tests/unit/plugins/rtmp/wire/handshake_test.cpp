#include "wire/handshake.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

#include "../../../sdk/wire/hex.hpp"

using namespace sluice::rtmp;
using sluice::test::Bytes;

namespace {

HandshakeRandom random_of(uint8_t seed) {
  HandshakeRandom random;
  for (size_t i = 0; i < random.size(); ++i) random[i] = static_cast<uint8_t>(seed + i * 7);
  return random;
}

Bytes from_client() {
  ClientHandshake client(1000, random_of(1));
  return client.take_output();
}

// Feeds `in` in steps of `step`; returns how much belonged to the handshake.
size_t feed_in_steps(ServerHandshake& server, const Bytes& in, size_t step) {
  size_t at = 0;
  while (at < in.size() && !server.done()) {
    const auto part = std::span(in).subspan(at, std::min(step, in.size() - at));
    const auto taken = server.feed(part, 2000, random_of(2));
    REQUIRE(taken.has_value());
    at += *taken;
  }
  return at;
}

}  // namespace

TEST_CASE("client and server shake hands whatever the pieces") {
  for (const size_t step : {1u, 2u, 7u, 1536u, 1537u, 4000u}) {
    CAPTURE(step);
    ClientHandshake client(1000, random_of(1));
    ServerHandshake server;
    Bytes to_server = client.take_output(), to_client;
    for (int round = 0; round < 10'000 && !(client.done() && server.done()); ++round) {
      const auto n = std::min(step, to_server.size());
      CHECK(server.feed(std::span(to_server).first(n), 2000, random_of(2)).value() == n);
      to_server.erase(to_server.begin(), to_server.begin() + static_cast<std::ptrdiff_t>(n));
      const auto answer = server.take_output();
      to_client.insert(to_client.end(), answer.begin(), answer.end());
      const auto m = std::min(step, to_client.size());
      CHECK(client.feed(std::span(to_client).first(m)).value() == m);
      to_client.erase(to_client.begin(), to_client.begin() + static_cast<std::ptrdiff_t>(m));
      const auto reply = client.take_output();
      to_server.insert(to_server.end(), reply.begin(), reply.end());
    }
    CHECK(client.done());
    CHECK(server.done());
  }
}

TEST_CASE("the server answers S0, S1 with zeros and S2 as the echo of C1") {
  ServerHandshake server;
  const Bytes hello = from_client();
  CHECK(server.feed(hello, 0x01020304, random_of(9)).value() == hello.size());
  const Bytes answer = server.take_output();
  REQUIRE(answer.size() == 1 + 2 * handshake_packet_size);
  CHECK(answer[0] == 3);
  CHECK(Bytes(answer.begin() + 1, answer.begin() + 9) == sluice::test::hex("01020304 00000000"));
  const auto random = random_of(9);
  CHECK(std::equal(random.begin(), random.end(), answer.begin() + 9));
  CHECK(std::equal(hello.begin() + 1, hello.end(), answer.begin() + 1 + handshake_packet_size));
  CHECK(server.take_output().empty());
}

TEST_CASE("the server takes any C2 of the right length and leaves what follows (R3)") {
  for (const size_t step : {1u, 1000u, 10'000u}) {
    ServerHandshake server;
    Bytes in = from_client();
    in.resize(in.size() + handshake_packet_size, 0xab);  // garbage for C2
    const size_t whole = in.size();
    in.resize(in.size() + 5, 0x03);  // the first chunk
    CHECK(feed_in_steps(server, in, step) == whole);
    CHECK(server.done());
    CHECK(server.feed(in, 0, random_of(0)).value() == 0);
  }
}

TEST_CASE("a truncated C2 leaves the server waiting (R2, R3)") {
  ServerHandshake server;
  Bytes in = from_client();
  in.resize(in.size() + handshake_packet_size - 1, 0xab);
  feed_in_steps(server, in, 100);
  CHECK_FALSE(server.done());
}

TEST_CASE("other versions are refused at the first byte (R1)") {
  struct Case {
    uint8_t version;
    Errc error;
  };
  for (const Case& c :
       {Case{0, Errc::bad_version}, Case{2, Errc::bad_version}, Case{6, Errc::rtmpe_unsupported},
        Case{8, Errc::rtmpe_unsupported}, Case{'G', Errc::bad_version}, Case{22, Errc::tls_unexpected},
        Case{255, Errc::bad_version}}) {
    CAPTURE(c.version);
    ServerHandshake server;
    const Bytes first = {c.version};
    const auto taken = server.feed(first, 0, random_of(0));
    REQUIRE(taken.has_error());
    CHECK(taken.error() == c.error);
    CHECK(verdict_of(taken.error()) == Verdict::close);
    ClientHandshake client(0, random_of(0));
    CHECK(client.feed(first).has_error());
  }
}
