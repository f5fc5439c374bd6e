// One stream as MPEG-TS: each frame is one chunk of whole packets. There is no init chunk: the tables stand
// in front of each chunk that a viewer may begin with.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <sluice/mux/ts/muxer.hpp>
#include <sluice/packager.hpp>

namespace sluice::mpegts {

// [lane]
class Packaging final : public PackagerSession {
 public:
  void tracks(std::span<const sluice_track* const> tracks, ChunkWriter& out) override;
  void frame(const sluice_frame& frame, ChunkWriter& out) override;
  // Nothing is held back; what comes next begins with tables.
  void flush(ChunkWriter& out) override;
  void describe(sluice_packager_description& out) const override;

 private:
  // Where the frame before stood.
  struct Mark {
    std::uint64_t segment;
    std::uint32_t discontinuity;
  };

  std::span<const std::uint8_t> payload_of(const sluice_frame& frame);
  std::uint32_t flags_of(const sluice_frame& frame, const mux::ts::Written& written) const;

  mux::ts::Muxer muxer_;
  std::optional<Mark> mark_;
  std::string codecs_;
  std::vector<std::uint8_t> packets_, gathered_;  // keep their room
};

}  // namespace sluice::mpegts
