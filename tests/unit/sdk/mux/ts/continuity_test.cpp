#include "sluice/mux/ts/continuity.hpp"

#include <catch2/catch.hpp>

using namespace sluice::mux::ts;
using Verdict = Continuity::Verdict;

namespace {

Packet packet(uint8_t counter, bool has_payload = true, bool discontinuity = false) {
  Packet made;
  made.continuity = counter;
  made.has_payload = has_payload;
  made.adaptation.discontinuity = discontinuity;
  return made;
}

}  // namespace

TEST_CASE("counters run on, wrap, and stand still without payload") {
  Continuity continuity;
  CHECK(continuity.check(packet(14)) == Verdict::next);
  CHECK(continuity.check(packet(15)) == Verdict::next);
  CHECK(continuity.check(packet(15, false)) == Verdict::next);
  CHECK(continuity.check(packet(0)) == Verdict::next);
  CHECK(continuity.check(packet(2)) == Verdict::lost);
  CHECK(continuity.check(packet(3)) == Verdict::next);
}

TEST_CASE("a packet comes twice, not thrice") {
  Continuity continuity;
  continuity.check(packet(1));
  CHECK(continuity.check(packet(1)) == Verdict::duplicate);
  CHECK(continuity.check(packet(1)) == Verdict::lost);
  CHECK(continuity.check(packet(2)) == Verdict::next);
  CHECK(continuity.check(packet(2)) == Verdict::duplicate);
}

TEST_CASE("a discontinuity that is told is none") {
  Continuity continuity;
  continuity.check(packet(1));
  CHECK(continuity.check(packet(9, true, true)) == Verdict::next);
  continuity.check(packet(9, false, true));  // told in a packet without payload
  CHECK(continuity.check(packet(3)) == Verdict::next);
  CHECK(continuity.check(packet(5)) == Verdict::lost);
}
