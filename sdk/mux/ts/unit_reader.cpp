#include "sluice/mux/ts/unit_reader.hpp"

#include <sluice/abi/frame.h>

#include "nal_reader.hpp"
#include "sluice/media/opus.hpp"
#include "sluice/mux/ts/opus_unit.hpp"
#include "sound_reader.hpp"

namespace sluice::mux::ts {
namespace {

// Several packets may share a PES packet, each behind a control header; none reaches over its end.
class OpusReader final : public UnitReader {
 public:
  explicit OpusReader(Track track) : track_(std::move(track)) {}

  void read(const TimedPayload& payload, UnitSink& sink, Counters& counters) override {
    if (!payload.pts) {
      ++counters.untimed;
      return;
    }
    int64_t pts = *payload.pts;
    for (auto rest = payload.bytes; !rest.empty();) {
      const auto unit = parse_opus_unit(rest);
      const auto samples = unit ? media::opus_packet_samples(unit->packet) : media::Errc::malformed;
      if (!samples) {
        ++counters.bad_units;
        return;
      }
      if (!std::exchange(configured_, true)) sink.on_config(track_);
      sink.on_unit({pts, pts, true, false, unit->packet});
      pts += int64_t{*samples} * 90'000 / media::opus_clock;
      rest = rest.subspan(unit->size);
    }
  }

 private:
  Track track_;
  bool configured_ = false;
};

// One PES packet, one unit.
class DataReader final : public UnitReader {
 public:
  explicit DataReader(Track track) : track_(std::move(track)) {}

  void read(const TimedPayload& payload, UnitSink& sink, Counters& counters) override {
    if (payload.bytes.empty()) {
      ++counters.bad_units;
    } else if (!payload.pts) {
      ++counters.untimed;
    } else {
      if (!std::exchange(configured_, true)) sink.on_config(track_);
      sink.on_unit({*payload.pts, payload.dts.value_or(*payload.pts), true, false, payload.bytes});
    }
  }

 private:
  Track track_;
  bool configured_ = false;
};

}  // namespace

std::unique_ptr<UnitReader> make_unit_reader(const Track& track) {
  if (track.kind == Kind::video) return make_nal_reader(track);
  if (track.kind == Kind::data) return std::make_unique<DataReader>(track);
  if (track.codec == SLUICE_CODEC_OPUS) return std::make_unique<OpusReader>(track);
  return make_sound_reader(track);
}

}  // namespace sluice::mux::ts
