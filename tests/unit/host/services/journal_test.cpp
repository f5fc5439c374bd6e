#include "services/journal.hpp"

#include <catch2/catch.hpp>

using namespace sluice::services;

namespace {

constexpr const char* iface = "x.http/1";

std::shared_ptr<Party> party(const std::string& id, std::uint32_t generation = 1,
                             Standing standing = Standing::current) {
  auto made = std::make_shared<Party>();
  made->id = id;
  made->generation = generation;
  made->standing = standing;
  return made;
}

struct Desk {
  Journal journal;
  Journal::Told told;
  Number last = 0;

  Granted<void> put(const std::shared_ptr<Party>& owner, const std::string& name,
                    const std::string& of = iface) {
    auto record = std::make_shared<Record>();
    record->number = ++last;
    record->iface = of;
    record->kind = "route";
    record->name = name;
    record->door = std::make_shared<Door>();
    record->door->owner = owner;
    return journal.add(record);
  }
  Number add(const std::shared_ptr<Party>& owner, const std::string& name) {
    REQUIRE(put(owner, name).has_value());
    return last;
  }
  // "+1 -2 =3(1)"
  std::string news() {
    std::string text;
    for (const auto& change : journal.catch_up(iface, told)) {
      const char* sign = change.kind == ChangeKind::added     ? "+"
                         : change.kind == ChangeKind::removed ? "-"
                                                              : "=";
      text += (text.empty() ? "" : " ") + (sign + std::to_string(change.record->number));
      if (change.replaced != 0) text += "(" + std::to_string(change.replaced) + ")";
    }
    return text;
  }
};

}  // namespace

TEST_CASE("a watcher is told what is there, then what changed, and nothing twice") {
  Desk desk;
  const auto a = party("a");
  CHECK(desk.news().empty());
  desk.add(a, "/b");
  desk.add(a, "/a");
  CHECK(desk.news() == "+2 +1");
  CHECK(desk.news().empty());
  desk.journal.remove(1);
  desk.add(a, "/c");
  CHECK(desk.news() == "-1 +3");
}

TEST_CASE("what came and went between two looks is left out; what changed hands is one change") {
  Desk desk;
  const auto a = party("a"), b = party("b");
  const auto first = desk.add(a, "/a");
  desk.news();
  desk.journal.remove(desk.add(b, "/b"));
  CHECK(desk.news().empty());
  desk.journal.remove(first);
  const auto second = desk.add(b, "/a");
  CHECK(desk.news() == "=" + std::to_string(second) + "(1)");
  desk.journal.remove(second);
  CHECK(desk.news() == "-" + std::to_string(second));
  CHECK(desk.journal.all().empty());
}

TEST_CASE("the revision tells whether there is news, also after everything has gone") {
  Desk desk;
  const auto a = party("a");
  std::vector<std::uint64_t> seen = {desk.journal.revision(iface)};
  CHECK(seen[0] == 0);
  const auto first = desk.add(a, "/a");
  seen.push_back(desk.journal.revision(iface));
  desk.journal.remove(first);
  CHECK(desk.journal.revision(iface) == 0);
  desk.add(a, "/a");
  seen.push_back(desk.journal.revision(iface));
  CHECK(seen[1] != seen[2]);
  REQUIRE(desk.put(a, "/a", "x.other/1").has_value());
  CHECK(desk.journal.revision(iface) == seen[2]);
}

TEST_CASE("a taken place is refused and both owners are named") {
  Desk desk;
  const auto a = party("a", 3), b = party("b", 2);
  desk.add(a, "/a");
  const auto refused = desk.put(b, "/a");
  REQUIRE(refused.has_error());
  CHECK(refused.error().code == Errc::busy);
  CHECK(
      refused.error().message ==
      "route \"/a\" of x.http/1 is taken: a (generation 3) has registered it, b (generation 2) wants it too");
  CHECK_THAT(refused.error().hint, Catch::Contains("disable a or b"));
  CHECK_THAT(desk.put(a, "/a").error().message,
             Catch::Contains("has registered route \"/a\" of x.http/1 already"));
  CHECK(desk.put(b, "/a", "x.other/1").has_value());
  CHECK(desk.news() == "+1");
}

TEST_CASE("the next generation's records are held, then take over in one step") {
  Desk desk;
  const auto one = party("a"), two = party("a", 2, Standing::waiting), other = party("b");
  desk.add(one, "/kept");     // 1
  desk.add(one, "/dropped");  // 2
  desk.add(other, "/b");      // 3
  desk.news();
  const auto kept = desk.add(two, "/kept");  // 4
  desk.add(two, "/fresh");                   // 5
  CHECK(desk.news().empty());
  CHECK(desk.journal.waiting(*desk.journal.find(kept)));
  CHECK(desk.put(two, "/kept").has_error());
  CHECK(desk.put(other, "/fresh").has_error());  // held is taken, too

  one->standing = Standing::replaced;
  two->standing = Standing::current;
  CHECK(desk.journal.promote(*two) == std::vector<std::string>{iface});
  CHECK(desk.news() == "-2 +5 =4(1)");
  CHECK(desk.journal.active(*desk.journal.find(kept)));
  // What was replaced is still found by its number, and its owner's end changes nothing for watchers.
  REQUIRE(desk.journal.find(1) != nullptr);
  CHECK_FALSE(desk.journal.active(*desk.journal.find(1)));
  desk.journal.remove(1);
  desk.journal.remove(2);
  CHECK(desk.news().empty());
  CHECK(desk.journal.find(1) == nullptr);
}

TEST_CASE("the next generation fails before the switch: nothing has happened") {
  Desk desk;
  const auto one = party("a"), two = party("a", 2, Standing::waiting);
  desk.add(one, "/a");
  desk.news();
  desk.journal.remove(desk.add(two, "/a"));
  desk.journal.remove(desk.add(two, "/b"));
  CHECK(desk.news().empty());
  CHECK(desk.journal.active(*desk.journal.find(1)));
}

TEST_CASE("the switch takes everything of the older one away, and its late withdrawals find nothing") {
  Desk desk;
  const auto one = party("a"), two = party("a", 2, Standing::waiting);
  desk.add(one, "/a");
  desk.news();
  CHECK(desk.journal.promote(*two) == std::vector<std::string>{iface});
  CHECK(desk.news() == "-1");
  CHECK(desk.journal.revision(iface) == 0);
  desk.journal.remove(1);
  CHECK(desk.journal.all().empty());
}
