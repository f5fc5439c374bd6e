// The checker is judged before it judges: a sound stream has no error, and each fault raises its own
// indicator.
#include "tr101290.hpp"

#include <catch2/catch.hpp>

#include "sample_stream.hpp"

using namespace sluice::test;

namespace {

const std::vector<ts::Track> tracks = {video_track(1), sound_track(2, SLUICE_CODEC_AAC)};

Bytes sound_stream() { return muxed(tracks, stream_of(tracks, 0, 3 * 90000)); }

// The stream without the packets that `drop` names.
template <class Drop>
Bytes without(const Bytes& stream, Drop drop) {
  Bytes out;
  for (size_t at = 0; at < stream.size(); at += 188) {
    const auto packet = std::span(stream).subspan(at, 188);
    if (!drop(packet, at / 188)) out.insert(out.end(), packet.begin(), packet.end());
  }
  return out;
}

bool has_pcr(std::span<const uint8_t> packet) {
  return packet[3] & 0x20 && packet[4] > 0 && packet[5] & 0x10;
}
bool starts_unit(std::span<const uint8_t> packet, uint16_t pid) {
  return pid_of(packet) == pid && packet[1] & 0x40;
}
size_t payload_of(std::span<const uint8_t> packet) { return packet[3] & 0x20 ? 5u + packet[4] : 4u; }

}  // namespace

TEST_CASE("TR 101 290: a sound stream has no error, and was looked at") {
  const auto stream = sound_stream();
  const auto result = Tr101290Check(stream).result;
  CHECK(result.errors() == 0);
  CHECK(result.references >= 75);
  CHECK(result.units == 75 + 141);
  CHECK(result.tables >= 60);
}

TEST_CASE("TR 101 290, first priority: each fault is seen") {
  auto stream = sound_stream();
  SECTION("1.1 sync loss, 1.2 sync byte") {
    packet_at(stream, 100)[0] = 0x48;
    CHECK(Tr101290Check(stream).result.sync_byte == 1);
    CHECK(Tr101290Check(stream).result.sync_loss == 0);
    packet_at(stream, 101)[0] = 0;
    CHECK(Tr101290Check(stream).result.sync_loss == 1);
  }
  SECTION("1.3 PAT, 1.5 PMT missing for a while") {
    const auto no_pat =
        without(stream, [](auto packet, size_t n) { return pid_of(packet) == 0 && n > 200 && n < 400; });
    CHECK(Tr101290Check(no_pat).result.pat > 0);
    const auto no_map = without(stream, [](auto packet, size_t) { return pid_of(packet) == 0x1000; });
    CHECK(Tr101290Check(no_map).result.pmt > 0);
  }
  SECTION("1.3 another table on the PAT's PID") {
    for (size_t n = 0; n < 400; ++n) {
      const auto packet = packet_at(stream, n);
      if (pid_of(packet) != 0) continue;
      packet[payload_of(packet) + 1] = 0x42;
      break;
    }
    CHECK(Tr101290Check(stream).result.crc == 1);
  }
  SECTION("1.4 a packet lost, out of order, thrice") {
    const auto lost =
        without(stream, [](auto packet, size_t n) { return pid_of(packet) == 0x100 && n == 20; });
    CHECK(Tr101290Check(lost).result.continuity == 1);
    auto swapped = stream;
    std::swap_ranges(packet_at(swapped, 20).begin(), packet_at(swapped, 20).end(),
                     packet_at(swapped, 21).begin());
    CHECK(Tr101290Check(swapped).result.continuity >= 2);
    auto twice = stream, thrice = stream;
    const Bytes packet(packet_at(stream, 20).begin(), packet_at(stream, 20).end());
    twice.insert(twice.begin() + 20 * 188, packet.begin(), packet.end());
    CHECK(Tr101290Check(twice).result.continuity == 0);
    thrice = twice;
    thrice.insert(thrice.begin() + 20 * 188, packet.begin(), packet.end());
    CHECK(Tr101290Check(thrice).result.continuity >= 1);
  }
  SECTION("1.6 a PID that never comes") {
    const auto mute = without(stream, [](auto packet, size_t) { return pid_of(packet) == 0x101; });
    CHECK(Tr101290Check(mute).result.pid == 1);
  }
}

TEST_CASE("TR 101 290, second priority: each fault is seen") {
  auto stream = sound_stream();
  SECTION("2.1 transport error") {
    packet_at(stream, 50)[1] |= 0x80;
    CHECK(Tr101290Check(stream).result.transport == 1);
  }
  SECTION("2.2 CRC") {
    packet_at(stream, 1)[20] ^= 1;
    CHECK(Tr101290Check(stream).result.crc == 1);
  }
  SECTION("2.3 PCR too rare, and leaping without notice") {
    unsigned count = 0;
    for (size_t n = 0; n < stream.size() / 188; ++n)
      if (const auto packet = packet_at(stream, n); has_pcr(packet) && ++count % 2 == 0) packet[5] &= 0xef;
    CHECK(Tr101290Check(stream).result.pcr_repetition > 10);
    stream = sound_stream();
    count = 0;
    for (size_t n = 0; n < stream.size() / 188; ++n)
      if (const auto packet = packet_at(stream, n); has_pcr(packet) && ++count == 30) packet[7] ^= 0x10;
    CHECK(Tr101290Check(stream).result.pcr_discontinuity > 0);
  }
  SECTION("2.5 PTS too rare") {
    for (size_t n = 0; n < stream.size() / 188; ++n) {
      const auto packet = packet_at(stream, n);
      if (starts_unit(packet, 0x101) && n > 200) packet[payload_of(packet) + 7] = 0;
    }
    CHECK(Tr101290Check(stream).result.pts > 0);
  }
  SECTION("2.6 scrambled without a CAT") {
    packet_at(stream, 30)[3] |= 0x80;
    CHECK(Tr101290Check(stream).result.cat == 1);
  }
  SECTION("a unit after its decoding time, a unit long before it") {
    for (const uint8_t step : {0, 2}) {
      auto moved = stream;
      for (size_t n = 300; n < moved.size() / 188; ++n) {
        const auto packet = packet_at(moved, n);
        if (!starts_unit(packet, 0x101)) continue;
        auto& middle = packet[payload_of(packet) + 11];  // bits 22 to 15 of PTS, and a marker
        middle = static_cast<uint8_t>(step == 0 ? 1 : middle | 0xfe);
        packet[payload_of(packet) + 10] = step == 0 ? 0 : packet[payload_of(packet) + 10];
        break;
      }
      const auto result = Tr101290Check(moved).result;
      CHECK((step == 0 ? result.late_units : result.early_units) == 1);
    }
  }
}
