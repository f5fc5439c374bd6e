// repack_flv IN OUT [FROM_KEY]: reads an FLV with our demuxer, packages it and writes what a viewer gets who
// begins with the FROM_KEY-th chunk that can be begun with (default: the first).
#include <algorithm>
#include <cstdio>
#include <deque>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include <sluice/mux/flv/demuxer.hpp>

#include "../../unit/plugins/packaging_bench.hpp"
#include "flv/packaging.hpp"

using namespace sluice;

namespace {

using Bench = test::PackagingBench<sluice::flv::Packaging>;

// Tracks and frames as the engine would give them to the session, at once.
class Stream {
 public:
  void on(const mux::flv::Demuxer::Track& track) {
    const auto& kept = facts_.emplace_back(track.facts);
    sluice_track& view = revisions_.emplace_back(kept.to_abi());
    view.id = track.id;
    const auto same = [&](const sluice_track* one) { return one->id == track.id; };
    const auto known = std::find_if(newest_.begin(), newest_.end(), same);
    if (known != newest_.end())
      *known = &view;
    else
      newest_.push_back(&view);
    changed_ = true;
  }

  void on(const mux::flv::Demuxer::Frame& frame) {
    const std::uint32_t flags =
        (frame.key ? SLUICE_FRAME_KEY : 0u) | (frame.disposable ? SLUICE_FRAME_DISPOSABLE : 0u);
    const auto track = std::find_if(newest_.begin(), newest_.end(),
                                    [&](const sluice_track* one) { return one->id == frame.track_id; });
    frames_.emplace_back(**track, std::vector<std::uint8_t>(frame.payload.begin(), frame.payload.end()),
                         frame.dts, frame.pts, flags);
    lists_.push_back(std::exchange(changed_, false) ? newest_ : std::vector<const sluice_track*>{});
  }

  void package(Bench& bench) const {
    // What an engine knows when the first frame comes: all tracks that are declared by then.
    bench.tracks(newest_at_start());
    for (std::size_t i = 0; i < frames_.size(); ++i) {
      if (i > 0 && !lists_[i].empty()) bench.tracks(lists_[i]);
      bench.frame(frames_[i].view);
    }
  }
  std::size_t frames() const { return frames_.size(); }

 private:
  // Sound that has no configuration record is declared with its first frame; the engine's timeline waits for
  // it.
  std::vector<const sluice_track*> newest_at_start() const {
    std::vector<const sluice_track*> tracks;
    for (const sluice_track& one : revisions_) {
      const auto same = [&](const sluice_track* other) { return other->id == one.id; };
      if (std::none_of(tracks.begin(), tracks.end(), same)) tracks.push_back(&one);
    }
    return tracks;
  }

  std::deque<mux::flv::TrackFacts> facts_;
  std::deque<sluice_track> revisions_;
  std::vector<const sluice_track*> newest_;
  std::deque<test::OwnFrame> frames_;
  std::vector<std::vector<const sluice_track*>> lists_;  // beside frames_; empty: no change
  bool changed_ = false;
};

void demux(Stream& stream, const std::vector<std::uint8_t>& file) {
  constexpr std::size_t piece = 4099;
  mux::flv::Demuxer demuxer;
  for (std::size_t at = 0; at < file.size(); at += piece) {
    demuxer.feed(std::span(file).subspan(at, std::min(piece, file.size() - at)));
    for (;;) {
      auto event = demuxer.poll();
      if (!event) throw std::runtime_error(event.error().message());
      if (!*event) break;
      std::visit([&](const auto& one) { stream.on(one); }, **event);
    }
  }
  if (demuxer.counters().dropped > 0)
    throw std::runtime_error("tags were dropped: " + demuxer.last_drop().message());
}

std::size_t key_chunk(const Bench& bench, std::size_t wanted) {
  for (std::size_t i = 0; i < bench.chunks.size(); ++i)
    if ((bench.chunks[i].facts.flags & SLUICE_CHUNK_KEY) && wanted-- == 0) return i;
  throw std::runtime_error("there are not so many chunks to begin with");
}

int run(int argc, char** argv) {
  std::ifstream in(argv[1], std::ios::binary);
  const std::vector<std::uint8_t> file{std::istreambuf_iterator<char>(in), {}};
  Stream stream;
  demux(stream, file);
  Bench bench;
  stream.package(bench);
  const auto bytes = bench.body_from(key_chunk(bench, argc > 3 ? std::stoul(argv[3]) : 0));
  std::ofstream(argv[2], std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  std::printf("%zu frames, %zu chunks, %zu bytes\n", stream.frames(), bench.chunks.size(), bytes.size());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) {
    std::fprintf(stderr, "usage: repack_flv IN OUT [FROM_KEY]\n");
    return 2;
  }
  try {
    return run(argc, argv);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "repack_flv: %s\n", problem.what());
    return 1;
  }
}
