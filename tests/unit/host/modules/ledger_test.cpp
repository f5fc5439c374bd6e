#include "modules/ledger.hpp"

#include <catch2/catch.hpp>
#include <vector>

using sluice::modules::Ledger;

namespace {

struct Thing {
  std::vector<int>* freed = nullptr;
  int number = 0;
  Ledger* ledger = nullptr;  // takes `other` out while it is taken back itself
  Thing* other = nullptr;

  static void free(void* context) {
    auto& thing = *static_cast<Thing*>(context);
    thing.freed->push_back(thing.number);
    if (thing.ledger != nullptr) thing.ledger->remove(thing.other);
  }
};

}  // namespace

TEST_CASE("what is held is counted by kind, what was given back is not") {
  Ledger ledger;
  std::vector<int> freed;
  Thing a{&freed, 1}, b{&freed, 2}, c{&freed, 3};
  ledger.add(Ledger::Kind::timer, &a, &Thing::free);
  ledger.add(Ledger::Kind::timer, &b, &Thing::free);
  ledger.add(Ledger::Kind::listener, &c, &Thing::free);
  CHECK(ledger.counts()[static_cast<std::size_t>(Ledger::Kind::timer)] == 2);
  ledger.remove(&a);
  ledger.remove(&a);
  CHECK(ledger.counts()[static_cast<std::size_t>(Ledger::Kind::timer)] == 1);
  CHECK_FALSE(ledger.empty());
  CHECK(freed.empty());
}

TEST_CASE("everything left is taken back, newest first, and reported") {
  Ledger ledger;
  std::vector<int> freed;
  Thing a{&freed, 1}, b{&freed, 2}, c{&freed, 3};
  ledger.add(Ledger::Kind::listener, &a, &Thing::free);
  ledger.add(Ledger::Kind::connection, &b, &Thing::free);
  ledger.add(Ledger::Kind::connection, &c, &Thing::free);
  const auto found = ledger.reclaim_all();
  CHECK(freed == std::vector<int>{3, 2, 1});
  CHECK(found[static_cast<std::size_t>(Ledger::Kind::connection)] == 2);
  CHECK(found[static_cast<std::size_t>(Ledger::Kind::listener)] == 1);
  CHECK(ledger.empty());
  CHECK(ledger.reclaim_all()[0] == 0);
}

TEST_CASE("taking one back may take others out") {
  Ledger ledger;
  std::vector<int> freed;
  Thing old{&freed, 1}, newer{&freed, 2, &ledger, &old};
  ledger.add(Ledger::Kind::operation, &old, &Thing::free);
  ledger.add(Ledger::Kind::publication, &newer, &Thing::free);
  ledger.reclaim_all();
  CHECK(freed == std::vector<int>{2});
}

TEST_CASE("who follows hears of what leaves, given back or taken back, before it is freed") {
  Ledger ledger;
  std::vector<int> freed;
  struct Seen {
    std::vector<void*> gone;
    std::vector<int>* freed;
  } seen{{}, &freed};
  ledger.follow(
      [](void* ctx, void* thing) {
        auto& all = *static_cast<Seen*>(ctx);
        CHECK(all.freed->empty());
        all.gone.push_back(thing);
      },
      &seen);
  Thing a{&freed, 1}, b{&freed, 2};
  ledger.add(Ledger::Kind::timer, &a, &Thing::free);
  ledger.add(Ledger::Kind::timer, &b, &Thing::free);
  CHECK(ledger.holds(&a));
  ledger.remove(&a);
  CHECK_FALSE(ledger.holds(&a));
  ledger.reclaim_all();
  CHECK(seen.gone == std::vector<void*>{&a, &b});
  CHECK(freed == std::vector<int>{2});
}
