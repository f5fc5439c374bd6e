#include "exchange.hpp"

#include <catch2/catch.hpp>

#include "recording_responder.hpp"

using namespace sluice::http;

namespace {

RecordingResponder answered(const char* method, const char* range, bool ranges) {
  RecordingResponder to;
  to.asked.method = method_of(method);
  if (*range) to.asked.head.fields = {{"range", range}};
  reply_body(to, {200, {}, std::nullopt}, parcel_of("0123456789"), ranges);
  return to;
}

}  // namespace

TEST_CASE("text for people says what and what to do") {
  RecordingResponder to;
  to.asked.method = method_get;
  reply_text(to, 404, "Nothing here; ask elsewhere.", {{"X", "y"}});
  CHECK(to.head.status == 404);
  CHECK(to.body == "404 Not Found: Nothing here; ask elsewhere.\n");
  CHECK(to.head.length == to.body.size());
  CHECK(to.field("X") == "y");
  CHECK(to.field("Content-Type") == "text/plain; charset=utf-8");
  CHECK(to.ended);
}

TEST_CASE("a whole body is cut to the range asked for, if it may be") {
  CHECK(answered("GET", "", true).body == "0123456789");
  CHECK(answered("GET", "", true).field("Accept-Ranges") == "bytes");
  const auto part = answered("GET", "bytes=2-4", true);
  CHECK(part.head.status == 206);
  CHECK(part.body == "234");
  CHECK(part.head.length == 3);
  CHECK(part.field("Content-Range") == "bytes 2-4/10");
  CHECK(answered("GET", "bytes=2-4", false).body == "0123456789");
  const auto bad = answered("GET", "bytes=10-", true);
  CHECK(bad.head.status == 416);
  CHECK(bad.field("Content-Range") == "bytes */10");
}

TEST_CASE("HEAD has everything but the body") {
  const auto head = answered("HEAD", "bytes=2-4", true);
  CHECK(head.head.status == 200);
  CHECK(head.head.length == 10);
  CHECK(head.body.empty());
  CHECK(head.ended);
}
