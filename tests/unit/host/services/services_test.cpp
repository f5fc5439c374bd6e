// Who is on board, and the order of an end.
#include "services_rig.hpp"

using namespace sluice;
using namespace sluice::services;
using namespace sluice::services::rig;

TEST_CASE("after everybody has left nothing is left") {
  House house;
  const auto empty = house.room.graph();
  {
    Guest provider(house, "provider"), user(house, "user");
    provider.provides("x.a/1", provider.takes_its_time());
    const auto lease = user.lease("x.a/1");
    user.ask(lease, "a");
    provider.run();
    user.ask(lease, "b");
    user.add("x.a/1", "/a");
    provider.watch("x.a/1");
    house.room.provider_down(provider.seat, "it stops");
  }
  CHECK(house.room.graph() == empty);
}

TEST_CASE("a generation waits while another of its module is current, whoever came in between") {
  House house;
  auto one = std::make_unique<Guest>(house, "a", 1);
  one->provides("x.a/1");
  Guest two(house, "a", 2), three(house, "a", 3), other(house, "b", 1);
  two.provides("x.a/1");
  three.provides("x.a/1");
  other.provides("x.b/1");
  const auto states = [&] {
    std::string text;
    const auto graph = house.room.graph();
    for (const auto& offer : graph["providers"]) {
      if (offer["module"] != "host") text += offer["state"].get<std::string>() + " ";
    }
    return text;
  };
  CHECK(states() == "up waiting waiting up ");
  house.room.activate(three.seat);
  CHECK(states() == "replaced replaced up up ");
  house.room.activate(two.seat);  // too late: it was passed over
  CHECK(states() == "replaced replaced up up ");
  one.reset();
  CHECK(states() == "replaced up up ");
}

TEST_CASE("whoever has ended, or never joined, can do nothing and harms nobody") {
  House house;
  Guest pages(house, "pages");
  const auto lane = &pages.lane();
  pages.end();
  CHECK(
      house.room
          .record_add(pages.seat,
                      {.iface = "x.a/1", .kind = "k", .name = "n", .details = "", .lane = lane, .serve = {}})
          .error()
          .code == Errc::state);
  CHECK(house.room.release(pages.seat, 1) == Errc::not_found);
  CHECK(house.room.cancel(pages.seat, 1) == Errc::gone);
  CHECK(house.room.answer(pages.seat, 1, SLUICE_STATUS_OK, {}) == Errc::gone);
  CHECK(house.room.leases_out(pages.seat) == 0);
  CHECK(house.room.caught_up(pages.seat));
  house.room.provider_down(pages.seat, "");
  house.room.activate(pages.seat);
  house.room.leave(pages.seat);
}

TEST_CASE("numbers of handles never come twice") {
  House house;
  Guest provider(house, "provider"), user(house, "user");
  provider.provides("x.a/1", provider.turns_round());
  const auto first = user.lease("x.a/1");
  CHECK(house.room.release(user.seat, first) == Errc::ok);
  const auto second = user.lease("x.a/1");
  const auto call = user.ask(second, "a");
  const auto record = user.add("x.a/1", "/a");
  CHECK(first < second);
  CHECK(second < call);
  CHECK(call < record);
  // A number of one kind opens nothing of another.
  CHECK(house.room.release(user.seat, record) == Errc::not_found);
  CHECK(house.room.record_withdraw(user.seat, second) == Errc::not_found);
}
