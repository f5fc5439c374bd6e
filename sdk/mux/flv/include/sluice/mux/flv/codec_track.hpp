// CodecTrack: one elementary stream on its way in: its codec facts, and its frames in the engine's payload
// form (sluice/abi/frame.h). Pure.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include <sluice/abi/frame.h>
#include <sluice/media/aac.hpp>
#include <sluice/media/av1.hpp>
#include <sluice/media/avc.hpp>
#include <sluice/media/hevc.hpp>
#include <sluice/result.hpp>

namespace sluice::mux::flv {

struct TrackFacts {
  std::uint32_t kind = 0;
  std::uint32_t codec = 0;
  std::vector<std::uint8_t> config;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t frame_rate_num = 0;
  std::uint32_t frame_rate_den = 0;
  std::uint32_t sample_rate = 0;
  std::uint32_t channels = 0;

  sluice_track to_abi() const;
};

struct FramePlan {
  std::size_t size = 0;  // of the payload as published; 0: nothing to publish
  bool key = false;
  bool disposable = false;
  bool facts_changed = false;  // tell the engine before this frame
  std::int64_t duration = 0;   // ns, 0 unknown
};

enum class Change { none, facts };

class CodecTrack {
 public:
  // `codec`: SLUICE_CODEC_*. One that is not known in detail passes its frames as they are.
  explicit CodecTrack(std::uint32_t codec);

  const TrackFacts& facts() const { return facts_; }
  // False until the configuration a decoder needs has come.
  bool is_ready() const { return ready_; }

  // A configuration record as it was carried. On error the old facts stay.
  Result<Change> configure(std::span<const std::uint8_t> record);

  // Looks at a frame; takes over what it carries in-band. Call write with the same frame next.
  Result<FramePlan> scan(std::span<const std::uint8_t> frame);
  // Writes the payload, FramePlan::size bytes.
  void write(std::span<const std::uint8_t> frame, std::span<std::uint8_t> out) const;

 private:
  Result<FramePlan> scan_avc(std::span<const std::uint8_t> frame, media::AvcConfig& config);
  Result<FramePlan> scan_hevc(std::span<const std::uint8_t> frame, media::HevcConfig& config);
  Result<FramePlan> scan_av1(std::span<const std::uint8_t> frame);
  Result<FramePlan> scan_vp9(std::span<const std::uint8_t> frame);
  Result<FramePlan> scan_audio(std::span<const std::uint8_t> frame);
  void take_picture(const media::Picture& picture);
  bool take_sound(std::uint32_t sample_rate, std::uint32_t channels);
  Change take_config(std::vector<std::uint8_t> config);

  TrackFacts facts_;
  bool ready_ = false;
  std::variant<std::monostate, media::AvcConfig, media::HevcConfig, media::Av1Config, media::AacConfig>
      config_;
};

}  // namespace sluice::mux::flv
