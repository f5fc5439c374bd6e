// Rows M1 to M9 of the table of bad input, and whose stream it is. What comes of sound streams: muxer_test.
#include "sluice/mux/ts/demuxer.hpp"

#include <catch2/catch.hpp>

#include "../../media/parser_laws.hpp"
#include "sample_stream.hpp"
#include "sluice/mux/ts/pat.hpp"
#include "sluice/mux/ts/pes.hpp"
#include "sluice/mux/ts/pmt.hpp"

using namespace sluice::test;
using ts::milliseconds;

namespace {

const std::vector<ts::Track> av = {video_track(1), sound_track(2, SLUICE_CODEC_AAC)};

Bytes av_stream(int64_t from_ticks = 0, int64_t ticks = 2 * 90000, const ts::MuxerSettings& settings = {}) {
  return muxed(av, stream_of(av, from_ticks, ticks), settings);
}

size_t units(int64_t ticks = 2 * 90000) { return stream_of(av, 0, ticks).size(); }

Bytes table(uint16_t pid, const Bytes& section) {
  Bytes out;
  ts::PacketWriter(pid).section({}, section, out);
  return out;
}

Bytes pat_of(std::vector<ts::PatProgram> programs) {
  return table(0, ts::write_pat({1, 0, std::move(programs), 0}));
}

Bytes map_of(uint16_t map_pid, const ts::Pmt& map) { return table(map_pid, ts::write_pmt(map)); }

Bytes pes_of(uint8_t stream_id, std::optional<uint64_t> pts, const Bytes& payload) {
  const auto header = ts::PesHeader::make(stream_id, {pts, {}}, payload.size());
  REQUIRE(header.has_value());
  return Bytes(header->bytes().begin(), header->bytes().end()) + payload;
}

// Packets of a stream that is written by hand.
struct Hand {
  explicit Hand(uint16_t pid) : writer(pid) {}

  Hand& unit(const Bytes& pes, const ts::Adaptation& adaptation = {}) {
    const std::vector<std::span<const uint8_t>> pieces = {pes};
    writer.unit(adaptation, pieces, out);
    return *this;
  }
  Bytes take() { return std::exchange(out, {}); }

  ts::PacketWriter writer;
  Bytes out;
};

const ts::PmtStream data_stream{0x06, 0x200, hex("050469643321")};
const Bytes data_tables = pat_of({{1, 0x1000}}) + map_of(0x1000, {1, 0, 0x200, {data_stream}, 0});

}  // namespace

TEST_CASE("M1: sync is found in garbage, at every stride, and again after it was lost") {
  const auto stream = av_stream();
  for (const size_t extra : {0u, 4u, 16u}) {
    CAPTURE(extra);
    Bytes wide = noise(100, 1);
    std::replace(wide.begin(), wide.end(), uint8_t{0x47}, uint8_t{0x48});
    for (size_t at = 0; at < stream.size(); at += 188) {
      if (extra == 4) wide = wide + Bytes(4, 0);
      wide.insert(wide.end(), stream.begin() + static_cast<std::ptrdiff_t>(at),
                  stream.begin() + static_cast<std::ptrdiff_t>(at + 188));
      if (extra == 16) wide = wide + Bytes(16, 0);
    }
    DemuxRun run;
    run.feed(wide).finish();
    CHECK(run.sink.total() == units());
    CHECK(run.counters().skipped_bytes == 100 + (extra == 4 ? 4 : 0));
  }
  auto torn = stream;
  torn.erase(torn.begin() + 160 * 188 + 20, torn.begin() + 160 * 188 + 90);
  DemuxRun run;
  run.feed(torn).finish();
  CHECK(run.counters().sync_losses == 1);
  CHECK(run.counters().cut_pes + run.counters().continuity_errors > 0);
  CHECK(run.sink.total() >= units() - 4);
  CHECK(run.sink.total() < units());
}

TEST_CASE("M2: a packet whose adaptation field does not fit is dropped, and with it what it was part of") {
  auto stream = av_stream();
  size_t n = 0;
  while (pid_of(packet_at(stream, n)) != 0x100) ++n;
  const auto packet = packet_at(stream, n + 4);  // in the middle of the first picture
  REQUIRE(pid_of(packet) == 0x100);
  packet[3] |= 0x20;
  packet[4] = 200;
  DemuxRun run;
  run.feed(stream).finish();
  CHECK(run.counters().malformed_packets == 1);
  CHECK(run.counters().continuity_errors == 1);
  CHECK(run.counters().cut_pes == 1);
  CHECK(run.sink.total() < units());
}

TEST_CASE("M3: sections that lie are dropped, the next sound ones are used") {
  auto stream = av_stream();
  packet_at(stream, 0)[12] ^= 1;  // PAT
  packet_at(stream, 1)[20] ^= 1;  // PMT
  DemuxRun run;
  run.feed(stream).finish();
  CHECK(run.counters().bad_sections == 1);  // the map's PID was not known yet
  CHECK(run.counters().unlisted > 0);
  CHECK(run.sink.total() > 0);

  DemuxRun long_section;
  Bytes bad = table(0, Bytes(180, 0));
  bad[6] = 0xbf;
  bad[7] = 0xff;
  long_section.feed(bad + table(0, hex("00b005 0001 c1 00")) + av_stream()).finish();
  CHECK(long_section.counters().bad_sections >= 1);
  CHECK(long_section.sink.total() > 0);
}

TEST_CASE("M3: of a thousand programmes sixteen are kept") {
  Bytes tables;
  ts::PacketWriter writer(0);
  for (uint8_t number = 0; number < 4; ++number) {
    Bytes body;
    for (uint16_t i = 0; i < 250; ++i) {
      const auto program = static_cast<uint16_t>(number * 250 + i + 1);
      const auto pid = static_cast<uint16_t>(0x100 + program);
      for (const unsigned byte : {program >> 8, program & 0xff, 0xe0 | pid >> 8, pid & 0xff})
        body.push_back(static_cast<uint8_t>(byte));
    }
    writer.section({}, ts::write_section({0, 1, 0, true, number, 3}, body), tables);
  }
  DemuxRun run;
  run.feed(tables).finish();
  CHECK(run.counters().programs_left_out == 984);
  CHECK(run.counters().bad_sections == 0);
}

TEST_CASE("M4: a map that lies is dropped as a whole") {
  const auto broken =
      ts::write_section({2, 1, 0, true, 0, 0}, hex("e200 f000 06e200f006 0a04656e6700 06e201f0ff"));
  DemuxRun run;
  run.feed(pat_of({{1, 0x1000}}) + table(0x1000, broken) +
           Hand(0x200).unit(pes_of(0xbd, 1, hex("01"))).take())
      .finish();
  CHECK(run.counters().bad_sections == 1);
  CHECK(run.counters().unlisted == 1);
  CHECK(run.sink.order.empty());
}

TEST_CASE("M5: PES packets that lie are dropped, one without end is bounded") {
  Hand hand(0x200);
  DemuxRun run;
  run.feed(data_tables);
  run.feed(hand.unit(hex("000001bd 0003 8080 05 2100010001")).take());  // header beyond its length
  run.feed(hand.unit(hex("000001bd 0000 8080 ff 2100010001")).take());  // header beyond the packet
  run.feed(hand.unit(hex("000001bd 0010 8000 00 aa")).take());          // longer than it is
  run.feed(hand.unit(pes_of(0xbd, 7, hex("0102"))).take()).finish();
  CHECK(run.counters().bad_pes == 1);
  CHECK(run.counters().oversized_pes == 1);
  CHECK(run.counters().cut_pes == 1);
  REQUIRE(run.sink.total() == 1);
  CHECK(run.sink.of(0)[0].payload == hex("0102"));

  // Without a length and without another start: 20 MiB of it.
  const Bytes piece(1 << 16, 1);
  run.feed(hand.unit(hex("000001bd 0000 8000 00")).take());
  for (int i = 0; i < 320; ++i) {
    auto more = hand.unit(piece).take();
    more[1] &= 0xbf;
    run.feed(more);
  }
  run.finish();
  CHECK(run.counters().oversized_pes == 2);
  CHECK(run.sink.total() == 1);
}

TEST_CASE("M6: a unit without PTS does not get the one before; time may go back, and wraps") {
  Hand hand(0x200);
  DemuxRun run;
  run.feed(data_tables);
  for (const std::optional<uint64_t> pts :
       {std::optional<uint64_t>(900'000), std::optional<uint64_t>{}, std::optional<uint64_t>(900'900),
        std::optional<uint64_t>(450'000), std::optional<uint64_t>(450'900)})
    run.feed(hand.unit(pes_of(0xbd, pts, hex("01"))).take());
  run.finish();
  const auto& came = run.sink.of(0);
  REQUIRE(came.size() == 4);
  CHECK(run.counters().untimed == 1);
  CHECK(run.counters().time_jumps == 1);
  CHECK(came[1].facts.dts == 10'010 * milliseconds);
  CHECK(came[2].facts.dts == 5'000 * milliseconds);
  CHECK(came[2].facts.discontinuity);
  CHECK_FALSE(came[3].facts.discontinuity);

  Hand wraps(0x200);
  DemuxRun wrapped;
  wrapped.feed(data_tables);
  for (const uint64_t pts : {ts::clock_wrap - 9000, ts::clock_wrap - 1, uint64_t{8999}})
    wrapped.feed(wraps.unit(pes_of(0xbd, pts, hex("01"))).take());
  wrapped.finish();
  REQUIRE(wrapped.sink.total() == 3);
  CHECK(wrapped.counters().time_jumps == 0);
  CHECK(ts::ticks_of_ns(wrapped.sink.of(0)[2].facts.dts) == static_cast<int64_t>(ts::clock_wrap) + 8999);
}

TEST_CASE("M6: time that leaps with every unit never leaves 64 bits") {
  Hand hand(0x200);
  DemuxRun run;
  run.feed(data_tables);
  uint64_t pts = 0;
  for (int i = 0; i < 33'000; ++i) {
    pts = (pts + ts::clock_wrap / 2 - 1) % ts::clock_wrap;
    run.feed(hand.unit(pes_of(0xbd, pts, hex("01"))).take());
  }
  run.finish();
  const auto& came = run.sink.of(0);
  REQUIRE(came.size() == 33'000);
  CHECK(run.counters().time_jumps == 32'999);
  CHECK(std::is_sorted(came.begin(), came.end(),
                       [](const auto& a, const auto& b) { return a.facts.dts < b.facts.dts; }) == false);
  for (const auto& frame : came) REQUIRE(std::abs(frame.facts.dts) < ts::max_time);
}

TEST_CASE("M7: PCR that is missing, elsewhere or leaps is counted; PTS goes on") {
  const auto stream = av_stream();
  const auto has_pcr = [](auto packet) { return packet[3] & 0x20 && packet[4] > 0 && packet[5] & 0x10; };
  SECTION("missing") {
    auto without = stream;
    for (size_t n = 0; n < without.size() / 188; ++n)
      if (const auto packet = packet_at(without, n); has_pcr(packet)) packet[5] &= 0xef;
    DemuxRun run;
    run.feed(without).finish();
    CHECK(run.sink.total() == units());
    CHECK(run.counters().pcr_missing > 50);
    CHECK(run.counters().time_jumps == 0);
  }
  SECTION("leaping, told and untold") {
    for (const bool is_told : {false, true}) {
      auto leaping = stream;
      size_t n = 300;
      while (!has_pcr(packet_at(leaping, n))) ++n;
      packet_at(leaping, n)[6] ^= 0x40;
      if (is_told) packet_at(leaping, n)[5] |= 0x80;
      DemuxRun run;
      run.feed(leaping).finish();
      CHECK(run.sink.total() == units());
      CHECK(run.counters().pcr_jumps == (is_told ? 1 : 2));  // and back again
      unsigned broken = 0;
      for (const auto& [id, list] : run.sink.frames)
        for (const auto& frame : list) broken += frame.facts.discontinuity;
      CHECK(broken == (is_told ? 2 : 0));
    }
  }
  SECTION("on a PID that is not the programme's") {
    Hand hand(0x200);
    DemuxRun run;
    run.feed(pat_of({{1, 0x1000}}) + map_of(0x1000, {1, 0, 0x300, {data_stream}, 0}));
    run.feed(hand.unit(pes_of(0xbd, 5, hex("01")), {false, false, 12345}).take()).finish();
    CHECK(run.counters().pcr_elsewhere == 1);
    CHECK(run.sink.total() == 1);
  }
}

TEST_CASE("M8: 8000 PIDs, scrambled packets and marked ones leave the programme alone") {
  auto stream = av_stream();
  Bytes crowd;
  for (uint16_t pid = 0x20; pid < 0x1ff0; ++pid) {
    if (pid == 0x100 || pid == 0x101 || pid == 0x1000) continue;
    crowd = crowd + Hand(pid).unit(pes_of(0xbd, 1, hex("01"))).take();
  }
  const size_t strangers = crowd.size() / 188;
  Bytes marked(packet_at(stream, 10).begin(), packet_at(stream, 10).end()), scrambled = marked;
  marked[1] |= 0x80;
  DemuxRun run;
  run.feed(std::span(stream).first(188 * 2))
      .feed(crowd)
      .feed(marked)
      .feed(std::span(stream).subspan(188 * 2))
      .finish();
  CHECK(run.counters().unlisted == strangers);
  CHECK(run.counters().transport_errors == 1);
  CHECK(run.sink.total() == units());
  packet_at(stream, 10)[3] |= 0x80;
  DemuxRun locked;
  locked.feed(stream).finish();
  CHECK(locked.counters().scrambled == 1);
  CHECK(locked.sink.total() < units());
}

TEST_CASE("M9: another source in mid-stream is other tracks and another time") {
  for (const bool same_pids : {false, true}) {
    CAPTURE(same_pids);
    ts::MuxerSettings other;
    other.program = same_pids ? 1 : 2;
    other.map_pid = same_pids ? 0x1000 : 0x1100;
    other.first_pid = same_pids ? 0x100 : 0x300;
    const std::vector<ts::Track> tracks = {video_track(1, SLUICE_CODEC_H265),
                                           sound_track(2, SLUICE_CODEC_OPUS)};
    const auto later = stream_of(tracks, 50 * 90000, 90000);
    DemuxRun run;
    run.feed(av_stream()).feed(muxed(tracks, later, other)).finish();
    REQUIRE(run.sink.order.size() == 4);
    CHECK(run.sink.ended == std::vector<uint32_t>{run.sink.order[0], run.sink.order[1]});
    CHECK(run.sink.track(2).config == hevc_config);
    CHECK(run.sink.total() == units() + later.size());
    CHECK(run.sink.of(2)[0].facts.discontinuity);
    CHECK(run.sink.of(3)[0].facts.discontinuity);
    CHECK_FALSE(run.sink.of(2)[1].facts.discontinuity);
    CHECK(run.demuxer.program() == other.program);
  }
}

TEST_CASE("a programme is chosen by its number, or by coming first") {
  const auto both = pat_of({{1, 0x1000}, {2, 0x1001}}) +
                    map_of(0x1000, {1, 0, 0x200, {{0x06, 0x200, hex("050461616161")}}, 0}) +
                    map_of(0x1001, {2, 0, 0x201, {{0x06, 0x201, hex("050462626262")}}, 0}) +
                    Hand(0x200).unit(pes_of(0xbd, 1, hex("aa"))).take() +
                    Hand(0x201).unit(pes_of(0xbd, 1, hex("bb"))).take() + Bytes();
  DemuxRun first, second(2), none(3);
  first.feed(both).finish();
  second.feed(both).finish();
  none.feed(both).finish();
  REQUIRE(first.sink.total() == 1);
  REQUIRE(second.sink.total() == 1);
  CHECK(first.sink.of(0)[0].payload == hex("aa"));
  CHECK(second.sink.of(0)[0].payload == hex("bb"));
  CHECK(none.sink.total() == 0);
  CHECK(none.demuxer.program() == 0);
}

TEST_CASE("a packet sent twice counts once, a lost one costs its unit") {
  const auto stream = av_stream();
  Bytes twice;
  for (size_t at = 0; at < stream.size(); at += 188) {
    const Bytes packet(stream.begin() + static_cast<std::ptrdiff_t>(at),
                       stream.begin() + static_cast<std::ptrdiff_t>(at + 188));
    twice = twice + packet + (packet[3] & 0x10 ? packet : Bytes());
  }
  DemuxRun run;
  run.feed(twice).finish();
  CHECK(run.sink.total() == units());
  CHECK(run.counters().duplicates > 100);
  CHECK(run.counters().continuity_errors == 0);
  auto lost = stream;
  size_t n = 160;  // behind the first picture, within another
  while (pid_of(packet_at(lost, n)) != 0x100 || packet_at(lost, n)[1] & 0x40) ++n;
  lost.erase(lost.begin() + static_cast<std::ptrdiff_t>(188 * n),
             lost.begin() + static_cast<std::ptrdiff_t>(188 * (n + 1)));
  DemuxRun less;
  less.feed(lost).finish();
  CHECK(less.counters().continuity_errors == 1);
  CHECK(less.counters().cut_pes == 1);
  CHECK(less.sink.total() == units() - 1);
}

TEST_CASE("a stream on the PID of a table, or twice in a map, is left out") {
  DemuxRun run;
  run.feed(
         pat_of({{1, 0x1000}}) +
         map_of(0x1000, {1, 0, 0x200, {data_stream, data_stream, {0x06, 0x1000, {}}, {0x02, 0x201, {}}}, 0}) +
         Hand(0x200).unit(pes_of(0xbd, 1, hex("aa"))).take() + Bytes())
      .finish();
  CHECK(run.counters().streams_left_out == 3);
  CHECK(run.sink.total() == 1);
}

TEST_CASE("no truncation and no damage does harm") {
  const auto stream = muxed(av, stream_of(av, 0, 4000));
  survives_truncation_and_damage(Bytes(stream.begin(), stream.begin() + 188 * 8), [](auto in) {
    DemuxRun run;
    run.feed(in).finish();
  });
}
