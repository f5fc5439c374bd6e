#include "fmp4/parameters.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace sluice::fmp4;

TEST_CASE("defaults of both formats") {
  const Parameters progressive = parse_parameters("mp4", "{}");
  CHECK(progressive.format == Format::progressive);
  CHECK(progressive.choice == Choice::every);
  CHECK(progressive.fragment_ns == 100'000'000);
  CHECK_FALSE(progressive.producer_time);
  const Parameters chunked = parse_parameters("cmaf", " {} ");
  CHECK(chunked.format == Format::cmaf);
  CHECK(chunked.producer_time);
}

TEST_CASE("what a wish may say") {
  CHECK(parse_parameters("cmaf", R"({"tracks":"video"})").choice == Choice::video);
  CHECK(parse_parameters("cmaf", R"({"tracks":"audio","prft":false})").choice == Choice::audio);
  CHECK_FALSE(parse_parameters("cmaf", R"({"tracks":"muxed","prft":false})").producer_time);
  const Parameters listed = parse_parameters("mp4", R"({"tracks":[3, 1],"fragment_ms":0})");
  CHECK(listed.choice == Choice::listed);
  CHECK(listed.wants(1));
  CHECK_FALSE(listed.wants(2));
  CHECK(listed.fragment_ns == 0);
}

TEST_CASE("what is wrong is named by its pointer") {
  struct Case {
    const char* format;
    const char* json;
    sluice_status status;
    const char* words;
  };
  for (const Case& c : {
           Case{"ts", "{}", SLUICE_STATUS_NOT_SUPPORTED, "the formats are mp4 and cmaf"},
           Case{"cmaf", "{\"a\":", SLUICE_STATUS_ARGUMENT, "/: "},
           Case{"cmaf", "", SLUICE_STATUS_ARGUMENT, "/: "},
           Case{"cmaf", "[]", SLUICE_STATUS_ARGUMENT, "/: "},
           Case{"cmaf", R"({"fragment_ms":5})", SLUICE_STATUS_ARGUMENT, "/fragment_ms: "},
           Case{"mp4", R"({"fragment_ms":2001})", SLUICE_STATUS_ARGUMENT, "/fragment_ms: "},
           Case{"mp4", R"({"fragment_ms":"1"})", SLUICE_STATUS_ARGUMENT, "/fragment_ms: "},
           Case{"mp4", R"({"colour":1})", SLUICE_STATUS_ARGUMENT, "/colour: "},
           Case{"cmaf", R"({"tracks":"sound"})", SLUICE_STATUS_ARGUMENT, "/tracks: "},
           Case{"cmaf", R"({"tracks":7})", SLUICE_STATUS_ARGUMENT, "/tracks: "},
           Case{"cmaf", R"({"tracks":[]})", SLUICE_STATUS_ARGUMENT, "/tracks: "},
           Case{"cmaf", R"({"tracks":[1,0]})", SLUICE_STATUS_ARGUMENT, "/tracks/1: "},
           Case{"cmaf", R"({"prft":1})", SLUICE_STATUS_ARGUMENT, "/prft: "},
       }) {
    CAPTURE(c.format, c.json);
    try {
      parse_parameters(c.format, c.json);
      FAIL("taken");
    } catch (const sluice::Error& error) {
      CHECK(error.status() == c.status);
      CHECK(std::string(error.what()).rfind(c.words, 0) == 0);
    }
  }
}
