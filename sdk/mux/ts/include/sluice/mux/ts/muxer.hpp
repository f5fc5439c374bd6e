// Frames in, an MPEG transport stream of one programme out (ISO/IEC 13818-1).
//
// - Each access unit is one PES packet, written out at once: every frame has its exact time, nothing is held
//   back, and a cut between any two frames is a cut between packets. It costs sound of few bits per second up
//   to one half-filled packet per frame, so AAC frames that a SoundRun holds together may be given at once.
// - PAT and PMT come at each video key frame, at each start of a segment, and at least every 100 ms. The
// PMT's
//   version rises when it changes. A track that becomes another codec gets another PID.
// - PCR comes at least every 40 ms of its own time, on the PID of the picture, or of the sound if there is
// none;
//   where frames are rarer in the packets behind a frame's first, or in some without payload.
// - Time on the wire is that of the frames plus `origin`, so that all who mux the same stream agree.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sluice/mux/ts/error.hpp"
#include "sluice/mux/ts/packet.hpp"
#include "sluice/mux/ts/pcr.hpp"
#include "sluice/mux/ts/pmt.hpp"
#include "sluice/mux/ts/track.hpp"
#include "sluice/mux/ts/unit_wrapper.hpp"

namespace sluice::mux::ts {

struct MuxerSettings {
  int64_t origin = 1000 * milliseconds;  // added to every timestamp, so that PCR does not begin below zero
  int64_t delay = 400 * milliseconds;    // from PCR to DTS; below `origin`
  uint16_t transport_stream_id = 1;
  uint16_t program = 1;
  uint16_t map_pid = 0x1000;
  uint16_t first_pid = 0x100;
};

struct Written {
  bool tables = false;  // a decoder that knows nothing may begin here, if `key` says so too
  bool key = false;     // decoding can start at this access unit
};

class Muxer {
 public:
  // At most this many tracks are carried; their map fits one section.
  static constexpr size_t max_tracks = max_streams;

  explicit Muxer(const MuxerSettings& settings = {});
  ~Muxer();
  Muxer(Muxer&&) noexcept;
  Muxer& operator=(Muxer&&) noexcept;

  // The newest form of every track. Tracks that cannot be carried are left out. Fails with Errc::no_track,
  // and keeps what there was.
  Result<void> set_tracks(std::span<const Track> tracks);
  bool carries(uint32_t track) const;
  bool has_tracks() const { return pacer_ != nullptr; }
  bool has_video() const;

  // Tables go before the next frame: it begins a segment, or may be the first that somebody gets.
  void begin_segment() { tables_due_ = true; }

  // Appends whole packets. Frames come in decoding order of their track; tracks are interleaved by DTS to
  // within the delay. Fails with Errc::unknown_track, malformed or beyond_limits, and has appended nothing
  // then.
  Result<Written> write(const Frame& frame, std::vector<uint8_t>& out) {
    return write(std::span(&frame, 1), out);
  }
  // As one PES packet: several (at most UnitWrapper::max_units) only of AAC and as SoundRun says; their flags
  // beside the first's are not looked at.
  Result<Written> write(std::span<const Frame> frames, std::vector<uint8_t>& out);

  uint64_t late_frames() const { return clock_.late_frames(); }

 private:
  struct Elementary;

  Elementary* find(uint32_t track) const;
  std::unique_ptr<Elementary> adopt(const Track& track, UnitWrapper wrapper);
  uint16_t take_pid();
  void draw_map();
  void break_time();
  int64_t decoding_time(Elementary& stream, const Frame& frame) const;
  void send_unit(Elementary& stream, bool is_video_key, std::vector<uint8_t>& out, Written& written);
  void send_reference(int64_t at, std::vector<uint8_t>& out, bool& tables);
  void send_tables(int64_t at, std::vector<uint8_t>& out);
  uint64_t wire_pcr(int64_t at) const { return pcr_of_ns(at + settings_.origin); }

  MuxerSettings settings_;
  std::vector<std::unique_ptr<Elementary>> streams_;
  Pmt map_;
  std::vector<uint8_t> pat_section_, pmt_section_;
  PacketWriter pat_writer_, pmt_writer_;
  Elementary* pacer_ = nullptr;  // whose PID carries PCR
  PcrClock clock_;
  Pieces pieces_;
  std::vector<int64_t> fillers_;      // references that are due before that of the unit, in ns
  std::vector<uint64_t> references_;  // behind the unit's first packet, as on the wire
  int64_t tables_at_ = 0;
  uint16_t next_pid_;
  bool tables_due_ = true;
  bool tables_sent_ = false;
  bool time_base_changes_ = true;  // to be said with the next PCR
};

}  // namespace sluice::mux::ts
