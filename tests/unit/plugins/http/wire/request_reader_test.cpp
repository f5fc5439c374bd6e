#include "wire/request_reader.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace sluice::http;
using Stage = RequestReader::Stage;

namespace {

Stage feed(RequestReader& reader, std::string_view text) {
  return reader.feed({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

const std::string get = "GET /live/cam HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string post = "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n";
const std::string chunks = "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

TEST_CASE("a request is the same in one piece and byte by byte") {
  RequestReader whole, bytes;
  const std::string text = chunks + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n";
  feed(whole, text);
  REQUIRE(whole.stage() == Stage::chosen);
  REQUIRE(whole.take_body(10) == Stage::done);
  for (const char byte : text) {
    feed(bytes, std::string_view(&byte, 1));
    if (bytes.stage() == Stage::chosen) bytes.take_body(10);
  }
  for (RequestReader* reader : {&whole, &bytes}) {
    REQUIRE(reader->stage() == Stage::done);
    CHECK(reader->head().method == "POST");
    CHECK(reader->head().target == "/x");
    CHECK(reader->head().field("host") == "h");
    CHECK(reader->head().field("trailer") == std::nullopt);
    CHECK(reader->body() == "abcde");
    CHECK(reader->next() == Stage::head);
    CHECK(reader->is_idle());
  }
}

TEST_CASE("pipelined requests come one after another") {
  RequestReader reader;
  feed(reader, get + post + "12345" + get);
  for (const char* expected : {"GET", "POST", "GET"}) {
    REQUIRE(reader.stage() == Stage::chosen);
    CHECK(reader.head().method == expected);
    REQUIRE(reader.take_body(5) == Stage::done);
    CHECK(reader.body() == (std::string(expected) == "POST" ? "12345" : ""));
    reader.next();
  }
  CHECK(reader.is_idle());
}

TEST_CASE("whether another request may follow") {
  const auto keeps = [](const std::string& version, const std::string& connection) {
    RequestReader reader;
    feed(reader, "GET / HTTP/" + version + "\r\nHost: h\r\n" + connection + "\r\n");
    REQUIRE(reader.stage() == Stage::chosen);
    return reader.head().keep_alive;
  };
  CHECK(keeps("1.1", ""));
  CHECK_FALSE(keeps("1.1", "Connection: close\r\n"));
  CHECK_FALSE(keeps("1.0", ""));
  CHECK(keeps("1.0", "Connection: keep-alive\r\n"));
}

TEST_CASE("100-continue is asked for only with a body") {
  RequestReader reader;
  feed(reader, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  CHECK(reader.head().expects_continue);
  RequestReader none;
  feed(none, "GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\n\r\n");
  CHECK_FALSE(none.head().expects_continue);
}

TEST_CASE("what two servers could read differently is refused (row H1)") {
  for (const char* text : {
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551616\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
           "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n",
           "GET / HTTP/1.1\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
           "GET / HTTP/1.1\nHost: a\n\n",
           "GET /\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h\r\nX\x01: y\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h\r\nX: \x01\r\n\r\n",
           "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and more of a TLS hello\r\n\r\n",
       }) {
    CAPTURE(text);
    RequestReader reader;
    feed(reader, text);
    if (reader.stage() == Stage::chosen) reader.take_body(100);
    REQUIRE(reader.stage() == Stage::failed);
    CHECK((reader.refusal().status == 400 || reader.refusal().status == 505));
    CHECK_FALSE(reader.refusal().text.empty());
    CHECK(feed(reader, get) == Stage::failed);
  }
}

TEST_CASE("chunks that overflow, lie or never say their size are refused (row H1)") {
  for (const std::string& body :
       {std::string("ffffffffffffffffff\r\n"), std::string("3\r\nabcX\r\n0\r\n\r\n"), std::string("x\r\n"),
        std::string("1;") + std::string(200'000, 'a'), std::string(200'000, '0')}) {
    RequestReader reader;
    feed(reader, chunks);
    REQUIRE(reader.take_body(100) == Stage::body);
    for (std::size_t at = 0; at < body.size() && reader.stage() == Stage::body; at += 60'000)
      feed(reader, std::string_view(body).substr(at, 60'000));
    REQUIRE(reader.stage() == Stage::failed);
    CHECK((reader.refusal().status == 400 || reader.refusal().status == 413));
  }
}

TEST_CASE("a million chunks of one byte are too much framing") {
  RequestReader reader;
  feed(reader, chunks);
  reader.take_body(1 << 20);
  std::string some;
  for (int i = 0; i < 1000; ++i) some += "1\r\na\r\n";
  for (int i = 0; i < 1000 && reader.stage() == Stage::body; ++i) feed(reader, some);
  CHECK(reader.stage() == Stage::failed);
}

TEST_CASE("what is too long is named (row H3)") {
  const auto refused = [](const std::string& text, RequestLimits limits = {}) {
    RequestReader reader(limits);
    for (std::size_t at = 0; at < text.size() && reader.stage() == Stage::head; at += 4096)
      feed(reader, std::string_view(text).substr(at, 4096));
    return reader.stage() == Stage::failed ? reader.refusal().status : 0u;
  };
  CHECK(refused("GET /" + std::string(1 << 20, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n") == 414);
  CHECK(refused("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n") == 414);
  std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 8000; ++i) many += "a: b\r\n";
  CHECK(refused(many + "\r\n") == 431);
  CHECK(refused("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n") == 431);
  CHECK(refused("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(2000, 'a') + "\r\n\r\n",
                {.header_bytes = 1024}) == 431);
}

TEST_CASE("a body over its route's limit is 413, before it is read where it says so") {
  RequestReader announced, counted;
  feed(announced, post);
  CHECK(announced.take_body(4) == Stage::failed);
  CHECK(announced.refusal().status == 413);
  feed(counted, chunks + "3\r\nabc\r\n3\r\ndef\r\n");
  CHECK(counted.take_body(5) == Stage::failed);
  CHECK(counted.refusal().status == 413);
}
