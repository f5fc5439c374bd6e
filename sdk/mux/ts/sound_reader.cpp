#include "sound_reader.hpp"

#include <sluice/abi/frame.h>

#include <algorithm>
#include <vector>

#include "sluice/media/ac3.hpp"
#include "sluice/media/mp3.hpp"
#include "sluice/mux/ts/adts.hpp"

namespace sluice::mux::ts {
namespace {

struct SoundFrame {
  size_t size = 0;         // in the stream
  size_t header_size = 0;  // that is not part of the access unit
  uint32_t samples = 0;
  uint32_t sample_rate = 0;
  uint32_t channels = 0;
  std::vector<uint8_t> config;
};

using ReadFrame = Result<SoundFrame> (*)(std::span<const uint8_t>);

Result<SoundFrame> read_adts(std::span<const uint8_t> in) {
  const auto frame = parse_adts(in);
  if (!frame) return frame.error();
  return SoundFrame{frame->size,        frame->header_size, frame->samples,
                    frame->sample_rate, frame->channels,    {frame->config.begin(), frame->config.end()}};
}

error_code error_of(const error_code& media) {
  return media == media::Errc::truncated ? Errc::truncated : Errc::malformed;
}

Result<SoundFrame> read_mp3(std::span<const uint8_t> in) {
  const auto frame = media::parse_mp3_header(in);
  if (!frame) return error_of(frame.error());
  if (frame->frame_size < 4) return Errc::malformed;
  return SoundFrame{frame->frame_size, 0, frame->samples_per_frame, frame->sample_rate, frame->channels, {}};
}

Result<SoundFrame> read_ac3(std::span<const uint8_t> in) {
  const auto frame = media::parse_ac3_header(in);
  if (!frame) return error_of(frame.error());
  return SoundFrame{frame->frame_size, 0, media::ac3_samples_per_frame, frame->sample_rate(),
                    frame->channels(), {}};
}

// What is held between packets is less than one frame; the largest is of 13 bits in ADTS.
class SoundReader final : public UnitReader {
 public:
  SoundReader(Track track, ReadFrame read_frame) : track_(std::move(track)), read_frame_(read_frame) {}

  void read(const TimedPayload& payload, UnitSink& sink, Counters& counters) override {
    const size_t carried = held_.size();
    held_.insert(held_.end(), payload.bytes.begin(), payload.bytes.end());
    std::optional<int64_t> time = payload.pts;
    size_t at = 0;
    while (at < held_.size()) {
      const std::span<const uint8_t> rest = std::span(held_).subspan(at);
      const auto frame = read_frame_(rest);
      if (!frame && frame.error() == Errc::truncated) break;
      if (!frame) {
        ++at;
        ++counters.stray_bytes;
        continue;
      }
      if (frame->size > rest.size()) break;
      if (at >= carried && time) restart_clock(*std::exchange(time, std::nullopt));
      give(*frame, rest.first(frame->size).subspan(frame->header_size), sink, counters);
      at += frame->size;
    }
    // A frame that begins in this packet and ends in the next has this packet's time.
    if (at >= carried && time) restart_clock(*time);
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  void lose(Counters& counters) override {
    counters.stray_bytes += held_.size();
    held_.clear();
    clock_known_ = false;
  }

 private:
  void restart_clock(int64_t pts) {
    start_ = pts;
    samples_ = 0;
    clock_known_ = true;
  }

  void give(const SoundFrame& frame, std::span<const uint8_t> unit, UnitSink& sink, Counters& counters) {
    if (!clock_known_) {
      ++counters.untimed;
      return;
    }
    const bool changed = frame.config != track_.config || frame.sample_rate != track_.sample_rate ||
                         frame.channels != track_.channels;
    const int64_t pts = start_ + (rate_ ? samples_ * 90'000 / rate_ : 0);
    if (changed || !configured_) {
      track_.config = frame.config;
      track_.sample_rate = frame.sample_rate;
      track_.channels = frame.channels;
      configured_ = true;
      restart_clock(pts);
      rate_ = frame.sample_rate;
      sink.on_config(track_);
    }
    samples_ += frame.samples;
    sink.on_unit({pts, pts, true, false, unit});
  }

  Track track_;
  ReadFrame read_frame_;
  bool configured_ = false;
  std::vector<uint8_t> held_;
  int64_t start_ = 0, samples_ = 0;  // since the last time that was told
  int64_t rate_ = 0;
  bool clock_known_ = false;
};

}  // namespace

std::unique_ptr<UnitReader> make_sound_reader(const Track& track) {
  const ReadFrame read = track.codec == SLUICE_CODEC_AAC   ? read_adts
                         : track.codec == SLUICE_CODEC_MP3 ? read_mp3
                                                           : read_ac3;
  return std::make_unique<SoundReader>(track, read);
}

}  // namespace sluice::mux::ts
