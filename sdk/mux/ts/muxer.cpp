#include "sluice/mux/ts/muxer.hpp"

#include <sluice/abi/frame.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "sluice/mux/ts/pat.hpp"
#include "sluice/mux/ts/pes.hpp"
#include "sluice/mux/ts/stream_form.hpp"

namespace sluice::mux::ts {
namespace {

// References are at most 40 ms apart, so tables that are this old at one of them are not over 100 ms at the
// next.
constexpr int64_t tables_age = 60 * milliseconds;
// Fillers that go into the packets of the next unit. The clock moves by at most 112 ms with it, so no tables
// come between them; the unit has them if the next one, as far away again, would be too late.
constexpr size_t most_within = 2;
constexpr int64_t tables_interval = 100 * milliseconds;

}  // namespace

struct Muxer::Elementary {
  uint32_t id;
  uint32_t codec;
  Kind kind;
  StreamForm form;
  UnitWrapper wrapper;
  PacketWriter writer;
  bool started = false;
  int64_t last_frame = INT64_MIN;  // its DTS as it came
  int64_t last_dts = INT64_MIN;    // and as it was sent
  int64_t shift = 0;               // what DTS goes back by so that no PTS lies before it
};

Muxer::Muxer(const MuxerSettings& settings)
    : settings_(settings),
      pat_section_(write_pat({settings.transport_stream_id, 0, {{settings.program, settings.map_pid}}, 0})),
      pat_writer_(pat_pid),
      pmt_writer_(settings.map_pid),
      clock_(settings.delay),
      next_pid_(settings.first_pid) {
  map_.program = settings.program;
}

Muxer::~Muxer() = default;
Muxer::Muxer(Muxer&&) noexcept = default;
Muxer& Muxer::operator=(Muxer&&) noexcept = default;

Muxer::Elementary* Muxer::find(uint32_t track) const {
  for (const auto& stream : streams_)
    if (stream->id == track) return stream.get();
  return nullptr;
}

bool Muxer::carries(uint32_t track) const { return find(track) != nullptr; }

bool Muxer::has_video() const { return pacer_ && pacer_->kind == Kind::video; }

// As late as can be one that was in use before: a decoder may still think it knows it.
uint16_t Muxer::take_pid() {
  const auto in_use = [&](uint16_t pid) {
    return pid == settings_.map_pid || std::any_of(streams_.begin(), streams_.end(), [&](const auto& stream) {
             return stream && stream->writer.pid() == pid;
           });
  };
  uint16_t taken = null_pid;
  do {
    taken = next_pid_;
    next_pid_ = taken + 1 < null_pid ? static_cast<uint16_t>(taken + 1) : settings_.first_pid;
  } while (in_use(taken));
  return taken;
}

// The same elementary stream goes on with its PID and its counter, whatever its new configuration.
std::unique_ptr<Muxer::Elementary> Muxer::adopt(const Track& track, UnitWrapper wrapper) {
  StreamForm form = *form_of(track);
  for (auto& known : streams_) {
    if (!known || known->id != track.id || known->codec != track.codec || known->kind != track.kind) continue;
    known->form = std::move(form);
    known->wrapper = std::move(wrapper);
    return std::move(known);
  }
  return std::make_unique<Elementary>(Elementary{track.id, track.codec, track.kind, std::move(form),
                                                 std::move(wrapper), PacketWriter(take_pid())});
}

Result<void> Muxer::set_tracks(std::span<const Track> tracks) {
  std::vector<std::pair<const Track*, UnitWrapper>> carried;
  for (const Track& track : tracks) {
    const bool twice = std::any_of(carried.begin(), carried.end(),
                                   [&](const auto& known) { return known.first->id == track.id; });
    auto wrapper = UnitWrapper::make(track);
    if (wrapper && !twice && carried.size() < max_tracks) carried.emplace_back(&track, std::move(*wrapper));
  }
  if (carried.empty()) return Errc::no_track;

  std::vector<std::unique_ptr<Elementary>> streams;
  for (auto& [track, wrapper] : carried) streams.push_back(adopt(*track, std::move(wrapper)));
  for (const auto& left : streams_)
    if (left) clock_.forget(left->id);
  streams_ = std::move(streams);
  draw_map();
  return {};
}

void Muxer::draw_map() {
  const auto of_kind = [&](Kind kind) -> Elementary* {
    for (const auto& stream : streams_)
      if (stream->kind == kind) return stream.get();
    return nullptr;
  };
  const uint16_t paced_before = pacer_ ? map_.pcr_pid : null_pid;
  pacer_ = of_kind(Kind::video);
  if (!pacer_) pacer_ = of_kind(Kind::audio);
  if (!pacer_) pacer_ = streams_.front().get();

  Pmt map{settings_.program, map_.version, pacer_->writer.pid(), {}, 0};
  for (const auto& stream : streams_)
    map.streams.push_back({stream->form.type, stream->writer.pid(), stream->form.descriptors});
  const bool first = pmt_section_.empty();
  if (!first && map.pcr_pid == map_.pcr_pid && map.streams == map_.streams) return;
  if (!first) map.version = (map_.version + 1) & 0x1f;
  if (map.pcr_pid != paced_before) time_base_changes_ = true;  // a PID's first reference follows none
  map_ = std::move(map);
  pmt_section_ = write_pmt(map_);
  tables_due_ = true;
}

// PTS may not lie before DTS, as they do where a source has negative composition times. DTS of such a track
// goes back by the largest difference met, once and for all; it never falls, and never rises above its PTS.
int64_t Muxer::decoding_time(Elementary& stream, const Frame& frame) const {
  stream.shift = std::max(stream.shift, frame.dts - frame.pts);
  return std::min(std::max(frame.dts - stream.shift, stream.last_dts), frame.pts);
}

void Muxer::send_tables(int64_t at, std::vector<uint8_t>& out) {
  // Where this stream follows another one on the same PIDs, neither counters nor versions go on (2.4.3.5).
  const Adaptation adaptation{!std::exchange(tables_sent_, true), false, {}};
  pat_writer_.section(adaptation, pat_section_, out);
  pmt_writer_.section(adaptation, pmt_section_, out);
  tables_at_ = at;
  tables_due_ = false;
}

void Muxer::send_reference(int64_t at, std::vector<uint8_t>& out, bool& tables) {
  if (tables_due_ || at - tables_at_ >= tables_age) {
    send_tables(at, out);
    tables = true;
  }
  pacer_->writer.adaptation_only({std::exchange(time_base_changes_, false), false, wire_pcr(at)}, out);
}

Result<Written> Muxer::write(std::span<const Frame> frames, std::vector<uint8_t>& out) {
  if (frames.empty()) return Errc::malformed;
  const Frame& frame = frames.front();
  Elementary* stream = find(frame.track);
  if (!stream) return Errc::unknown_track;
  if (std::max(std::abs(frame.dts / 2), std::abs(frame.pts / 2)) > max_time / 2) return Errc::beyond_limits;
  if (frames.size() > 1 && stream->codec != SLUICE_CODEC_AAC) return Errc::beyond_limits;
  pieces_.assign(1, {});  // the PES header's place
  stream->wrapper.begin();
  Result<Wrapped> wrapped = stream->wrapper.wrap(frame, pieces_);
  for (const Frame& more : frames.subspan(1))
    if (wrapped) wrapped = stream->wrapper.wrap(more, pieces_);
  if (!wrapped) return wrapped.error();
  size_t size = 0;
  for (const auto piece : pieces_) size += piece.size();
  if (frame.discontinuity || frame.dts < stream->last_frame) break_time();
  const int64_t dts = decoding_time(*stream, frame);
  const auto header = PesHeader::make(
      stream->form.stream_id,
      {timestamp_of_ns(frame.pts + settings_.origin), timestamp_of_ns(dts + settings_.origin)}, size);
  if (!header) return header.error();
  pieces_.front() = header->bytes();
  stream->last_frame = frame.dts;
  stream->last_dts = dts;

  clock_.advance(stream->id, dts, stream->kind != Kind::data || stream == pacer_);
  time_base_changes_ |= clock_.is_fresh();
  const bool is_video_key = wrapped->key && stream->kind == Kind::video;
  tables_due_ |= is_video_key || clock_.is_fresh();
  Written written{false, wrapped->key};
  send_unit(*stream, is_video_key, out, written);
  return written;
}

void Muxer::break_time() {
  clock_.restart();
  for (const auto& stream : streams_) {
    stream->last_frame = stream->last_dts = INT64_MIN;
    stream->shift = 0;
  }
}

// What the clock and the tables ask for before this access unit, and the unit itself, which is in pieces_.
void Muxer::send_unit(Elementary& stream, bool is_video_key, std::vector<uint8_t>& out, Written& written) {
  const int64_t before = clock_.now();
  fillers_.clear();
  references_.clear();
  while (const auto at = clock_.filler()) fillers_.push_back(*at);
  const bool carries_clock = &stream == pacer_;
  const bool within = carries_clock && !fillers_.empty() && fillers_.size() <= most_within;
  if (!within)
    for (const int64_t at : fillers_) send_reference(at, out, written.tables);
  auto reference = clock_.reference(carries_clock && (is_video_key || tables_due_), carries_clock);
  const int64_t now = clock_.now();
  const bool tables_aged = within ? now - tables_at_ + (now - before) > tables_interval
                                  : reference && now - tables_at_ >= tables_age;
  if (tables_due_ || tables_aged) {
    send_tables(now, out);
    written.tables = true;
  }
  if (within) {
    if (reference) fillers_.push_back(*reference);
    reference = fillers_.front();
    for (const int64_t at : std::span(fillers_).subspan(1)) references_.push_back(wire_pcr(at));
  }
  Adaptation adaptation;
  // On the clock's PID a random access point must have a reference (2.4.3.5).
  adaptation.random_access =
      is_video_key || (stream.kind != Kind::video && carries_clock && written.tables && reference);
  adaptation.discontinuity = !std::exchange(stream.started, true);
  if (reference && carries_clock) {
    adaptation.pcr = wire_pcr(*reference);
    adaptation.discontinuity |= std::exchange(time_base_changes_, false);
  } else if (reference) {
    pacer_->writer.adaptation_only({std::exchange(time_base_changes_, false), false, wire_pcr(*reference)},
                                   out);
  }
  stream.writer.unit(adaptation, pieces_, out, references_);
}

}  // namespace sluice::mux::ts
