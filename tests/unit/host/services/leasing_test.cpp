#include "services_rig.hpp"

using namespace sluice;
using namespace sluice::services;
using namespace sluice::services::rig;
using Kind = modules::Ledger::Kind;

TEST_CASE("a lease says whose it is, is counted, and pins its provider until it is given back") {
  House house;
  Guest provider(house, "provider", 4), user(house, "user");
  CHECK(user.acquire("x.a/1").error().code == Errc::not_found);
  provider.provides("x.a/1", {}, 2);
  const auto leased = user.acquire("x.a/1", 1);
  REQUIRE(leased.has_value());
  CHECK(leased->offer->minor == 2);
  CHECK(leased->offer->name == "provider-name");
  CHECK(leased->offer->attributes_text == R"({"codecs":["a","b"]})");
  CHECK(leased->offer->owner().text() == "provider (generation 4)");
  CHECK(house.room.leases_out(provider.seat) == 1);
  CHECK(held(user, Kind::lease) == 1);
  CHECK(house.room.lease_holders(provider.seat) == "user (generation 1) holds 1 lease on x.a/1");
  user.lease("x.a/1");
  CHECK(house.room.lease_holders(provider.seat) == "user (generation 1) holds 2 leases on x.a/1");
  CHECK(house.room.release(user.seat, leased->lease) == Errc::ok);
  CHECK(house.room.release(user.seat, leased->lease) == Errc::not_found);
  CHECK(house.room.leases_out(provider.seat) == 1);
  CHECK(held(user, Kind::lease) == 1);
}

TEST_CASE("a provider that is to stop revokes its leases, each once, on the holder's lane") {
  House house;
  Guest provider(house, "provider"), user(house, "user");
  provider.provides("x.a/1");
  const auto kept = user.lease("x.a/1"), given_back = user.lease("x.a/1");
  user.run();
  house.room.provider_down(provider.seat, "it stops");
  house.room.provider_down(provider.seat, "it stops");
  CHECK(user.revoked.empty());
  CHECK(house.room.release(user.seat, given_back) == Errc::ok);  // before it was told
  user.run();
  CHECK(user.revoked == std::vector<std::string>{std::to_string(kept) + " it stops"});
  CHECK(user.acquire("x.a/1").error().code == Errc::not_found);
  CHECK(house.room.leases_out(provider.seat) == 1);
  provider.end();
  user.run();
  CHECK(user.revoked.size() == 1);
  CHECK(house.room.release(user.seat, kept) == Errc::ok);  // a lease on nothing, but still the holder's
}

TEST_CASE("released from within on_revoked") {
  House house;
  Guest provider(house, "provider"), user(house, "user");
  provider.provides("x.a/1");
  int told = 0;
  const auto leased =
      house.room.acquire(user.seat, {.iface = "x.a/1",
                                     .minor_min = 0,
                                     .selector = "",
                                     .lane = &user.lane(1),
                                     .revoked = [&](Number lease, std::string_view) {
                                       ++told;
                                       CHECK(house.room.release(user.seat, lease) == Errc::ok);
                                     }});
  REQUIRE(leased.has_value());
  house.room.provider_down(provider.seat, "it stops");
  Guest::run(user.lane(0));
  CHECK(told == 0);
  Guest::run(user.lane(1));
  CHECK(told == 1);
  CHECK(house.room.leases_out(provider.seat) == 0);
}

TEST_CASE("a provider that vanishes without a word revokes as well") {
  House house;
  auto provider = std::make_unique<Guest>(house, "provider");
  Guest user(house, "user");
  provider->provides("x.a/1");
  user.lease("x.a/1");
  provider.reset();
  user.run();
  REQUIRE(user.revoked.size() == 1);
  CHECK_THAT(user.revoked[0], Catch::Contains("provider (generation 1) has ended"));
}

TEST_CASE("a holder that ends gives its leases back, and the ledger says that it had not") {
  House house;
  Guest provider(house, "provider"), user(house, "user");
  provider.provides("x.a/1");
  user.lease("x.a/1");
  user.lease("x.a/1");
  house.room.provider_down(provider.seat, "it stops");  // with the word still on its way
  const auto leaked = user.end();
  CHECK(leaked[static_cast<std::size_t>(Kind::lease)] == 2);
  CHECK(house.room.leases_out(provider.seat) == 0);
  CHECK(house.room.lease_holders(provider.seat).empty());
}

TEST_CASE("leases are refused to strangers, with a foreign lane, and beyond the bound") {
  House house(Limits{.leases = 2});
  Guest provider(house, "provider"), user(house, "user"), other(house, "other");
  provider.provides("x.a/1");
  LeaseRequest wanted{.iface = "x.a/1", .minor_min = 0, .selector = "", .lane = &other.lane(), .revoked = {}};
  CHECK(house.room.acquire(user.seat, wanted).error().code == Errc::argument);
  const auto lease = user.lease("x.a/1");
  CHECK(house.room.release(other.seat, lease) == Errc::not_found);
  user.lease("x.a/1");
  const auto third = user.acquire("x.a/1");
  REQUIRE(third.has_error());
  CHECK(third.error().code == Errc::limit);
  CHECK_THAT(third.error().message, Catch::Contains("user holds 2 leases"));
  Seat stranger;
  wanted.lane = &user.lane();
  CHECK(house.room.acquire(stranger, wanted).error().code == Errc::state);
}

TEST_CASE("a module that leases from itself does not keep itself from stopping") {
  House house;
  Guest provider(house, "provider");
  provider.provides("x.a/1");
  provider.lease("x.a/1");
  CHECK(house.room.leases_out(provider.seat) == 0);
  CHECK(house.room.lease_holders(provider.seat).empty());
}

TEST_CASE("the next generation is leased from the switch on, the older one's leases go on") {
  House house;
  Guest one(house, "provider", 1), user(house, "user");
  one.provides("x.a/1", one.turns_round());
  const auto old_lease = user.lease("x.a/1");
  Guest two(house, "provider", 2);
  two.provides("x.a/1", two.turns_round());
  CHECK(user.acquire("x.a/1")->offer->owner().generation == 1);
  house.room.activate(two.seat);
  CHECK(user.acquire("x.a/1")->offer->owner().generation == 2);
  user.ask(old_lease, "ab");
  one.run();
  user.run();
  CHECK(user.answers == list({"0 ba"}));
  CHECK(one.served == 1);
}
