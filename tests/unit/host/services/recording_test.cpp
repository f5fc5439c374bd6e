#include "services_rig.hpp"

using namespace sluice;
using namespace sluice::services;
using namespace sluice::services::rig;
using Kind = modules::Ledger::Kind;

namespace {

constexpr const char* http = "x.http/1";

std::string state(House& house, Number registration) {
  const auto graph = house.room.graph();
  for (const auto& record : graph["records"]) {
    if (record["registration"] == registration) return record["state"];
  }
  return "none";
}

}  // namespace

TEST_CASE("records wait for a provider, are replayed to it, and follow in order") {
  House house;
  Guest pages(house, "pages"), server(house, "server");
  const auto first = pages.add(http, "/a");
  pages.add("x.other/1", "/elsewhere");
  CHECK(state(house, first) == "pending: no provider of x.http/1");
  server.watch(http);
  CHECK(state(house, first) == "active");
  CHECK_FALSE(house.room.caught_up(server.seat));
  CHECK(server.take_heard() == list({"+/a of pages (generation 1)"}));
  CHECK(house.room.caught_up(server.seat));
  const auto second = pages.add(http, "/b");
  CHECK_FALSE(house.room.caught_up(server.seat));
  CHECK(house.room.record_withdraw(pages.seat, first) == Errc::ok);
  CHECK(house.room.record_withdraw(pages.seat, first) == Errc::not_found);
  CHECK(server.take_heard() == list({"-/a of pages (generation 1)", "+/b of pages (generation 1)"}));
  CHECK(server.known == second);
  CHECK(held(pages, Kind::registration) == 2);
}

TEST_CASE("a second provider is told everything, too; one that is to stop hears nothing more") {
  House house;
  Guest pages(house, "pages"), one(house, "one"), two(house, "two");
  pages.add(http, "/a");
  one.watch(http);
  CHECK(one.take_heard().size() == 1);
  const auto watch = two.watch(http);
  CHECK(two.take_heard() == list({"+/a of pages (generation 1)"}));
  house.room.provider_down(one.seat, "it stops");
  pages.add(http, "/b");
  CHECK(one.take_heard().empty());
  CHECK(house.room.caught_up(one.seat));
  CHECK(two.take_heard() == list({"+/b of pages (generation 1)"}));
  CHECK(house.room.watch_stop(two.seat, watch) == Errc::ok);
  CHECK(house.room.watch_stop(two.seat, watch) == Errc::not_found);
  const auto third = pages.add(http, "/c");
  CHECK(two.take_heard().empty());
  CHECK(state(house, third) == "pending: no provider of x.http/1");
}

TEST_CASE("an owner that ends: its records are gone for watchers, and its ledger names them") {
  House house;
  Guest pages(house, "pages"), server(house, "server");
  pages.add(http, "/a");
  pages.add(http, "/b");
  server.watch(http);
  server.run();
  server.heard.clear();
  const auto leaked = pages.end();
  CHECK(leaked[static_cast<std::size_t>(Kind::registration)] == 2);
  CHECK(server.take_heard() == list({"-/a of pages (generation 1)", "-/b of pages (generation 1)"}));
  CHECK(house.room.graph()["records"].empty());
}

TEST_CASE("a watcher that ends with its word on the way") {
  House house;
  Guest pages(house, "pages");
  {
    Guest server(house, "server");
    server.watch(http);
    pages.add(http, "/a");
    const auto leaked = server.end();
    CHECK(leaked[static_cast<std::size_t>(Kind::watch)] == 1);
  }
  pages.add(http, "/b");
  CHECK(house.room.graph()["watches"].empty());
}

TEST_CASE("a provider calls a record's handler on the record's lane, through the host") {
  House house;
  Guest pages(house, "pages"), server(house, "server");
  pages.add(http, "/a", pages.turns_round());
  server.watch(http);
  server.run();
  REQUIRE(house.room.invoke(server.seat, server.known, server.question("ab")).has_value());
  pages.run();
  server.run();
  CHECK(server.answers == list({"0 ba"}));
  const auto silent = pages.add(http, "/silent");
  CHECK(house.room.invoke(server.seat, silent, server.question("x")).error().code == Errc::not_supported);
}

TEST_CASE("after withdrawal the handler is not called, whoever was on the way there") {
  House house;
  Guest pages(house, "pages"), server(house, "server");
  const auto registration = pages.add(http, "/a", pages.turns_round());
  REQUIRE(house.room.invoke(server.seat, registration, server.question("ab")).has_value());
  CHECK(house.room.record_withdraw(pages.seat, registration) == Errc::ok);
  pages.run();
  server.run();
  CHECK(pages.served == 0);
  CHECK(server.answers == list({"-17 route \"/a\" of x.http/1 was withdrawn"}));
  const auto late = house.room.invoke(server.seat, registration, server.question("ab"));
  REQUIRE(late.has_error());
  CHECK(late.error().code == Errc::gone);
}

TEST_CASE("what was asked before the withdrawal may still be answered") {
  House house;
  Guest pages(house, "pages"), server(house, "server");
  const auto registration = pages.add(http, "/a", pages.takes_its_time());
  REQUIRE(house.room.invoke(server.seat, registration, server.question("ab")).has_value());
  pages.run();
  CHECK(house.room.record_withdraw(pages.seat, registration) == Errc::ok);
  CHECK(house.room.answer(pages.seat, pages.tickets.at(0), SLUICE_STATUS_OK, bytes("done")) == Errc::ok);
  server.run();
  CHECK(server.answers == list({"0 done"}));
}

TEST_CASE("a place belongs to one module, and both are named to the second") {
  House house;
  Guest pages(house, "pages"), thief(house, "thief");
  const auto registration = pages.add(http, "/a");
  const auto refused = house.room.record_add(thief.seat, thief.record(http, "/a"));
  REQUIRE(refused.has_error());
  CHECK(refused.error().code == Errc::busy);
  CHECK_THAT(refused.error().message, Catch::Contains("pages (generation 1) has registered it, thief"));
  CHECK(held(thief, Kind::registration) == 0);
  CHECK(house.room.record_withdraw(thief.seat, registration) == Errc::not_found);
  CHECK(house.room.record_withdraw(pages.seat, registration) == Errc::ok);
  thief.add(http, "/a");
}

TEST_CASE("a new generation's records take over at the switch, in one step for watchers") {
  House house;
  Guest one(house, "pages", 1), server(house, "server");
  const auto former = one.add(http, "/a", one.turns_round());
  one.add(http, "/dropped");
  server.watch(http);
  server.run();
  server.heard.clear();
  {
    Guest two(house, "pages", 2);
    const auto held_back = two.add(http, "/a", two.turns_round());
    two.add(http, "/fresh");
    CHECK(state(house, held_back) == "held: until pages (generation 2) takes over");
    CHECK(server.take_heard().empty());
    house.room.activate(two.seat);
    house.room.activate(two.seat);
    CHECK(server.take_heard() == list({"=/a of pages (generation 2)", "-/dropped of pages (generation 1)",
                                       "+/fresh of pages (generation 2)"}));
    CHECK(state(house, held_back) == "active");
    CHECK(state(house, former) == "replaced");
    const auto late = house.room.record_add(one.seat, one.record(http, "/late"));
    REQUIRE(late.has_error());
    CHECK(late.error().code == Errc::state);
    two.add(http, "/after");
    CHECK(server.take_heard() == list({"+/after of pages (generation 2)"}));
    // Whoever still has the number of before finds the older generation, until that ends.
    REQUIRE(house.room.invoke(server.seat, former, server.question("ab")).has_value());
    one.run();
    server.run();
    CHECK(server.answers == list({"0 ba"}));
    one.end();
    CHECK(server.take_heard().empty());
    CHECK(house.room.invoke(server.seat, former, server.question("ab")).error().code == Errc::gone);
  }
  CHECK(server.take_heard().size() == 3);
}

TEST_CASE("a new generation that fails before the switch leaves no trace") {
  House house;
  Guest one(house, "pages", 1), server(house, "server");
  one.add(http, "/a", one.turns_round());
  server.watch(http);
  CHECK(server.take_heard().size() == 1);
  {
    Guest two(house, "pages", 2);
    two.add(http, "/a");
    two.add(http, "/b");
    two.provides("x.a/1");
  }
  CHECK(server.take_heard().empty());
  REQUIRE(house.room.invoke(server.seat, server.known, server.question("ab")).has_value());
  one.run();
  server.run();
  CHECK(server.answers == list({"0 ba"}));
}

TEST_CASE("a provider's new generation is told every record before the switch") {
  House house;
  Guest pages(house, "pages"), one(house, "server", 1);
  for (int i = 0; i < 200; ++i) pages.add(http, "/" + std::to_string(i));
  one.watch(http);
  one.run();
  Guest two(house, "server", 2);
  two.watch(http);
  CHECK_FALSE(house.room.caught_up(two.seat));
  CHECK(two.take_heard().size() == 200);
  CHECK(house.room.caught_up(two.seat));
}

TEST_CASE("a watch stopped from within its own call is not called again") {
  House house;
  Guest pages(house, "pages"), server(house, "server");
  pages.add(http, "/a");
  pages.add(http, "/b");
  const auto watch = server.watch(http);
  server.on_change = [&] { CHECK(house.room.watch_stop(server.seat, watch) == Errc::ok); };
  CHECK(server.take_heard() == list({"+/a of pages (generation 1)"}));
}

TEST_CASE("an exception in a watcher's call loses nothing of what follows") {
  House house;
  Guest pages(house, "pages"), server(house, "server");
  for (const char* name : {"/a", "/b", "/c"}) pages.add(http, name);
  server.watch(http);
  server.on_change = [&] {
    server.on_change = {};
    throw 7;
  };
  CHECK_THROWS(server.run());
  CHECK(server.take_heard() ==
        list({"+/a of pages (generation 1)", "+/b of pages (generation 1)", "+/c of pages (generation 1)"}));
}

TEST_CASE("records that are not as they should be are refused with thing, place and remedy") {
  House house(Limits{.records = 1, .watches = 1});
  Guest pages(house, "pages"), other(house, "other");
  const auto why = [&](auto change) {
    auto record = pages.record(http, "/a");
    change(record);
    const auto added = house.room.record_add(pages.seat, std::move(record));
    return added.has_error() ? added.error().message : "taken";
  };
  CHECK_THAT(why([](auto& r) { r.iface = "x.http"; }), Catch::Contains("\"x.http\" is no interface id"));
  CHECK_THAT(why([](auto& r) { r.kind = ""; }), Catch::StartsWith("kind: "));
  CHECK_THAT(why([](auto& r) { r.kind = "a b"; }), Catch::StartsWith("kind: \"a b\""));
  CHECK_THAT(why([](auto& r) { r.kind = std::string(65, 'a'); }), Catch::StartsWith("kind: "));
  CHECK_THAT(why([](auto& r) { r.name = ""; }), Catch::StartsWith("name: "));
  CHECK_THAT(why([](auto& r) { r.name = "a\nb"; }), Catch::StartsWith("name: "));
  CHECK_THAT(why([](auto& r) { r.name = "\xff"; }), Catch::StartsWith("name: "));
  CHECK_THAT(why([](auto& r) { r.name = std::string(1025, 'a'); }), Catch::StartsWith("name: "));
  CHECK_THAT(why([](auto& r) { r.details = "{\"a\": }"; }), Catch::StartsWith("details:1:7: "));
  CHECK_THAT(why([](auto& r) { r.details = "[]"; }), Catch::Contains("expected an object"));
  CHECK_THAT(why([](auto& r) { r.details = "{\"a\": \"" + std::string(64u << 10, 'x') + "\"}"; }),
             Catch::StartsWith("details"));
  CHECK_THAT(why([&](auto& r) { r.lane = &other.lane(); }), Catch::Contains("none of module pages"));
  CHECK(why([](auto& r) {
          r.details = "";
          r.name = "/\xc3\xa4";
        }) == "taken");
  CHECK(why([](auto&) {}) == "pages has 1 records already");
  pages.watch(http);
  CHECK(house.room.watch_start(pages.seat, pages.lane(), http, {}).error().code == Errc::limit);
  CHECK(house.room.watch_start(pages.seat, pages.lane(), "http", {}).error().code == Errc::argument);
}
