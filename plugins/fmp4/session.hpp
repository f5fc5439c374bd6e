// One packaging: gathers frames into a fragment, and writes it as a chunk once a frame comes that is not of
// it.
//
//   cmaf         a fragment is what one part has of the chosen tracks; "styp" before the first of a segment
//   progressive  a fragment ends before a key frame of video, with its part, and when it is long enough
//
// A chunk's bytes are a function of its frames, their marks, the tracks and the parameters; of the session's
// past only this counts, whether it saw the segment begin.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <sluice/packager.hpp>

#include "held_frame.hpp"
#include "parameters.hpp"
#include "track_set.hpp"

namespace sluice::fmp4 {

struct Marks {
  std::uint64_t segment = 0;
  std::uint32_t part = 0;
  std::uint32_t discontinuity = 0;

  friend bool operator==(const Marks&, const Marks&) = default;
};

// [lane]
class Session final : public PackagerSession {
 public:
  // `host` outlives the session.
  Session(const Host& host, Parameters parameters) : host_(host), parameters_(std::move(parameters)) {}

  void tracks(std::span<const sluice_track* const> tracks, ChunkWriter& out) override;
  void frame(const sluice_frame& frame, ChunkWriter& out) override;
  void flush(ChunkWriter& out) override;
  void describe(sluice_packager_description& out) const override;

 private:
  void notice_marks(const sluice_frame& frame);
  bool ends_fragment(const sluice_frame& frame) const;
  void gather(const sluice_frame& frame);
  void write_chunk(std::optional<mux::mp4::Successor> next, ChunkWriter& out);
  std::vector<std::uint8_t> chunk_prelude(bool begins_segment) const;
  bool is_independent() const;
  bool holds_video() const;
  std::uint32_t take_sequence_number();

  const Host& host_;
  const Parameters parameters_;
  TrackSet set_;
  std::vector<std::uint8_t> init_;
  std::optional<mux::mp4::Muxer> muxer_;
  std::vector<HeldFrame> frames_;  // of the fragment, in the order of Muxer::add

  std::optional<Marks> newest_;          // of the frames that came, carried or not
  bool segment_open_ = false;            // their segment began here, and nothing of it has been written
  std::uint32_t fragments_of_part_ = 0;  // written; more than one if a part is larger than a chunk may be
  std::optional<std::uint32_t> next_number_;  // of a progressive stream's fragments
};

}  // namespace sluice::fmp4
