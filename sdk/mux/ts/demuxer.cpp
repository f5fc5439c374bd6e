#include "sluice/mux/ts/demuxer.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "sluice/mux/ts/stream_form.hpp"
#include "sluice/mux/ts/unit_reader.hpp"

namespace sluice::mux::ts {
namespace {

constexpr uint64_t pcr_limit = 27'000 * 100;         // 100 ms
constexpr int64_t pcr_patience = 90'000;             // 1 s
constexpr int64_t time_leap = int64_t{10} * 90'000;  // 10 s

// place_: 0 is on no table.
enum : uint8_t { place_none = 0, place_clock = 1, place_pat = 2, place_map = 0x10, place_stream = 0x40 };
static_assert(place_map + max_programs <= place_stream && place_stream + max_streams <= 0x100);

}  // namespace

struct Demuxer::Known {
  PatProgram program;
  uint8_t section;  // of the PAT that names it
  uint32_t crc;     // of that section
  std::optional<uint32_t> map_crc;
};

struct Demuxer::MapPid {
  uint16_t pid;
  Continuity continuity;
  SectionReader reader;
};

struct Demuxer::Stream final : UnitSink {
  Stream(Demuxer& owner, PmtStream described, Track named, uint32_t track_id)
      : demuxer(owner), form(std::move(described)), track(std::move(named)), pes(owner.budget_) {
    track.id = track_id;
    reader = make_unit_reader(track);
  }

  void on_config(const Track& changed) override {
    announced = true;
    demuxer.sink_.on_track(changed);
  }

  void on_unit(const Unit& unit) override {
    Demuxer& all = demuxer;
    Frame frame{track.id,
                unit.key,
                unit.disposable,
                std::exchange(broke, false),
                ns_of_ticks(unit.dts),
                ns_of_ticks(unit.pts),
                unit.payload};
    if (last_dts && !frame.discontinuity && (unit.dts < *last_dts || unit.dts - *last_dts > time_leap)) {
      ++all.counters_.time_jumps;
      frame.discontinuity = true;
    }
    last_dts = unit.dts;
    if (!all.newest_ || frame.discontinuity || unit.dts > *all.newest_) all.newest_ = unit.dts;
    if (!all.pcr_mark_ || *all.pcr_mark_ > *all.newest_) all.pcr_mark_ = all.newest_;
    if (*all.newest_ - *all.pcr_mark_ > pcr_patience) ++all.counters_.pcr_missing;
    all.sink_.on_frame(frame);
  }

  Demuxer& demuxer;
  PmtStream form;
  Track track;
  Continuity continuity;
  PesReader pes;
  std::unique_ptr<UnitReader> reader;
  std::optional<int64_t> last_dts;
  bool announced = false;
  bool broke = false;
};

Demuxer::Demuxer(DemuxerSink& sink, uint16_t program) : sink_(sink), wanted_(program) { place_pids(); }
Demuxer::~Demuxer() = default;

void Demuxer::feed(std::span<const uint8_t> bytes) {
  sync_.feed(bytes, [this](std::span<const uint8_t, packet_size> packet) { on_packet(packet); });
  counters_.sync_losses = sync_.losses();
  counters_.sync_byte_errors = sync_.bad();
  counters_.skipped_bytes = sync_.skipped();
}

void Demuxer::finish() {
  sync_.finish([this](std::span<const uint8_t, packet_size> packet) { on_packet(packet); });
  counters_.skipped_bytes = sync_.skipped();
  for (const auto& stream : streams_) finish_pes(*stream);
}

void Demuxer::on_packet(std::span<const uint8_t, packet_size> bytes) {
  ++counters_.packets;
  const auto packet = parse_packet(bytes);
  if (!packet) {
    ++counters_.malformed_packets;
    return;
  }
  if (packet->transport_error) {
    ++counters_.transport_errors;
    return;
  }
  if (packet->pid == null_pid) return;
  const uint8_t place = place_[packet->pid];
  if (packet->adaptation.pcr) on_reference(*packet);
  if (place == place_none) {
    ++counters_.unlisted;
  } else if (place == place_pat) {
    on_section_packet(*packet, pat_continuity_, pat_reader_, true);
  } else if (place >= place_stream) {
    on_stream_packet(*packet, *streams_[place - place_stream]);
  } else if (place >= place_map) {
    MapPid& map = *map_pids_[place - place_map];
    on_section_packet(*packet, map.continuity, map.reader, false);
  }
}

// PCR sets no time here: frames are timed by PTS and DTS, which stay right when it is missing or wrong. It
// tells when the time base breaks.
void Demuxer::on_reference(const Packet& packet) {
  if (selected_ == 0) return;
  if (packet.pid != pcr_pid_) {
    if (place_[packet.pid] >= place_stream) ++counters_.pcr_elsewhere;
    return;
  }
  const uint64_t pcr = *packet.adaptation.pcr;
  if (last_pcr_ && packet.adaptation.discontinuity) {
    break_time();
  } else if (last_pcr_ && (pcr + pcr_wrap - *last_pcr_) % pcr_wrap > pcr_limit) {
    ++counters_.pcr_jumps;
  }
  last_pcr_ = pcr;
  pcr_mark_ = newest_;
}

void Demuxer::break_time() {
  for (const auto& stream : streams_) stream->broke = true;
}

void Demuxer::on_section_packet(const Packet& packet, Continuity& continuity, SectionReader& reader,
                                bool is_pat) {
  if (!packet.has_payload) return;
  if (packet.scrambled) {
    ++counters_.scrambled;
    return;
  }
  const auto verdict = continuity.check(packet);
  if (verdict == Continuity::Verdict::duplicate) {
    ++counters_.duplicates;
    return;
  }
  if (verdict == Continuity::Verdict::lost) {
    ++counters_.continuity_errors;
    reader.lose();
  }
  // A table may take this reader away while it gives, so sections are looked at afterwards.
  std::vector<std::vector<uint8_t>> whole;
  counters_.bad_sections +=
      reader.feed(packet.payload, packet.unit_start,
                  [&](std::span<const uint8_t> bytes) { whole.emplace_back(bytes.begin(), bytes.end()); });
  const uint16_t pid = packet.pid;
  for (const auto& bytes : whole) is_pat ? on_pat(bytes) : on_map(bytes, pid);
}

void Demuxer::on_pat(std::span<const uint8_t> bytes) {
  const auto section = parse_section(bytes);
  const auto pat = section ? parse_pat(*section) : section.error();
  if (!pat) {
    ++counters_.bad_sections;
    return;
  }
  const SectionHeader& header = section->header;
  const bool is_known = std::any_of(programs_.begin(), programs_.end(), [&](const Known& known) {
    return known.section == header.number && known.crc == section->crc;
  });
  if (is_known || !header.current) return;

  std::vector<Known> programs;
  for (const Known& known : programs_) {
    if (known.section != header.number && known.section <= header.last_number) programs.push_back(known);
  }
  counters_.programs_left_out += pat->left_out;
  for (const PatProgram& program : pat->programs) {
    if (programs.size() == max_programs) {
      ++counters_.programs_left_out;
      continue;
    }
    Known known{program, header.number, section->crc, {}};
    for (const Known& before : programs_) {
      const bool same = before.program.number == program.number && before.program.map_pid == program.map_pid;
      if (same) known.map_crc = before.map_crc;
    }
    programs.push_back(known);
  }
  programs_ = std::move(programs);
  const bool still_there = std::any_of(programs_.begin(), programs_.end(), [&](const Known& known) {
    return known.program.number == selected_ && known.map_crc;
  });
  if (selected_ != 0 && !still_there) leave_program();
  place_pids();
}

void Demuxer::on_map(std::span<const uint8_t> bytes, uint16_t pid) {
  const auto section = parse_section(bytes);
  const auto map = section ? parse_pmt(*section) : section.error();
  if (!map) {
    const bool other_table = section && section->header.table_id != pmt_table_id;
    if (!other_table) ++counters_.bad_sections;
    return;
  }
  const auto known = std::find_if(programs_.begin(), programs_.end(), [&](const Known& each) {
    return each.program.number == map->program && each.program.map_pid == pid;
  });
  if (known == programs_.end() || !section->header.current || known->map_crc == section->crc) return;
  if (selected_ == 0 && (wanted_ == 0 || wanted_ == map->program)) selected_ = map->program;
  if (map->program != selected_) return;
  known->map_crc = section->crc;
  counters_.streams_left_out += map->left_out;
  apply_map(*map);
}

void Demuxer::leave_program() {
  for (const auto& stream : streams_) {
    finish_pes(*stream);
    if (stream->announced) sink_.on_track_end(stream->track.id);
  }
  streams_.clear();
  selected_ = 0;
  pcr_pid_ = no_pcr_pid;
  last_pcr_.reset();
  for (Known& known : programs_) known.map_crc.reset();
}

// Streams that the map still names go on; with none of them left, time is another one too.
void Demuxer::apply_map(const Pmt& map) {
  std::vector<std::unique_ptr<Stream>> streams;
  bool any_stays = false;
  for (const PmtStream& described : map.streams) {
    const auto same = std::find_if(streams_.begin(), streams_.end(),
                                   [&](const auto& stream) { return stream && stream->form == described; });
    if (same != streams_.end()) {
      any_stays = true;
      streams.push_back(std::move(*same));
      continue;
    }
    const auto track = track_of(described);
    const bool taken =
        described.pid == pat_pid || std::any_of(programs_.begin(), programs_.end(), [&](const Known& known) {
          return known.program.map_pid == described.pid;
        });
    const bool twice = std::any_of(streams.begin(), streams.end(),
                                   [&](const auto& stream) { return stream->form.pid == described.pid; });
    if (!track || taken || twice) {
      ++counters_.streams_left_out;
      continue;
    }
    streams.push_back(std::make_unique<Stream>(*this, described, *track, next_id_++));
  }
  const bool is_first = newest_ == std::nullopt;
  for (const auto& stream : streams_) {
    if (!stream) continue;
    finish_pes(*stream);
    if (stream->announced) sink_.on_track_end(stream->track.id);
  }
  streams_ = std::move(streams);
  if (!any_stays && !is_first) break_time();
  if (pcr_pid_ != map.pcr_pid) last_pcr_.reset();
  pcr_pid_ = map.pcr_pid;
  place_pids();
}

void Demuxer::place_pids() {
  std::vector<std::unique_ptr<MapPid>> map_pids;
  for (const Known& known : programs_) {
    const auto of_pid = [&](const auto& map) { return map && map->pid == known.program.map_pid; };
    if (std::any_of(map_pids.begin(), map_pids.end(), of_pid)) continue;
    const auto before = std::find_if(map_pids_.begin(), map_pids_.end(), of_pid);
    map_pids.push_back(before != map_pids_.end()
                           ? std::move(*before)
                           : std::make_unique<MapPid>(MapPid{known.program.map_pid, {}, {}}));
  }
  map_pids_ = std::move(map_pids);
  place_.fill(place_none);
  place_[pcr_pid_] = place_clock;
  for (size_t i = 0; i < streams_.size(); ++i)
    place_[streams_[i]->form.pid] = static_cast<uint8_t>(place_stream + i);
  for (size_t i = 0; i < map_pids_.size(); ++i)
    place_[map_pids_[i]->pid] = static_cast<uint8_t>(place_map + i);
  place_[pat_pid] = place_pat;
}

void Demuxer::on_stream_packet(const Packet& packet, Stream& stream) {
  const auto verdict = stream.continuity.check(packet);
  if (!packet.has_payload) return;
  if (verdict == Continuity::Verdict::duplicate) {
    ++counters_.duplicates;
    return;
  }
  const bool lost = verdict == Continuity::Verdict::lost;
  if (lost) ++counters_.continuity_errors;
  if (packet.scrambled) ++counters_.scrambled;
  if (lost || packet.scrambled) {
    if (stream.pes.is_open() || stream.pes.is_cut()) ++counters_.cut_pes;
    stream.pes.clear();
    stream.reader->lose(counters_);
    if (packet.scrambled) return;
  }
  if (packet.unit_start) finish_pes(stream);
  const auto fed = packet.unit_start ? stream.pes.begin(packet.payload) : stream.pes.feed(packet.payload);
  if (fed == PesReader::Fed::dropped) {
    ++counters_.oversized_pes;
    stream.reader->lose(counters_);
  } else if (fed == PesReader::Fed::complete) {
    take_pes(stream);
  }
}

// Another packet begins, or none comes.
void Demuxer::finish_pes(Stream& stream) {
  if (stream.pes.is_open()) {
    take_pes(stream);
  } else if (stream.pes.is_cut()) {
    ++counters_.cut_pes;
    stream.reader->lose(counters_);
  }
  stream.pes.clear();
}

void Demuxer::take_pes(Stream& stream) {
  const auto pes = parse_pes(stream.pes.bytes());
  if (!pes) {
    ++counters_.bad_pes;
    stream.reader->lose(counters_);
  } else {
    TimedPayload payload;
    if (pes->times.pts) {
      const uint64_t dts = pes->times.dts.value_or(*pes->times.pts);
      payload.dts = unroll_.unroll(dts);
      // Leap upon leap: nobody's clock. It begins anew, which is a jump like any other.
      if (std::abs(*payload.dts) > max_ticks) payload.dts = (unroll_ = {}).unroll(dts);
      payload.pts = unroll_.near(*pes->times.pts);
    }
    payload.bytes = pes->payload;
    stream.reader->read(payload, stream, counters_);
  }
  stream.pes.clear();
}

}  // namespace sluice::mux::ts
