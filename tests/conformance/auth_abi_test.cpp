// An auth module's answers through the boundary, misbehaviour included.
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "room.hpp"

using namespace sluice;
using namespace sluice::conformance;
using namespace std::chrono_literals;

namespace {

struct Asked {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<engine::AuthDecision> decisions;

  void ask(Room& room, const std::string& key) {
    engine::AuthQuestion question;
    question.key = key;
    question.address = "192.0.2.1:5";
    room.auth.authorise(question, [this](engine::AuthDecision decision) {
      std::lock_guard lock(mutex);
      decisions.push_back(std::move(decision));
      changed.notify_all();
    });
  }
  bool wait(std::size_t count, std::chrono::milliseconds patience = 10s) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, patience, [&] { return decisions.size() >= count; });
  }
};

}  // namespace

TEST_CASE("an auth module's verdicts decide; failures and silence deny") {
  Room room;
  REQUIRE(room.start({fixture_folder("auth-judge")}).serving == 1);
  CHECK(room.auth.providers() == std::vector<std::string>{"auth-judge"});
  Asked asked;
  const std::pair<const char*, bool> cases[] = {{"ok/a", true},     {"no/a", false},    {"fail/a", false},
                                                {"other/a", false}, {"twice/a", false}, {"ok/b", true}};
  std::size_t count = 0;
  for (const auto& [key, allowed] : cases) {
    CAPTURE(key);
    asked.ask(room, key);
    REQUIRE(asked.wait(++count));
    CHECK(asked.decisions.back().allowed == allowed);
  }
  CHECK_THAT(room.log_text(),
             Catch::Contains("auth-judge") && Catch::Contains("sluice.auth/1 answer came a second time"));
  asked.ask(room, "late/a");
  CHECK_FALSE(asked.wait(count + 1, 50ms));
  room.stop();
  REQUIRE(asked.wait(count + 1));  // what was still open is denied when the module goes
  CHECK_FALSE(asked.decisions.back().allowed);
  asked.ask(room, "ok/c");
  REQUIRE(asked.wait(count + 2));
  CHECK_FALSE(asked.decisions.back().allowed);  // and the door stays shut behind it
}

TEST_CASE("an auth module that is wanted but does not judge leaves nothing open") {
  Room room;
  const auto fault = GENERATE(as<std::string>(), "start-fails", "no-table");
  room.start({fixture_folder("auth-judge")},
             R"({"modules": {"auth-judge": {"config": {"fault": ")" + fault + R"("}}}})");
  CHECK(room.auth.providers().empty());
  Asked asked;
  asked.ask(room, "ok/a");
  REQUIRE(asked.wait(1));
  CHECK_FALSE(asked.decisions[0].allowed);
}

TEST_CASE("many questions at once are each answered once") {
  Room room;
  room.start({fixture_folder("auth-judge")});
  Asked asked;
  for (int i = 0; i < 2000; ++i) asked.ask(room, i % 2 == 0 ? "ok/a" : "no/a");
  REQUIRE(asked.wait(2000));
  CHECK(asked.decisions.size() == 2000);
  const auto allowed =
      std::count_if(asked.decisions.begin(), asked.decisions.end(), [](auto& one) { return one.allowed; });
  CHECK(allowed == 1000);
}
