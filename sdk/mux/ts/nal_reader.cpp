#include "nal_reader.hpp"

#include <sluice/abi/frame.h>

#include "sluice/media/avc.hpp"
#include "sluice/media/hevc.hpp"
#include "sluice/mux/ts/annexb.hpp"

namespace sluice::mux::ts {
namespace {

struct Avc {
  using Config = media::AvcConfig;
  static constexpr auto scan = media::scan_avc_frame;
  static constexpr auto absorb = media::absorb_avc_parameter_sets;
  static constexpr auto write = media::write_canonical_avc;
  static constexpr auto serialise = media::serialise_avc_config;
  static bool is_whole(const Config& config) { return !config.sps.empty() && !config.pps.empty(); }
  static bool is_delimiter(std::span<const uint8_t> nal) { return (nal[0] & 0x1f) == 9; }
};

struct Hevc {
  using Config = media::HevcConfig;
  static constexpr auto scan = media::scan_hevc_frame;
  static constexpr auto absorb = media::absorb_hevc_parameter_sets;
  static constexpr auto write = media::write_canonical_hevc;
  static constexpr auto serialise = media::serialise_hevc_config;
  static bool is_whole(const Config& config) {
    return !config.vps.empty() && !config.sps.empty() && !config.pps.empty();
  }
  static bool is_delimiter(std::span<const uint8_t> nal) { return (nal[0] >> 1 & 0x3f) == 35; }
};

template <class Codec>
class NalReader final : public UnitReader {
 public:
  explicit NalReader(Track track) : track_(std::move(track)) {}

  void read(const TimedPayload& payload, UnitSink& sink, Counters& counters) override {
    AnnexBWalk walk(payload.bytes);
    if (walk.stray() > 0) ++counters.bad_units;
    std::optional<int64_t> pts = payload.pts, dts = payload.dts ? payload.dts : payload.pts;
    prefixed_.clear();
    while (const auto nal = walk.next()) {
      if (Codec::is_delimiter(*nal) && !prefixed_.empty()) {
        give(pts, dts, sink, counters);
        pts.reset();  // the times of a PES packet are those of the first unit that begins in it
        dts.reset();
      }
      if (!Codec::is_delimiter(*nal)) append_length_prefixed(prefixed_, *nal);
    }
    if (!prefixed_.empty()) give(pts, dts, sink, counters);
    if (prefixed_.capacity() > large) prefixed_ = {};
  }

 private:
  static constexpr size_t large = 1u << 20;

  void give(std::optional<int64_t> pts, std::optional<int64_t> dts, UnitSink& sink, Counters& counters) {
    const auto facts = Codec::scan(prefixed_, config_);
    if (facts && facts->has_parameter_sets) absorb(sink, counters);
    if (!facts || facts->canonical_size == 0) {
      ++counters.bad_units;
    } else if (!configured_) {
      ++counters.before_config;
    } else if (!pts) {
      ++counters.untimed;
    } else {
      std::span<const uint8_t> payload = prefixed_;
      if (facts->needs_rewrite) {
        canonical_.resize(facts->canonical_size);
        Codec::write(prefixed_, config_, canonical_);
        payload = canonical_;
      }
      sink.on_unit({*pts, *dts, facts->key, facts->disposable, payload});
    }
    prefixed_.clear();
    if (canonical_.capacity() > large) canonical_ = {};
  }

  void absorb(UnitSink& sink, Counters& counters) {
    const auto change = Codec::absorb(prefixed_, config_);
    counters.bad_parameter_sets += change.refused;
    if (!change.changed || !Codec::is_whole(config_)) return;
    track_.config = Codec::serialise(config_);
    configured_ = true;
    sink.on_config(track_);
  }

  Track track_;
  typename Codec::Config config_;
  bool configured_ = false;
  std::vector<uint8_t> prefixed_;   // the unit with 4-byte lengths
  std::vector<uint8_t> canonical_;  // and without parameter sets
};

}  // namespace

std::unique_ptr<UnitReader> make_nal_reader(const Track& track) {
  if (track.codec == SLUICE_CODEC_H264) return std::make_unique<NalReader<Avc>>(track);
  return std::make_unique<NalReader<Hevc>>(track);
}

}  // namespace sluice::mux::ts
