// One stream as FLV: each frame is one tag, each tag a chunk, and the beginning of the file the init chunk.
#pragma once

#include <cstdint>
#include <vector>

#include <sluice/mux/flv/muxer.hpp>
#include <sluice/packager.hpp>

namespace sluice::flv {

// [lane]
class Packaging final : public PackagerSession {
 public:
  void tracks(std::span<const sluice_track* const> tracks, ChunkWriter& out) override;
  void frame(const sluice_frame& frame, ChunkWriter& out) override;
  void describe(sluice_packager_description& out) const override;

 private:
  std::uint32_t flags_of(const sluice_frame& frame) const;

  mux::flv::Muxer muxer_;
  std::vector<std::uint8_t> beginning_;         // the init chunk as it was written last
  std::vector<std::uint8_t> sequence_headers_;  // in it
  // A viewer may have begun with other sequence headers than these: with those of a session before at first,
  // and with those before a change for as long as the session goes on.
  bool headers_due_ = true;
  bool have_changed_ = false;
  std::vector<std::uint8_t> before_;  // what stands in front of a payload; keeps its room
};

}  // namespace sluice::flv
