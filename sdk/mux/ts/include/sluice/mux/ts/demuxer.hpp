// Bytes of an MPEG transport stream in, tracks and frames in canonical form out.
//
// One programme is read: the one asked for, or the first whose map comes. Its tracks get new ids when the map
// names other streams, and the first frame after a break of the time base has `discontinuity`. Frames of a
// track come in decoding order; tracks are as interleaved as the stream has them. All that is thrown away is
// counted.
//
// Bounds: 16 programmes, 32 streams, 8 MiB for a PES packet, 32 MiB for all that are under way.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "sluice/mux/ts/clock.hpp"
#include "sluice/mux/ts/continuity.hpp"
#include "sluice/mux/ts/counters.hpp"
#include "sluice/mux/ts/packet_sync.hpp"
#include "sluice/mux/ts/pat.hpp"
#include "sluice/mux/ts/pes.hpp"
#include "sluice/mux/ts/pmt.hpp"
#include "sluice/mux/ts/track.hpp"

namespace sluice::mux::ts {

// Called from within feed() and finish(); what is passed is borrowed for the call.
class DemuxerSink {
 public:
  virtual ~DemuxerSink() = default;
  // A track begins, or goes on with another configuration.
  virtual void on_track(const Track& track) = 0;
  virtual void on_track_end(uint32_t id) = 0;
  virtual void on_frame(const Frame& frame) = 0;
};

class Demuxer {
 public:
  // `program`: its number; 0: the first whose map comes. `sink` outlives the demuxer.
  explicit Demuxer(DemuxerSink& sink, uint16_t program = 0);
  ~Demuxer();
  Demuxer(const Demuxer&) = delete;
  Demuxer& operator=(const Demuxer&) = delete;

  void feed(std::span<const uint8_t> bytes);
  // The stream has ended: gives what was waiting for its end.
  void finish();

  const Counters& counters() const { return counters_; }
  // 0: none yet.
  uint16_t program() const { return selected_; }

 private:
  struct Stream;
  struct MapPid;
  struct Known;

  void on_packet(std::span<const uint8_t, packet_size> bytes);
  void on_reference(const Packet& packet);
  void on_section_packet(const Packet& packet, Continuity& continuity, SectionReader& reader, bool is_pat);
  void on_stream_packet(const Packet& packet, Stream& stream);
  void on_pat(std::span<const uint8_t> bytes);
  void on_map(std::span<const uint8_t> bytes, uint16_t pid);
  void apply_map(const Pmt& map);
  void leave_program();
  void place_pids();
  void break_time();
  void take_pes(Stream& stream);
  void finish_pes(Stream& stream);

  DemuxerSink& sink_;
  const uint16_t wanted_;
  uint16_t selected_ = 0;
  Counters counters_;
  PacketSync sync_;
  PesBudget budget_;
  Unroll33 unroll_;

  Continuity pat_continuity_;
  SectionReader pat_reader_;
  std::vector<Known> programs_;
  std::vector<std::unique_ptr<MapPid>> map_pids_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::array<uint8_t, 0x2000> place_{};  // by PID: what it is, see place_pids()

  uint16_t pcr_pid_ = no_pcr_pid;
  std::optional<uint64_t> last_pcr_;
  std::optional<int64_t> pcr_mark_;  // ticks of the newest unit when the last PCR came
  std::optional<int64_t> newest_;    // ticks
  uint32_t next_id_ = 1;
};

}  // namespace sluice::mux::ts
