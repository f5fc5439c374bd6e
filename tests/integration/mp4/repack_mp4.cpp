// repack_mp4 FORMAT PARAMETERS IN OUT: reads a fragmented MP4 with our demuxer, stamps cut marks as an engine
// would (segments of 2 s at key frames, parts of 0.5 s), packages it and writes all chunks into one file.
#include <algorithm>
#include <cstdio>
#include <deque>
#include <fstream>
#include <iterator>
#include <optional>
#include <sluice/mux/mp4/demuxer.hpp>

#include "../../unit/plugins/fmp4/session_bench.hpp"

using namespace sluice;

namespace {

struct Stream {
  std::deque<mux::mp4::Track> kept;
  std::deque<sluice_track> tracks;
  std::deque<test::OwnFrame> frames;
};

const sluice_track* track_of(Stream& stream, std::uint32_t id) {
  for (const sluice_track& track : stream.tracks)
    if (track.id == id) return &track;
  return nullptr;
}

void adopt(Stream& stream, const mux::mp4::Demuxer::Tracks& list) {
  for (const mux::mp4::Track& one : list.tracks) {
    if (track_of(stream, one.id)) continue;
    const mux::mp4::Track& kept = stream.kept.emplace_back(one);
    sluice_track track{};
    track.struct_size = sizeof track;
    track.id = kept.id;
    track.revision = 1;
    track.kind = kept.kind;
    track.codec = kept.codec;
    track.timescale = kept.timescale;
    track.config = {kept.config.data(), kept.config.size()};
    track.language = to_abi(kept.language);
    track.width = kept.width;
    track.height = kept.height;
    track.sample_rate = kept.sample_rate;
    track.channels = kept.channels;
    track.bitrate = kept.bitrate;
    stream.tracks.push_back(track);
  }
}

void adopt(Stream& stream, const mux::mp4::Demuxer::Frame& frame) {
  const std::uint32_t flags =
      (frame.key ? SLUICE_FRAME_KEY : 0u) | (frame.disposable ? SLUICE_FRAME_DISPOSABLE : 0u);
  stream.frames.emplace_back(*track_of(stream, frame.track_id),
                             std::vector<std::uint8_t>(frame.payload.begin(), frame.payload.end()), frame.dts,
                             frame.pts, flags);
}

void demux(Stream& stream, const std::vector<std::uint8_t>& file, std::size_t piece) {
  mux::mp4::Demuxer demuxer;
  for (std::size_t at = 0; at < file.size(); at += piece) {
    demuxer.feed(std::span(file).subspan(at, std::min(piece, file.size() - at)));
    for (;;) {
      auto event = demuxer.poll();
      if (!event) throw std::runtime_error(demuxer.place() + ": " + event.error().message());
      if (!*event) break;
      std::visit([&](const auto& one) { adopt(stream, one); }, **event);
    }
  }
  if (demuxer.refused_samples() > 0) throw std::runtime_error("samples were refused");
}

// Times may not be negative; the source's edit lists can make them so.
void shift_to_zero(std::vector<sluice_frame*>& frames) {
  std::int64_t least = 0;
  for (const sluice_frame* frame : frames) least = std::min(least, frame->dts);
  for (sluice_frame* frame : frames) {
    frame->dts -= least;
    frame->pts -= least;
  }
}

void stamp(const std::vector<sluice_frame*>& frames, bool has_video) {
  std::uint64_t segment = 0;
  std::uint32_t part = 0;
  std::int64_t segment_start = 0, part_start = 0;
  for (sluice_frame* frame : frames) {
    const bool video = frame->track->kind == SLUICE_TRACK_VIDEO;
    const bool key = frame->flags & SLUICE_FRAME_KEY;
    const bool leads = video == has_video;
    if (leads && frame->dts - segment_start >= 1'950'000'000 && key) {
      ++segment;
      part = 0;
      segment_start = part_start = frame->dts;
    } else if (leads && frame->dts - part_start >= 500'000'000) {
      ++part;
      part_start = frame->dts;
    }
    frame->segment = segment;
    frame->part = part;
    frame->capture_wall = 1'700'000'000'000'000'000 + frame->pts;
  }
}

int run(char** arguments) {
  std::ifstream in(arguments[3], std::ios::binary);
  const std::vector<std::uint8_t> file{std::istreambuf_iterator<char>(in), {}};
  Stream stream;
  demux(stream, file, 4099);
  std::vector<sluice_frame*> frames;
  bool has_video = false;
  for (test::OwnFrame& frame : stream.frames) {
    has_video |= frame.view.track->kind == SLUICE_TRACK_VIDEO;
    frames.push_back(&frame.view);
  }
  std::sort(frames.begin(), frames.end(), [](const auto* one, const auto* other) {
    return std::pair(one->dts, one->track->id) < std::pair(other->dts, other->track->id);
  });
  shift_to_zero(frames);
  stamp(frames, has_video);

  test::SessionBench bench(arguments[1], arguments[2]);
  std::vector<const sluice_track*> list;
  for (const sluice_track& track : stream.tracks) list.push_back(&track);
  bench.tracks(list);
  for (const sluice_frame* frame : frames) bench.frame(*frame);
  bench.flush();
  const auto bytes = bench.all_bytes();
  std::ofstream(arguments[4], std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  std::size_t copied = 0;
  for (const auto& chunk : bench.chunks) copied += chunk.copied;
  std::printf("%zu frames, %zu chunks, %zu bytes, of them %zu copied\n", frames.size(), bench.chunks.size(),
              bytes.size(), copied);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: repack_mp4 mp4|cmaf PARAMETERS IN OUT\n");
    return 2;
  }
  try {
    return run(argv);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "repack_mp4: %s\n", problem.what());
    return 1;
  }
}
