#include "stream_metrics.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace sluice::prometheus {
namespace {

using Json = nlohmann::json;

struct Figure {
  const char* field;  // of the registry's list
  const char* name;
  const char* kind;
  const char* help;
  double scale;
  bool adds_up;  // over several streams
};

constexpr Figure figures[] = {
    {"viewers", "sluice_stream_viewers", "gauge", "Viewers of the stream, in all formats.", 1, true},
    {"bitrate", "sluice_stream_bits_per_second", "gauge", "Bit rate of the stream as it is published.", 1,
     true},
    {"fps", "sluice_stream_frames_per_second", "gauge", "Video frames per second as published.", 1, false},
    {"gop_frames", "sluice_stream_gop_frames", "gauge", "Video frames of the last whole GOP.", 1, false},
    {"gop_ms", "sluice_stream_gop_seconds", "gauge", "Media time of the last whole GOP.", 1e-3, false},
    {"key_age_ms", "sluice_stream_key_frame_age_seconds", "gauge", "Time since the newest key frame came.",
     1e-3, false},
    {"av_skew_ms", "sluice_stream_av_skew_seconds", "gauge",
     "How far the newest picture is ahead of the newest sound.", 1e-3, false},
    {"age_s", "sluice_stream_age_seconds", "gauge", "Time since the stream began.", 1, false},
    {"cache_bytes", "sluice_stream_cache_bytes", "gauge", "Bytes of the GOP cache.", 1, true},
    {"frames", "sluice_stream_frames_total", "counter", "Frames published.", 1, true},
    {"bytes", "sluice_stream_bytes_total", "counter", "Payload bytes published.", 1, true},
    {"discontinuities", "sluice_stream_discontinuities_total", "counter", "Breaks of the source's timeline.",
     1, true},
    {"clock_jumps", "sluice_stream_clock_jumps_total", "counter",
     "Jumps of the source's clock that were absorbed.", 1, true},
    {"dts_held", "sluice_stream_dts_held_total", "counter",
     "Frames whose decoding time was held up to stay in order.", 1, true},
    {"pts_repaired", "sluice_stream_pts_repaired_total", "counter",
     "Frames whose presentation time was repaired.", 1, true},
    {"lanes_lapped", "sluice_stream_lanes_lapped_total", "counter",
     "Times a module's thread fell out of the stream's cache.", 1, true},
};

struct Drop {
  const char* field;
  const char* reason;
};
constexpr Drop drops[] = {{"dropped_memory", "memory"}, {"dropped_no_key", "no_key_frame"}};

double of(const Json& stream, const char* field) {
  const auto found = stream.find(field);
  return found != stream.end() && found->is_number() ? found->get<double>() : 0;
}

bool has(const Json& stream, const char* field) {
  const auto found = stream.find(field);
  // A stream that has not shown a key frame yet has no age of one.
  return found != stream.end() && found->is_number() &&
         !(std::string_view(field) == "key_age_ms" && *found < 0);
}

void add_one(Exposition& out, const Json& stream) {
  const std::string key = stream.value("key", "");
  for (const Figure& figure : figures) {
    if (has(stream, figure.field))
      out.add(figure.name, figure.kind, figure.help, {{"stream", key}},
              of(stream, figure.field) * figure.scale);
  }
  for (const Drop& drop : drops) {
    out.add("sluice_stream_frames_dropped_total", "counter", "Frames that came and were not published.",
            {{"stream", key}, {"reason", drop.reason}}, of(stream, drop.field));
  }
  for (const auto& packaging : stream.value("packagings", Json::array())) {
    const Labels labels{{"stream", key},
                        {"format", packaging.value("format", "")},
                        {"parameters", packaging.value("parameters", Json::object()).dump()}};
    out.add("sluice_packaging_viewers", "gauge", "Viewers of a stream in a format.", labels,
            of(packaging, "viewers"));
    out.add("sluice_packaging_bytes_total", "counter", "Bytes made of a stream in a format.", labels,
            of(packaging, "bytes"));
  }
}

void add_others(Exposition& out, const std::vector<const Json*>& streams) {
  const Labels labels{{"stream", "(others)"}};
  for (const Figure& figure : figures) {
    if (!figure.adds_up) continue;
    double sum = 0;
    for (const Json* const stream : streams) sum += of(*stream, figure.field);
    out.add(figure.name, figure.kind, figure.help, labels, sum * figure.scale);
  }
}

}  // namespace

void add_streams(Exposition& out, const Json& streams, std::size_t most) {
  std::vector<const Json*> by_viewers;
  double live = 0;
  for (const Json& stream : streams) {
    by_viewers.push_back(&stream);
    live += stream.value("state", "") == "live" ? 1 : 0;
  }
  out.add("sluice_streams", "gauge", "Streams, by state.", {{"state", "live"}}, live);
  out.add("sluice_streams", "gauge", "Streams, by state.", {{"state", "grace"}},
          static_cast<double>(by_viewers.size()) - live);
  // The list comes in the order of keys, which decides between equals.
  std::sort(by_viewers.begin(), by_viewers.end(), [](const Json* a, const Json* b) {
    const double viewers_a = of(*a, "viewers"), viewers_b = of(*b, "viewers");
    return viewers_a != viewers_b ? viewers_a > viewers_b : a < b;
  });
  const std::size_t own = std::min(most, by_viewers.size());
  for (std::size_t i = 0; i < own; ++i) add_one(out, *by_viewers[i]);
  by_viewers.erase(by_viewers.begin(), by_viewers.begin() + static_cast<std::ptrdiff_t>(own));
  if (!by_viewers.empty()) add_others(out, by_viewers);
}

void add_health(Exposition& out, const Json& health) {
  out.add("sluice_build_info", "gauge", "The running version; always 1.",
          {{"version", health.value("version", "")}}, 1);
  out.add("sluice_ready", "gauge", "1: every module the operator requires serves.", {},
          health.value("ready", false) ? 1 : 0);
  out.add("sluice_degraded", "gauge", "1: a module that is enabled does not serve, or is not well.", {},
          health.value("degraded", false) ? 1 : 0);
  out.add("sluice_uptime_seconds", "gauge", "Time since the server started.", {}, of(health, "uptime_s"));
  const auto totals = health.value("totals", Json::object());
  out.add("sluice_memory_used_bytes", "gauge", "Frame memory in use.", {}, of(totals, "memory_used"));
  out.add("sluice_memory_budget_bytes", "gauge", "Frame memory there is.", {}, of(totals, "memory_budget"));
  out.add("sluice_viewers", "gauge", "Viewers of all streams.", {}, of(totals, "viewers"));
}

}  // namespace sluice::prometheus
