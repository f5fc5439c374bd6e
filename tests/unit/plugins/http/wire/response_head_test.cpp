#include "wire/response_head.hpp"

#include <catch2/catch.hpp>

using namespace sluice::http;

TEST_CASE("heads, as they stand on the wire") {
  CHECK(write_head({200, {{"A", "b"}}, 5}, 11, true, "D") ==
        "HTTP/1.1 200 OK\r\nDate: D\r\nServer: Sluice\r\nA: b\r\nContent-Length: 5\r\n\r\n");
  CHECK(write_head({200, {}, std::nullopt}, 11, false, "D") ==
        "HTTP/1.1 200 OK\r\nDate: D\r\nServer: Sluice\r\nTransfer-Encoding: chunked\r\nConnection: "
        "close\r\n\r\n");
  CHECK(write_head({200, {}, std::nullopt}, 10, true, "D") ==
        "HTTP/1.1 200 OK\r\nDate: D\r\nServer: Sluice\r\nConnection: close\r\n\r\n");
  CHECK(
      write_head({200, {}, 0}, 10, true, "D") ==
      "HTTP/1.1 200 OK\r\nDate: D\r\nServer: Sluice\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(write_head({204, {}, 0}, 11, true, "D") ==
        "HTTP/1.1 204 No Content\r\nDate: D\r\nServer: Sluice\r\n\r\n");
  CHECK(write_head({101, {}, std::nullopt}, 11, false, "D") ==
        "HTTP/1.1 101 Switching Protocols\r\nDate: D\r\nServer: Sluice\r\nConnection: Upgrade\r\n\r\n");
}

TEST_CASE("a module's fields cannot frame the message or break out of their line") {
  CHECK(may_be_sent("Content-Type", "text/html"));
  CHECK(may_be_sent("X-Empty", ""));
  for (const char* name : {"Content-Length", "transfer-encoding", "CONNECTION", "Date", "Server", "Upgrade",
                           "", "A b", "A:", "A\r\nB"}) {
    CAPTURE(name);
    CHECK_FALSE(may_be_sent(name, "x"));
  }
  CHECK_FALSE(may_be_sent("A", "x\r\nB: y"));
  CHECK_FALSE(may_be_sent("A", std::string(1, '\0')));
  CHECK_FALSE(may_be_sent("A", std::string(9000, 'a')));
}

TEST_CASE("chunk lines are hexadecimal") {
  CHECK(chunk_line(1) == "1\r\n");
  CHECK(chunk_line(255) == "ff\r\n");
  CHECK(chunk_line(0x123456789abcdefULL) == "123456789abcdef\r\n");
}
