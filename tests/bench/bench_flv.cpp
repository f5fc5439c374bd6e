// FLV: what it costs to wrap a frame, and to read a stream back. Bytes per second are those of the file.
#include <benchmark/benchmark.h>

#include "../unit/sdk/mux/flv/sample_stream.hpp"

using namespace sluice::test::flv;

namespace {

const Track picture(1, SLUICE_TRACK_VIDEO, SLUICE_CODEC_H264, avc_config);
const Track sound(2, SLUICE_TRACK_AUDIO, SLUICE_CODEC_AAC, aac_config);

Muxer muxer_of_both() {
  Muxer muxer;
  const sluice_track* const tracks[] = {&picture.view, &sound.view};
  if (!muxer.set_tracks(tracks)) throw std::runtime_error("no tracks");
  return muxer;
}

void wrap(benchmark::State& state) {
  const Muxer muxer = muxer_of_both();
  const MuxedFrame frame{1, 12'000, {40'000'000, 120'000'000, false, false}};
  for (auto _ : state) benchmark::DoNotOptimize(muxer.wrap(frame));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(wrap);

// 10 s of 40 kB pictures with sound, fed in pieces of the given size.
void demux(benchmark::State& state) {
  const Muxer muxer = muxer_of_both();
  Bytes file = muxer.beginning();
  std::vector<Unit> units = sample_units(0, 1, 2, 250);
  for (Unit& unit : units) {
    if (unit.track == 1) unit.payload = nal(unit.payload[4], 40'000, 7);
    append_unit(file, muxer, unit);
  }
  const auto piece = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    Demuxer demuxer;
    size_t frames = 0;
    for (size_t at = 0; at < file.size(); at += piece) {
      demuxer.feed(std::span(file).subspan(at, std::min(piece, file.size() - at)));
      for (;;) {
        const auto event = demuxer.poll();
        if (!event || !*event) break;
        frames += std::holds_alternative<Demuxer::Frame>(**event);
      }
    }
    if (frames != units.size()) state.SkipWithError("frames were lost");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(file.size()));
}
BENCHMARK(demux)->Arg(1448)->Arg(65536)->Arg(1 << 24);

}  // namespace

BENCHMARK_MAIN();
