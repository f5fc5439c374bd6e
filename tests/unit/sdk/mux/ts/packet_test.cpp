#include "sluice/mux/ts/packet.hpp"

#include <catch2/catch.hpp>

#include "sample_stream.hpp"

using namespace sluice::mux::ts;
using namespace sluice::test;

namespace {

sluice::Result<Packet> parse(const Bytes& stream, size_t n = 0) {
  return parse_packet(std::span<const uint8_t>(stream).subspan(n * packet_size).first<packet_size>());
}

Bytes padded(const char* head) {
  Bytes out = hex(head);
  out.resize(packet_size, 0xff);
  return out;
}

}  // namespace

TEST_CASE("units of every size around whole packets come back") {
  for (const bool has_reference : {false, true}) {
    PacketWriter writer(0x123);
    for (size_t size = 1; size < 600; ++size) {
      CAPTURE(size, has_reference);
      const Bytes head = noise(size / 3, 1), body = noise(size - size / 3, 2);
      Adaptation adaptation{false, true, {}};
      if (has_reference) adaptation.pcr = 1234567890123 % (uint64_t{300} << 33);
      const std::vector<std::span<const uint8_t>> pieces = {head, {}, body};
      Bytes out = {1, 2, 3}, back;
      writer.unit(adaptation, pieces, out);
      REQUIRE((out.size() - 3) % packet_size == 0);
      out.erase(out.begin(), out.begin() + 3);
      for (size_t n = 0; n < out.size() / packet_size; ++n) {
        const auto packet = parse(out, n);
        REQUIRE(packet.has_value());
        REQUIRE(packet->pid == 0x123);
        REQUIRE(packet->unit_start == (n == 0));
        REQUIRE(packet->adaptation.random_access == (n == 0));
        REQUIRE(packet->adaptation.pcr == (n == 0 ? adaptation.pcr : std::nullopt));
        back.insert(back.end(), packet->payload.begin(), packet->payload.end());
      }
      REQUIRE(back == head + body);
    }
  }
}

TEST_CASE("counters run on over units, and stand still without payload") {
  PacketWriter writer(0x20);
  Bytes out;
  const Bytes body = noise(500, 1);
  const std::vector<std::span<const uint8_t>> pieces = {body};
  std::vector<unsigned> counters;
  for (int i = 0; i < 7; ++i) {
    writer.unit({}, pieces, out);
    writer.adaptation_only({true, false, 300}, out);
  }
  unsigned expected = 0;
  for (size_t n = 0; n < out.size() / packet_size; ++n) {
    const auto packet = parse(out, n);
    REQUIRE(packet.has_value());
    if (packet->has_payload) {
      CHECK(packet->continuity == expected);
      expected = (expected + 1) % 16;
    } else {
      CHECK(packet->continuity == (expected + 15) % 16);
      CHECK(packet->adaptation.discontinuity);
      CHECK(packet->adaptation.pcr == 300);
    }
  }
}

TEST_CASE("a section fills its packet with stuffing, or goes over several") {
  PacketWriter writer(0);
  Bytes out;
  writer.section({}, Bytes(20, 7), out);
  REQUIRE(out.size() == packet_size);
  CHECK(Bytes(out.begin(), out.begin() + 6) == hex("47 40 00 10 00 07"));
  CHECK(out.back() == 0xff);
  writer.section({}, Bytes(183 + 184 + 1, 7), out);
  REQUIRE(out.size() == 4 * packet_size);
  CHECK(parse(out, 1)->unit_start);
  CHECK_FALSE(parse(out, 3)->unit_start);
  CHECK(parse(out, 3)->payload[0] == 7);
  CHECK(parse(out, 3)->payload[1] == 0xff);
  out.clear();
  writer.section({true, false, {}}, Bytes(182 + 1, 7), out);  // the field takes two bytes of the first
  REQUIRE(out.size() == 2 * packet_size);
  CHECK(parse(out, 0)->adaptation.discontinuity);
  CHECK(parse(out, 0)->payload.size() == 182);
  CHECK_FALSE(parse(out, 1)->adaptation.discontinuity);
  CHECK(parse(out, 1)->payload[1] == 7);
}

TEST_CASE("adaptation fields that do not fit are refused (M2)") {
  for (const char* head : {"48 4100 10", "47 4100 00", "47 4100 30 b7", "47 4100 30 ff", "47 4100 20 b8",
                           "47 4100 30 01 10", "47 4100 30 06 10",
                           "47 4100 30 07 10 00000000 7f2c",  // extension of 300
                           "47 4100 30 06 08", "47 4100 30 01 04", "47 4100 30 01 02",
                           "47 4100 30 03 02 02 00", "47 4100 30 02 01 01"}) {
    CAPTURE(head);
    auto bytes = padded(head);
    CHECK(parse(bytes).error() == Errc::malformed);
  }
  const auto one = parse(padded("47 4100 30 00 aa"));
  REQUIRE(one.has_value());
  CHECK(one->payload.size() == 183);
  CHECK(parse(padded("47 4100 30 b6 00"))->payload.size() == 1);
  CHECK(parse(padded("47 4100 20 b7 00"))->payload.empty());
  CHECK(parse(padded("47 4100 30 04 02 02 0000"))->payload.size() == 179);
}

TEST_CASE("what only has flags is told by them (M8)") {
  CHECK(parse(padded("47 c100 00"))->transport_error);
  CHECK(parse(padded("47 4100 90"))->scrambled);
  CHECK(parse(padded("47 1fff 10"))->pid == null_pid);
}

TEST_CASE("references stand in the packets behind the first of a unit, however small it is") {
  for (const size_t size : {3, 20, 176, 352, 353, 354, 528, 529, 900}) {
    CAPTURE(size);
    const Bytes unit = noise(size, 1);
    const std::vector<std::span<const uint8_t>> pieces = {std::span(unit).first(1),
                                                          std::span(unit).subspan(1)};
    const std::array<uint64_t, 2> references = {300'000, 600'001};
    ts::PacketWriter writer(0x100);
    Bytes out;
    writer.unit({false, true, 7}, pieces, out, references);
    REQUIRE(out.size() % 188 == 0);
    CHECK(out.size() / 188 == std::max<size_t>(3, (size + 24 + 183) / 184));
    Bytes came;
    for (size_t i = 0; i < out.size() / 188; ++i) {
      const auto packet = ts::parse_packet(std::span(out).subspan(i * 188).first<188>());
      REQUIRE(packet.has_value());
      CHECK(packet->has_payload);
      CHECK(packet->unit_start == (i == 0));
      CHECK(packet->continuity == i % 16);
      const std::array<uint64_t, 3> wanted = {7, references[0], references[1]};
      CHECK(packet->adaptation.pcr == (i < 3 ? std::optional(wanted[i]) : std::nullopt));
      came.insert(came.end(), packet->payload.begin(), packet->payload.end());
    }
    CHECK(came == unit);
  }
}
