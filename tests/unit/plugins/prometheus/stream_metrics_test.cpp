#include "stream_metrics.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace sluice::prometheus;
using nlohmann::json;

namespace {

json stream(const std::string& key, int viewers) {
  return {{"key", key},       {"state", "live"},     {"viewers", viewers},    {"bytes", 100},
          {"key_age_ms", -1}, {"dropped_memory", 2}, {"av_skew_ms", nullptr}, {"gop_ms", 2000}};
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("a stream's figures in base units; what is not known is left out") {
  Exposition out;
  json one = stream("live/cam", 3);
  one["packagings"] =
      json::array({{{"format", "flv"}, {"parameters", json::object()}, {"viewers", 2}, {"bytes", 9}}});
  add_streams(out, json::array({one}), 10);
  const std::string text = out.text();
  CHECK(has_line(text, R"(sluice_stream_viewers{stream="live/cam"} 3)"));
  CHECK(has_line(text, R"(sluice_stream_gop_seconds{stream="live/cam"} 2)"));
  CHECK(has_line(text, R"(sluice_stream_frames_dropped_total{stream="live/cam",reason="memory"} 2)"));
  CHECK(has_line(text, R"(sluice_packaging_viewers{stream="live/cam",format="flv",parameters="{}"} 2)"));
  CHECK(has_line(text, R"(sluice_streams{state="live"} 1)"));
  CHECK(text.find("key_frame_age") == std::string::npos);
  CHECK(text.find("av_skew") == std::string::npos);
}

TEST_CASE("the number of series has a bound: those with the most viewers, and the rest summed up") {
  Exposition out;
  add_streams(out, json::array({stream("live/a", 1), stream("live/b", 9), stream("live/c", 2)}), 1);
  const std::string text = out.text();
  CHECK(has_line(text, R"(sluice_stream_viewers{stream="live/b"} 9)"));
  CHECK(has_line(text, R"x(sluice_stream_viewers{stream="(others)"} 3)x"));
  CHECK(has_line(text, R"x(sluice_stream_bytes_total{stream="(others)"} 200)x"));
  CHECK(text.find("live/a") == std::string::npos);
  CHECK(text.find(R"x(gop_seconds{stream="(others)")x") == std::string::npos);
}

TEST_CASE("health is two bits and figures") {
  Exposition out;
  add_health(out, {{"version", "1.2"},
                   {"ready", true},
                   {"degraded", true},
                   {"uptime_s", 5},
                   {"totals", {{"memory_used", 7}, {"viewers", 4}}}});
  const std::string text = out.text();
  CHECK(has_line(text, "sluice_ready 1"));
  CHECK(has_line(text, "sluice_degraded 1"));
  CHECK(has_line(text, R"(sluice_build_info{version="1.2"} 1)"));
  CHECK(has_line(text, "sluice_memory_used_bytes 7"));
  CHECK(has_line(text, "sluice_viewers 4"));
}
