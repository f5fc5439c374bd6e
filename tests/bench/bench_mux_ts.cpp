// What MPEG-TS costs: frames to packets and back, in bytes of payload a second and time a frame. One stream
// of 25 pictures a second at 4 Mbit/s with AAC at 128 kbit/s, ten seconds of it, over and over.
#include <benchmark/benchmark.h>
#include <sluice/abi/frame.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "sluice/mux/ts/demuxer.hpp"
#include "sluice/mux/ts/muxer.hpp"

namespace {

using namespace sluice::mux::ts;
using Bytes = std::vector<uint8_t>;

struct Sent {
  Frame frame;
  Bytes payload;
};

// H.264 High 322x182, as x264 wrote it.
const Bytes avc_config = {0x01, 0x64, 0x00, 0x0d, 0xff, 0xe1, 0x00, 0x19, 0x67, 0x64, 0x00, 0x0d,
                          0xac, 0xd9, 0x41, 0x51, 0x9e, 0x22, 0x6c, 0x04, 0x40, 0x00, 0x00, 0xfa,
                          0x40, 0x00, 0x3a, 0x98, 0x03, 0xc5, 0x0a, 0x65, 0x80, 0x01, 0x00, 0x06,
                          0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0, 0xfd, 0xf8, 0xf8, 0x00};

Bytes noise(size_t size, uint32_t seed) {
  Bytes out(size);
  for (auto& byte : out) byte = static_cast<uint8_t>(((seed = seed * 1664525u + 1013904223u) >> 24) | 1);
  return out;
}

Bytes picture(size_t size, bool key, uint32_t seed) {
  Bytes out = noise(size, seed);
  for (unsigned i = 0; i < 4; ++i) out[i] = static_cast<uint8_t>((size - 4) >> (24 - 8 * i));
  out[4] = key ? 0x65 : 0x41;
  return out;
}

std::vector<Sent> make_frames() {
  std::vector<Sent> frames;
  for (int64_t i = 0; i < 250; ++i) {
    const bool key = i % 50 == 0;
    const int64_t at = i * 40 * milliseconds;
    frames.push_back(
        {{1, key, false, false, at, at, {}}, picture(key ? 120'000 : 18'000, key, static_cast<uint32_t>(i))});
  }
  for (int64_t i = 0; i < 469; ++i) {
    const int64_t at = i * 1024 * 1'000'000'000 / 48000;
    frames.push_back({{2, true, false, false, at, at, {}}, noise(341, static_cast<uint32_t>(i))});
  }
  std::sort(frames.begin(), frames.end(), [](const Sent& a, const Sent& b) {
    return std::pair(a.frame.dts, a.frame.track) < std::pair(b.frame.dts, b.frame.track);
  });
  for (Sent& sent : frames) sent.frame.payload = sent.payload;
  return frames;
}

Muxer make_muxer() {
  const std::vector<Track> tracks = {{1, Kind::video, SLUICE_CODEC_H264, avc_config, "", 0, 0},
                                     {2, Kind::audio, SLUICE_CODEC_AAC, {0x11, 0x90}, "", 48000, 2}};
  Muxer muxer;
  if (!muxer.set_tracks(tracks)) std::abort();
  return muxer;
}

void mux(benchmark::State& state) {
  const auto frames = make_frames();
  Muxer muxer = make_muxer();
  Bytes out;
  int64_t bytes = 0, count = 0, packets = 0, round = 0;
  for (auto _ : state) {
    for (const Sent& sent : frames) {
      Frame frame = sent.frame;
      frame.dts += round * 10'000 * milliseconds;
      frame.pts = frame.dts;
      out.clear();
      if (!muxer.write(frame, out)) std::abort();
      benchmark::DoNotOptimize(out.data());
      bytes += static_cast<int64_t>(frame.payload.size());
      packets += static_cast<int64_t>(out.size() / packet_size);
    }
    count += static_cast<int64_t>(frames.size());
    ++round;
  }
  state.SetBytesProcessed(bytes);
  state.SetItemsProcessed(count);
  state.counters["overhead_percent"] =
      100.0 * (static_cast<double>(packets) * packet_size / static_cast<double>(bytes) - 1);
}
BENCHMARK(mux)->Unit(benchmark::kMicrosecond);

struct Counting final : DemuxerSink {
  void on_track(const Track&) override {}
  void on_track_end(uint32_t) override {}
  void on_frame(const Frame& frame) override {
    bytes += static_cast<int64_t>(frame.payload.size());
    ++frames;
  }
  int64_t bytes = 0, frames = 0;
};

void demux(benchmark::State& state) {
  Muxer muxer = make_muxer();
  Bytes stream;
  for (const Sent& sent : make_frames())
    if (!muxer.write(sent.frame, stream)) std::abort();
  int64_t bytes = 0, frames = 0;
  for (auto _ : state) {
    Counting sink;
    Demuxer demuxer(sink);
    for (size_t at = 0; at < stream.size(); at += 1316)
      demuxer.feed(std::span(stream).subspan(at, std::min<size_t>(1316, stream.size() - at)));
    demuxer.finish();
    if (sink.frames != 719) std::abort();
    bytes += sink.bytes;
    frames += sink.frames;
  }
  state.SetBytesProcessed(bytes);
  state.SetItemsProcessed(frames);
}
BENCHMARK(demux)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
