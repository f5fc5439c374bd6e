#include "wire/aggregate.hpp"

#include <catch2/catch.hpp>

#include "../../../sdk/media/parser_laws.hpp"
#include "../../../sdk/wire/hex.hpp"

using namespace sluice::rtmp;
using sluice::test::Bytes;
using sluice::test::hex;
using sluice::test::keep;

namespace {

struct Outcome {
  std::vector<Message> messages;
  sluice::error_code error;
};

Outcome read(std::span<const uint8_t> in) {
  AggregateReader reader({4, 1000, type_aggregate, 1, in});
  Outcome out;
  while (true) {
    const auto next = reader.poll();
    if (!next) out.error = next.error();
    if (!next || !*next) return out;
    out.messages.push_back(**next);
  }
}

}  // namespace

TEST_CASE("an aggregate is taken apart, its times moved to the message's") {
  const Bytes in = hex("08 000002 000064 00 000000 aabb 0000000d  09 000001 000078 00 000000 cc 0000000c");
  const auto out = read(in);
  CHECK_FALSE(out.error);
  REQUIRE(out.messages.size() == 2);
  CHECK(out.messages[0].type == 8);
  CHECK(out.messages[0].timestamp == 1000);
  CHECK(out.messages[0].payload.size() == 2);
  CHECK(out.messages[1].timestamp == 1020);
  CHECK(out.messages[1].stream_id == 1);
  CHECK(out.messages[1].payload[0] == 0xcc);
}

TEST_CASE("an aggregate's times use their fourth byte") {
  const auto out =
      read(keep(hex("08 000000 ffffff 00 000000 0000000b  08 000000 000001 01 000000 0000000b")));
  REQUIRE(out.messages.size() == 2);
  CHECK(out.messages[1].timestamp == 1002);
}

TEST_CASE("an empty aggregate holds nothing (R14)") {
  CHECK(read({}).messages.empty());
  CHECK_FALSE(read({}).error);
}

TEST_CASE("an aggregate that does not add up is refused (R16)") {
  for (const char* bytes :
       {"08", "08 000002 000064 00 000000 aabb", "08 000002 000064 00 000000 aabb 0000000e",
        "08 ffffff 000064 00 000000 aabb 0000000d", "08 000002 000064 00 000000 aabb 0000000d 09",
        "16 000000 000000 00 000000 0000000b", "08 000002 000064 00 000000 aabb 00000002"}) {
    CAPTURE(bytes);
    const auto out = read(keep(hex(bytes)));
    CHECK(out.error == Errc::bad_aggregate);
    CHECK(verdict_of(out.error) == Verdict::close);
  }
}

TEST_CASE("aggregates survive truncation and damage") {
  sluice::test::survives_truncation_and_damage(
      hex("08 000002 000064 00 000000 aabb 0000000d  09 000001 000078 00 000000 cc 0000000c"),
      [](auto in) { (void)read(in); });
}
