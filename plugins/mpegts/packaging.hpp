// One stream as MPEG-TS: each frame is one chunk of whole packets, of sound alone some AAC frames together.
// There is no init chunk: the tables stand in front of each chunk that a viewer may begin with.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <sluice/mux/ts/muxer.hpp>
#include <sluice/mux/ts/sound_run.hpp>
#include <sluice/packager.hpp>

namespace sluice::mpegts {

// [lane]
class Packaging final : public PackagerSession {
 public:
  void tracks(std::span<const sluice_track* const> tracks, ChunkWriter& out) override;
  void frame(const sluice_frame& frame, ChunkWriter& out) override;
  // What comes next begins with tables.
  void flush(ChunkWriter& out) override;
  void describe(sluice_packager_description& out) const override;

 private:
  // Where the frame before stood.
  struct Mark {
    std::uint64_t segment;
    std::uint32_t discontinuity;
  };

  std::span<const std::uint8_t> payload_of(const sluice_frame& frame);
  bool gathers(const sluice_frame& frame) const;
  bool continues_with(const sluice_frame& frame) const;
  void gather(const mux::ts::Frame& unit, const sluice_frame& frame, ChunkWriter& out);
  void put_gathered(ChunkWriter& out);
  void put(std::span<const mux::ts::Frame> units, bool video, sluice_chunk_facts facts, ChunkWriter& out);

  mux::ts::Muxer muxer_;
  // Of sound alone: the frames that will share a PES packet, their payloads one behind another, and the facts
  // of their chunk.
  std::optional<mux::ts::SoundRun> run_;
  std::vector<mux::ts::Frame> units_;
  std::vector<std::size_t> sizes_;
  std::vector<std::uint8_t> payloads_;
  sluice_chunk_facts facts_{};
  std::optional<Mark> mark_;
  std::string codecs_;
  std::vector<std::uint8_t> packets_, gathered_;  // keep their room
};

}  // namespace sluice::mpegts
