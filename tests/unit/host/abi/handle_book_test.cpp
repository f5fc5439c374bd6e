#include "abi/handle_book.hpp"

#include <catch2/catch.hpp>
#include <memory>

#include "abi/seat.hpp"

using namespace sluice;
using namespace sluice::abi;
using Kind = modules::Ledger::Kind;

namespace {

struct Booked {
  Seat seat;
  int thing = 0;
  int other = 0;

  Booked() { seat.book = std::make_shared<HandleBook>(seat); }
  void hold(void* what, Kind kind = Kind::timer) {
    seat.ledger.add(kind, what, [](void*) {});
  }
  HandleBook& book() { return *seat.book; }
};

engine::Lane* lane_at(int& place) { return reinterpret_cast<engine::Lane*>(&place); }

}  // namespace

TEST_CASE("a number is found while its thing lives, and never afterwards") {
  Booked one;
  one.hold(&one.thing);
  const auto first = one.book().issue(HandleKind::timer, &one.thing, nullptr);
  CHECK(first != 0);
  CHECK(one.book().issue(HandleKind::timer, &one.thing, nullptr) == first);
  const auto entry = HandleBook::find(first);
  REQUIRE(entry);
  CHECK(entry->seat == &one.seat);
  CHECK(entry->thing == &one.thing);
  CHECK(entry->kind == HandleKind::timer);

  one.seat.ledger.remove(&one.thing);
  CHECK_FALSE(HandleBook::find(first));
  one.hold(&one.thing);  // another one at the same address
  const auto second = one.book().issue(HandleKind::timer, &one.thing, nullptr);
  CHECK(second != first);
  CHECK_FALSE(HandleBook::find(first));
  CHECK(HandleBook::find(second));
  one.seat.ledger.reclaim_all();
  CHECK_FALSE(HandleBook::find(second));
  CHECK(HandleBook::seat_that_had(second) == &one.seat);
}

TEST_CASE("a begin that was over before its handle was issued has none") {
  Booked one;
  CHECK_FALSE(HandleBook::find(one.book().issue(HandleKind::op, &one.thing, nullptr)));
}

TEST_CASE("numbers of one seat are none of another's, and end with it") {
  Booked kept;
  kept.hold(&kept.thing);
  const auto number = kept.book().issue(HandleKind::watch, &kept.thing, nullptr);
  HandleBook::Number ended = 0;
  {
    Booked one;
    one.hold(&one.thing);
    ended = one.book().issue(HandleKind::watch, &one.thing, nullptr);
    CHECK(ended != number);
    CHECK(HandleBook::find(ended)->seat == &one.seat);
    CHECK(HandleBook::seat_known(&one.seat) == &one.seat);
  }
  CHECK_FALSE(HandleBook::find(ended));
  CHECK(HandleBook::seat_that_had(ended) == nullptr);
  CHECK(HandleBook::seat_known(&ended) == nullptr);
  CHECK(HandleBook::find(number));
}

TEST_CASE("drafts come back once, to their publication, and end with it") {
  Booked one;
  int frame = 0;
  one.hold(&one.thing, Kind::publication);
  one.book().issue(HandleKind::publication, &one.thing, nullptr);
  const auto draft = one.book().lend(&one.thing, &frame);
  CHECK(one.book().take_back(&one.other, draft) == nullptr);
  CHECK(one.book().take_back(&one.thing, draft) == &frame);
  CHECK(one.book().take_back(&one.thing, draft) == nullptr);
  const auto left = one.book().lend(&one.thing, &frame);
  one.seat.ledger.remove(&one.thing);
  CHECK(one.book().take_back(&one.thing, left) == nullptr);
}

TEST_CASE("lanes are known by seat, places by number") {
  Booked one;
  int place = 0;
  CHECK(HandleBook::seat_with(lane_at(place)) == nullptr);
  one.book().know_lanes({lane_at(place)});
  CHECK(HandleBook::seat_with(lane_at(place)) == &one.seat);
  one.book().know_lanes({});
  CHECK(HandleBook::seat_with(lane_at(place)) == nullptr);
  one.book().place(7, lane_at(place));
  CHECK(one.book().place_of(7) == lane_at(place));
  one.book().forget_place(7);
  CHECK(one.book().place_of(7) == nullptr);
}
