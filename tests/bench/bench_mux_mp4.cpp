// What MP4 costs: a second of stream (25 pictures of 40 kB, 47 sounds of 400 bytes) into fragments, and back.
// Payload is never touched on the way in, so the figures are per sample, not per byte.
#include <benchmark/benchmark.h>
#include <sluice/abi/frame.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "sluice/mux/mp4/demuxer.hpp"
#include "sluice/mux/mp4/file_type.hpp"
#include "sluice/mux/mp4/movie.hpp"
#include "sluice/mux/mp4/muxer.hpp"

namespace {

using namespace sluice::mux::mp4;

constexpr std::int64_t ms = 1'000'000;

Track opaque_track(std::uint32_t id, std::uint32_t kind, std::uint32_t codec, std::uint32_t timescale) {
  Track track;
  track.id = id;
  track.kind = kind;
  track.codec = codec;
  track.timescale = timescale;
  track.sample_rate = kind == SLUICE_TRACK_AUDIO ? timescale : 0;
  return track;
}

// VP9 and MP3: no configuration has to be sound for them.
std::vector<Track> two_tracks() {
  std::vector<Track> tracks = {opaque_track(1, SLUICE_TRACK_VIDEO, SLUICE_CODEC_VP9, 90000),
                               opaque_track(2, SLUICE_TRACK_AUDIO, SLUICE_CODEC_MP3, 48000)};
  tracks[0].config = {1, 0, 0, 0, 0, 10, 0x82, 2, 2, 2, 0, 0};
  return tracks;
}

std::vector<Sample> one_second() {
  std::vector<Sample> samples;
  std::int64_t sounds = 0;
  for (std::int64_t picture = 0; picture < 25; ++picture) {
    samples.push_back({1, picture * 40 * ms, picture * 40 * ms, 0, 40'000, picture == 0, false});
    for (; sounds * 1024 * 1000 / 48000 < (picture + 1) * 40; ++sounds) {
      const std::int64_t dts = sounds * 1024 * 1000 / 48 * 1000;
      samples.push_back({2, dts, dts, 0, 400, true, false});
    }
  }
  return samples;
}

std::vector<MuxedTrack> muxed_tracks() {
  std::vector<MuxedTrack> muxed;
  for (Track& track : two_tracks()) muxed.push_back({track, 0});
  return muxed;
}

void mux_second(benchmark::State& state) {
  const auto samples = one_second();
  const auto each = static_cast<std::size_t>(state.range(0));
  Muxer muxer(muxed_tracks());
  std::size_t head = 0, seconds = 0;
  for (auto _ : state) {
    for (const Sample& sample : samples) {
      if (muxer.count() == each) head += muxer.close(Successor{sample.track_id, sample.dts}, 1).head.size();
      if (!muxer.add(sample)) std::abort();
    }
    head += muxer.close({}, 1).head.size();
    ++seconds;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(seconds * samples.size()));
  state.counters["head_bytes_per_second"] = static_cast<double>(head) / static_cast<double>(seconds);
}
BENCHMARK(mux_second)->Arg(1)->Arg(7)->Arg(72)->Unit(benchmark::kMicrosecond);

std::vector<std::uint8_t> stream_of(std::size_t each) {
  std::vector<std::uint8_t> out;
  write_file_type(out, Layout::progressive);
  write_movie(out, two_tracks());
  const auto samples = one_second();
  Muxer muxer(muxed_tracks());
  const auto write = [&](std::optional<Successor> next) {
    const std::uint64_t payload = muxer.bytes();
    const auto fragment = muxer.close(next, 1);
    out.insert(out.end(), fragment.head.begin(), fragment.head.end());
    out.insert(out.end(), payload, 0x86);  // begins as a VP9 frame does
  };
  for (const Sample& sample : samples) {
    if (muxer.count() == each) write(Successor{sample.track_id, sample.dts});
    if (!muxer.add(sample)) std::abort();
  }
  write({});
  return out;
}

// Pieces as they come from a socket.
void demux_second(benchmark::State& state) {
  const auto stream = stream_of(7);
  const auto piece = static_cast<std::size_t>(state.range(0));
  std::int64_t frames = 0;
  for (auto _ : state) {
    Demuxer demuxer;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      demuxer.feed(std::span(stream).subspan(at, std::min(piece, stream.size() - at)));
      for (;;) {
        const auto event = demuxer.poll();
        if (!event) std::abort();
        if (!*event) break;
        frames += std::holds_alternative<Demuxer::Frame>(**event);
      }
    }
  }
  state.SetItemsProcessed(frames);
  state.SetBytesProcessed(static_cast<std::int64_t>(stream.size()) *
                          static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(demux_second)->Arg(1 << 14)->Arg(1 << 18)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
