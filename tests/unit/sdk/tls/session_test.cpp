#include <malloc.h>

#include <sluice/tls/session.hpp>

#include "tls_rig.hpp"

using namespace sluice::tls;
using namespace sluice::tls::rig;

namespace {

std::string read_all(Session& session) {
  std::string out;
  std::uint8_t room[1000];
  while (const std::size_t count = session.read(room)) out.append(reinterpret_cast<char*>(room), count);
  return out;
}
std::size_t write(Session& session, const std::string& text) {
  return session.write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

TEST_CASE("plaintext goes through both ways, in any portions") {
  const Folder folder;
  const auto context = std::make_shared<const Context>(make_certificate(folder, "a", "one"));
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Session server(context);
    Client client(version);
    CHECK(write(server, "too early") == 0);
    client.exchange(server, 7);
    REQUIRE(server.state() == Session::State::open);
    REQUIRE(client.is_open());
    CHECK(client.subject() == "one");
    client.write("question");
    client.exchange(server);
    CHECK(read_all(server) == "question");
    const std::string answer(100'000, 'x');
    std::size_t taken = 0;
    while (taken < answer.size()) taken += write(server, answer.substr(taken));
    client.exchange(server, 1000);
    CHECK(client.received() == answer);
  }
}

TEST_CASE("goodbyes of either side") {
  const Folder folder;
  const auto context = std::make_shared<const Context>(make_certificate(folder, "a", "one"));
  Session server(context);
  Client client;
  client.exchange(server);
  server.close();
  client.exchange(server);
  CHECK(client.said_goodbye());
  CHECK(server.state() == Session::State::closed);
  CHECK(write(server, "x") == 0);

  Session other(context);
  Client leaver;
  leaver.exchange(other);
  leaver.write("last words");
  leaver.shutdown();
  leaver.exchange(other);
  CHECK(read_all(other) == "last words");
  CHECK(other.state() == Session::State::closed);
  // It has said its last word, and may still be waiting for ours (RFC 8446 section 6.1).
  CHECK(write(other, "an answer") == 9);
  leaver.exchange(other);
  CHECK(leaver.received() == "an answer");
  other.close();
  leaver.exchange(other);
  CHECK(leaver.said_goodbye());
  CHECK(write(other, "x") == 0);
}

TEST_CASE("what has been sent takes no memory, though the output never runs dry") {
  const Folder folder;
  const auto context = std::make_shared<const Context>(make_certificate(folder, "a", "one"));
  Session server(context);
  Client client;
  client.exchange(server);
  const std::string piece(16'000, 'x');
  write(server, piece);
  const auto held = [] {
    const auto now = ::mallinfo2();
    return now.uordblks + now.hblkhd;
  };
  const std::size_t before = held();
  for (int i = 0; i < 1000; ++i) {
    write(server, piece);
    server.sent(piece.size());
  }
  CHECK_FALSE(server.output().empty());
  CHECK(held() < before + (1 << 20));
}

TEST_CASE("what is no TLS fails with a reason, and the next session is none the worse") {
  const Folder folder;
  const auto context = std::make_shared<const Context>(make_certificate(folder, "a", "one"));
  Session server(context);
  const std::string text = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  server.feed({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  CHECK(server.state() == Session::State::failed);
  CHECK_FALSE(server.error().empty());
  Session next(context);
  Client client;
  client.exchange(next);
  CHECK(next.state() == Session::State::open);
}

TEST_CASE("a peer that asks and does not read the answers is ended before they fill the memory") {
  const Folder folder;
  const auto context = std::make_shared<const Context>(make_certificate(folder, "a", "one"));
  Session server(context);
  Client client;
  client.exchange(server);
  client.ask_for_keys(server, 100);
  CHECK(server.state() == Session::State::open);
  CHECK_FALSE(server.output().empty());
  client.ask_for_keys(server, 20'000);
  CHECK(server.state() == Session::State::failed);
  CHECK(server.output().size() < 2 * output_limit);
  CHECK(server.error() == "the peer asks for answers and does not read them");
}

TEST_CASE("the protocol is agreed upon where both know one") {
  const Folder folder;
  Settings settings = make_certificate(folder, "a", "one");
  settings.protocols = {"h2", "http/1.1"};
  settings.allow_tls12 = false;
  const auto context = std::make_shared<const Context>(settings);
  Session server(context);
  Client client(TLS1_3_VERSION, "http/1.1");
  client.exchange(server);
  CHECK(server.protocol() == "http/1.1");
  Session other(context);
  Client stranger(TLS1_3_VERSION, "spdy");
  stranger.exchange(other);
  CHECK(other.state() == Session::State::open);
  CHECK(other.protocol().empty());
  Session strict(context);
  Client old(TLS1_2_VERSION);
  old.exchange(strict);
  CHECK(strict.state() == Session::State::failed);
}
