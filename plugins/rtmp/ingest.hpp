// Ingest: what a publisher's messages say, into the engine.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sluice/mux/flv/audio_tag.hpp>
#include <sluice/mux/flv/codec_track.hpp>
#include <sluice/mux/flv/video_tag.hpp>
#include <sluice/publisher.hpp>
#include <sluice/wire/unroll32.hpp>

#include "wire/message.hpp"

namespace sluice::rtmp {

namespace flv = mux::flv;

class Connection;
class LaneServer;

// [lane]
class Ingest {
 public:
  Ingest(LaneServer& server, Connection& connection);

  sluice_status open(sluice_lane* lane, const SessionRequest& request);
  void on_message(const Message& message);
  void end(std::uint32_t how, std::string_view reason) { publisher_.end(how, reason); }
  std::uint64_t frames() const { return frames_; }

 private:
  // One elementary stream: Enhanced RTMP may carry several of a kind in one connection.
  struct Track {
    flv::CodecTrack codec;
    std::uint32_t id = 0;   // in the engine; 0: not added yet
    bool wait_key = false;  // something was lost: drop up to the next key frame
  };
  struct Timing {
    std::int64_t dts;
    std::int64_t pts;
  };

  void on_video(const Message& message);
  void on_audio(const Message& message);
  void configure(std::optional<Track>& slot, std::uint32_t codec, std::span<const std::uint8_t> record);
  void write(std::optional<Track>& slot, std::uint32_t codec, std::span<const std::uint8_t> frame,
             Timing timing, std::uint32_t marks);
  Track& track_for(std::optional<Track>& slot, std::uint32_t codec);
  bool declare(Track& track);
  void drop(std::string_view reason);

  LaneServer& server_;
  Connection& connection_;
  Publisher publisher_;
  wire::Unroll32 clock_;  // audio and video share one
  std::array<std::optional<Track>, flv::max_tracks> video_;
  std::array<std::optional<Track>, flv::max_tracks> audio_;
  std::uint64_t frames_ = 0;
};

}  // namespace sluice::rtmp
