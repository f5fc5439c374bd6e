// FLV in pieces of any size, to tracks and frames in canonical form (sluice/abi/frame.h). Sans-IO.
//
//   feed -> poll until it gives nothing -> feed ...
//
// What is wrong within a tag costs that tag and is counted. The previous tag sizes are not relied upon, since
// many muxers get them wrong.
//
// Bounds: three times the 16 MiB of a tag, 16 tracks of a kind, 256 KiB of metadata; memory follows bytes.
#pragma once

#include <array>
#include <boost/container/static_vector.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "sluice/mux/flv/amf0.hpp"
#include "sluice/mux/flv/codec_track.hpp"
#include "sluice/mux/flv/ex_header.hpp"
#include "sluice/mux/flv/tag.hpp"
#include "sluice/wire/unroll32.hpp"

namespace sluice::mux::flv {

class Demuxer {
 public:
  // A track begins, or goes on with another configuration or codec.
  struct Track {
    uint32_t id = 0;  // from 1
    TrackFacts facts;
  };

  struct Frame {
    uint32_t track_id = 0;
    int64_t dts = 0;  // ns; may fall where the file's timestamps do
    int64_t pts = 0;
    int64_t duration = 0;  // 0 unknown
    bool key = false;
    bool disposable = false;
    std::span<const uint8_t> payload;  // valid until the next poll
  };

  using Event = std::variant<Track, Frame>;

  struct Counters {
    uint64_t tags = 0;
    uint64_t unknown_tags = 0;  // of a type that is none, or encrypted: skipped
    uint64_t dropped = 0;       // tags, configurations and frames that were of no use
    uint64_t wrong_sizes = 0;   // previous tag sizes that do not match
  };

  // `in` stays where it is until poll gives nothing; call only then.
  void feed(std::span<const uint8_t> in) { in_ = in; }

  // Nothing: feed more. Fails with Errc::not_flv or lost_sync, and then alike for ever.
  Result<std::optional<Event>> poll();

  const Counters& counters() const { return counters_; }
  // Why something was dropped last.
  const error_code& last_drop() const { return last_drop_; }
  // The newest onMetaData; empty before there is one.
  const amf0::Object& metadata() const { return metadata_; }

 private:
  enum class State { file_header, skip, tag_head, tag_body };

  struct Slot {
    CodecTrack codec;
    uint32_t id = 0;    // 0: never told
    bool told = false;  // as it is now
  };
  // What one tag, or one track of a multitrack tag, says.
  struct Unit {
    std::optional<Slot>* slot = nullptr;
    uint32_t codec = 0;
    bool configuration = false;
    Frame frame;  // its payload as it came
  };

  std::optional<std::span<const uint8_t>> gather(size_t size);
  bool step();
  int64_t dts_of(bool configuration, uint32_t nano_offset);
  void fail(Errc code) { failed_ = make_error_code(code); }
  void drop(const error_code& why);
  void on_body(std::span<const uint8_t> body);
  void on_video(std::span<const uint8_t> body);
  void on_audio(std::span<const uint8_t> body);
  void on_script(std::span<const uint8_t> body);
  std::optional<Event> event_of(const Unit& unit);
  std::optional<Event> configure(const Unit& unit);
  std::optional<Event> frame_of(const Unit& unit);
  std::optional<Event> tell(Slot& slot);
  static bool goes_on(const Unit& unit);
  static Slot& adopt(const Unit& unit, CodecTrack codec);

  std::span<const uint8_t> in_;
  State state_ = State::file_header;
  std::vector<uint8_t> held_;   // what is not complete yet
  std::vector<uint8_t> whole_;  // the piece that was, while its units are out
  size_t skip_ = 0;
  TagHead head_;
  wire::Unroll32 clock_;  // audio and video share one
  boost::container::static_vector<Unit, max_tracks> units_;
  size_t next_unit_ = 0;
  std::array<std::optional<Slot>, max_tracks> video_;
  std::array<std::optional<Slot>, max_tracks> audio_;
  uint32_t next_id_ = 1;
  std::vector<uint8_t> canonical_;  // the payload of the frame that is out
  std::optional<Frame> frame_due_;  // behind the track it changed
  amf0::Object metadata_;
  Counters counters_;
  error_code last_drop_;
  error_code failed_;
};

}  // namespace sluice::mux::flv
