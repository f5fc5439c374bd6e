// Fragmented MP4, in pieces of any size, to tracks and canonical frames. Sans-IO and bounded (limits.hpp);
// reads a progressive stream as well as an init segment with segments after it. Plain files, whose samples
// stand in moov, are refused.
//
//   feed -> poll until it gives nothing -> feed ...
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "sluice/mux/mp4/box_reader.hpp"
#include "sluice/mux/mp4/canonical_form.hpp"
#include "sluice/mux/mp4/error.hpp"
#include "sluice/mux/mp4/fragment.hpp"
#include "sluice/mux/mp4/movie.hpp"

namespace sluice::mux::mp4 {

class Demuxer {
 public:
  // All carried tracks, whenever moov comes with others or a configuration changed.
  struct Tracks {
    std::vector<Track> tracks;
  };

  // One access unit. Frames come in the order of their bytes: within a fragment track after track.
  struct Frame {
    uint32_t track_id = 0;
    int64_t dts = 0;  // ns; with an edit list it may be negative
    int64_t pts = 0;
    int64_t duration = 0;
    bool key = false;
    bool disposable = false;
    std::span<const uint8_t> payload;  // valid until the next poll
  };

  using Event = std::variant<Tracks, Frame>;

  // `in` stays where it is until poll gives nothing; call only then.
  void feed(std::span<const uint8_t> in) { in_ = in; }

  // Nothing: feed more. After a failure it fails alike for ever.
  Result<std::optional<Event>> poll();

  // Where it is, for messages: "moof at byte 1234".
  std::string place() const;
  // Samples that their codec's parser did not take; they are left out.
  uint64_t refused_samples() const { return refused_; }

 private:
  enum class State { header, body, skip, media };

  struct Lane {
    CanonicalForm form;
    bool carried = true;
  };

  std::span<const uint8_t> take(uint64_t most);
  bool gather(size_t size);
  Result<void> read_header();
  Result<void> begin_box(const BoxHeader& header);
  Result<void> read_body();
  Result<void> adopt_movie(Movie movie);
  std::optional<std::span<const uint8_t>> take_sample(uint32_t size);
  Result<std::optional<Event>> read_media();
  Result<std::optional<Event>> frame_of(const PlacedSample& sample, std::span<const uint8_t> bytes);
  Tracks list_tracks() const;

  std::span<const uint8_t> in_;
  State state_ = State::header;
  std::vector<uint8_t> held_;   // what is not complete yet
  std::vector<uint8_t> whole_;  // the sample that was, while its frame is out
  uint64_t position_ = 0;       // of the next byte, in all that was fed
  uint64_t box_position_ = 0;   // of the box that is read
  uint64_t moof_position_ = 0;  // of the newest moof
  uint64_t left_ = 0;           // of the box's body
  bool to_the_end_ = false;     // the body has no end
  bool begun_ = false;
  BoxHeader header_;
  std::optional<Movie> movie_;
  std::vector<Lane> lanes_;  // beside movie_->tracks
  std::vector<int64_t> next_times_;
  std::vector<PlacedSample> samples_;
  size_t next_sample_ = 0;
  bool tracks_due_ = false;
  std::optional<Frame> frame_due_;  // behind the tracks it changed
  uint64_t refused_ = 0;
  error_code failed_;
};

}  // namespace sluice::mux::mp4
