#include "wire/mime.hpp"

#include <catch2/catch.hpp>

using namespace sluice::http;

TEST_CASE("what a file is goes by its last suffix, whatever its case") {
  CHECK(mime_of("index.html") == "text/html; charset=utf-8");
  CHECK(mime_of("a.b.JS") == "text/javascript; charset=utf-8");
  CHECK(mime_of("x.m3u8") == "application/vnd.apple.mpegurl");
  CHECK(mime_of("x.exe") == "application/octet-stream");
  CHECK(mime_of("html") == "application/octet-stream");
}
