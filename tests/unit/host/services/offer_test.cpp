#include "services/offer.hpp"

#include <catch2/catch.hpp>

using namespace sluice::services;

namespace {

struct Wish {
  std::uint32_t minor = 0;
  int priority = 0;
  nlohmann::json attributes = nlohmann::json::object();
};

std::shared_ptr<Offer> offer(const std::string& module, const std::string& iface, const Wish& wish) {
  auto party = std::make_shared<Party>();
  party->id = module;
  auto door = std::make_shared<Door>();
  door->owner = party;
  sluice::modules::Provision provision;
  provision.iface = iface;
  provision.minor = wish.minor;
  provision.name = module + "-name";
  provision.priority = wish.priority;
  provision.attributes = wish.attributes;
  return std::make_shared<Offer>(provision, door);
}

std::string chosen(const Offers& offers, const std::string& selector = "", std::uint32_t minor_min = 0) {
  LeaseRequest wanted{
      .iface = "x.a/1", .minor_min = minor_min, .selector = selector, .lane = {}, .revoked = {}};
  const auto found = choose(offers, wanted);
  return found.has_value() ? (*found)->owner().id : found.error().message + " | " + found.error().hint;
}

}  // namespace

TEST_CASE("of several providers: priority, else who came up first") {
  const Offers equal = {offer("b", "x.a/1", {}), offer("a", "x.a/1", {}),
                        offer("c", "x.other/1", {.priority = 9})};
  CHECK(chosen(equal) == "b");
  const Offers ranked = {offer("a", "x.a/1", {.priority = -1}), offer("b", "x.a/1", {}),
                         offer("c", "x.a/1", {.priority = 2}), offer("d", "x.a/1", {.priority = 2})};
  CHECK(chosen(ranked) == "c");
}

TEST_CASE("a selector decides before the priority, the minor is asked of those it leaves") {
  const Offers offers = {offer("a", "x.a/1", {.minor = 1, .priority = 5, .attributes = {{"kind", "slow"}}}),
                         offer("b", "x.a/1", {.minor = 3, .attributes = {{"kind", "fast"}}})};
  CHECK(chosen(offers) == "a");
  CHECK(chosen(offers, R"({"kind": "fast"})") == "b");
  CHECK(chosen(offers, R"("b-name")") == "b");
  CHECK(chosen(offers, "", 2) == "b");
  CHECK(chosen(offers, R"({"kind": "slow"})", 2) ==
        "a (generation 1) serves x.a/1 up to minor 1, wanted is 2 | update a");
}

TEST_CASE("a refusal names thing, place and remedy") {
  CHECK_THAT(chosen({}),
             Catch::Contains("no module that runs provides x.a/1") && Catch::Contains("module.requires"));
  const Offers offers = {offer("a", "x.a/1", {}), offer("b", "x.a/1", {})};
  CHECK_THAT(chosen(offers, R"("c")"), Catch::Contains("a (generation 1), b (generation 1)") &&
                                           Catch::Contains(R"(none fits the selector "c")") &&
                                           Catch::Contains("module.provides"));
  CHECK_THAT(chosen(offers, "{"), Catch::StartsWith("selector:1:2: "));
  CHECK_THAT(chosen(offers, "[1]"), Catch::Contains("expected a string or an object, found a list"));
  CHECK_THAT(chosen(offers, "null"), Catch::Contains("expected a string or an object"));
  CHECK_THAT(chosen(offers, std::string(4000, '[')), Catch::StartsWith("selector:1:"));
}

TEST_CASE("who stops, waits or was replaced takes no leases") {
  const Offers offers = {offer("a", "x.a/1", {.priority = 1}), offer("b", "x.a/1", {})};
  offers[0]->stopping = true;
  CHECK(chosen(offers) == "b");
  offers[0]->stopping = false;
  offers[0]->door->open = false;
  CHECK(chosen(offers) == "b");
  offers[0]->door->open = true;
  for (const auto standing : {Standing::waiting, Standing::replaced}) {
    offers[0]->door->owner->standing = standing;
    CHECK(chosen(offers) == "b");
  }
  offers[1]->stopping = true;
  CHECK_THAT(chosen(offers), Catch::Contains("takes no leases now") && Catch::Contains("module.state"));
}
