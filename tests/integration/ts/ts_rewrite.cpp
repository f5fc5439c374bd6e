// ts_rewrite [ORIGIN_MS]: an MPEG transport stream from standard input through the demuxer and the muxer to
// standard output. What was thrown away on the way stands on standard error, one "name count" a line.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "sluice/mux/ts/demuxer.hpp"
#include "sluice/mux/ts/muxer.hpp"

using namespace sluice::mux::ts;

namespace {

class Rewriter final : public DemuxerSink {
 public:
  explicit Rewriter(const MuxerSettings& settings) : muxer_(settings) {}

  void on_track(const Track& track) override {
    std::erase_if(tracks_, [&](const Track& known) { return known.id == track.id; });
    tracks_.push_back(track);
    std::sort(tracks_.begin(), tracks_.end(), [](const Track& a, const Track& b) { return a.id < b.id; });
    if (!holding_) set();
  }
  void on_track_end(uint32_t id) override {
    std::erase_if(tracks_, [&](const Track& track) { return track.id == id; });
    if (!holding_) set();
  }
  void on_frame(const Frame& frame) override {
    if (!holding_) return write(frame);
    held_.push_back({frame, {frame.payload.begin(), frame.payload.end()}});
    if (held_.size() == 60) release();
  }
  // Tracks are known one by one, each with its first frame; players would take each for a change of the
  // programme.
  void release() {
    if (!std::exchange(holding_, false)) return;
    set();
    for (auto& [frame, payload] : held_) {
      frame.payload = payload;
      write(frame);
    }
    held_.clear();
  }
  uint64_t late() const { return muxer_.late_frames(); }

  uint64_t refused = 0;

 private:
  void set() {
    if (!tracks_.empty() && !muxer_.set_tracks(tracks_)) ++refused;
  }
  void write(const Frame& frame) {
    if (!muxer_.write(frame, out_)) ++refused;
    std::fwrite(out_.data(), 1, out_.size(), stdout);
    out_.clear();
  }

  std::vector<Track> tracks_;
  std::vector<std::pair<Frame, std::vector<uint8_t>>> held_;
  bool holding_ = true;
  Muxer muxer_;
  std::vector<uint8_t> out_;
};

}  // namespace

int main(int argc, char** argv) {
  MuxerSettings settings;
  settings.origin = argc > 1 ? std::strtoll(argv[1], nullptr, 10) * milliseconds : 0;
  Rewriter rewriter(settings);
  Demuxer demuxer(rewriter);
  std::vector<uint8_t> in(10'000);
  while (const size_t got = std::fread(in.data(), 1, in.size(), stdin))
    demuxer.feed(std::span(in).first(got));
  demuxer.finish();
  rewriter.release();
  const Counters& seen = demuxer.counters();
  const auto tell = [](const char* name, uint64_t count) {
    std::fprintf(stderr, "%s %llu\n", name, static_cast<unsigned long long>(count));
  };
  tell("sync", seen.sync_losses + seen.skipped_bytes + seen.malformed_packets);
  tell("continuity", seen.continuity_errors);
  tell("tables", seen.bad_sections + seen.streams_left_out);
  tell("references", seen.pcr_jumps + seen.pcr_missing);
  tell("times", seen.time_jumps);
  tell("pes", seen.bad_pes + seen.cut_pes + seen.oversized_pes);
  tell("units", seen.bad_units + seen.untimed + seen.before_config + seen.stray_bytes);
  tell("refused", rewriter.refused);
  tell("late", rewriter.late());
  return 0;
}
