#include "auth/auth_chain.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "observe/log.hpp"

using namespace sluice;
using namespace sluice::auth;
using engine::Action;
using engine::AuthDecision;
using engine::AuthQuestion;

namespace {

AuthQuestion question(Action action, std::string address) {
  AuthQuestion question;
  question.action = action;
  question.key = "live/cam";
  question.address = std::move(address);
  return question;
}

class FixedProvider final : public Provider {
 public:
  FixedProvider(std::string id, std::optional<Verdict> verdict) : id_(std::move(id)), verdict_(verdict) {}
  const std::string& module() const override { return id_; }
  void ask(const AuthQuestion&, Answer answer) override {
    ++asked;
    answers.push_back(std::move(answer));
    if (verdict_) answers.back()(*verdict_, id_ + " says so");
  }
  int asked = 0;
  std::vector<Answer> answers;

 private:
  const std::string id_;
  const std::optional<Verdict> verdict_;  // none: answers later, by the test's hand
};

struct Room {
  engine::ManualClock clock;
  observe::Log log{{.level = observe::Level::error, .json = false, .file = "/dev/null"}};
  AuthChain chain{AuthPolicy{}, clock, log};
  std::vector<AuthDecision> decisions;

  void ask(Action action = Action::play) {
    chain.authorise(question(action, "192.0.2.7:5000"),
                    [this](AuthDecision decision) { decisions.push_back(decision); });
  }
  std::shared_ptr<FixedProvider> add(std::string id, std::optional<Verdict> verdict) {
    auto provider = std::make_shared<FixedProvider>(std::move(id), verdict);
    chain.add(provider);
    return provider;
  }
};

}  // namespace

TEST_CASE("without a provider: play is open, publishing is for this machine") {
  struct Case {
    Action action;
    const char* address;
    bool allowed;
  };
  const Case cases[] = {
      {Action::play, "192.0.2.7:5000", true},
      {Action::play, "[2001:db8::1]:5000", true},
      {Action::publish, "127.0.0.1:5000", true},
      {Action::publish, "127.8.9.1:5000", true},
      {Action::publish, "[::1]:5000", true},
      {Action::publish, "[::ffff:127.0.0.1]:5000", true},
      {Action::publish, "192.0.2.7:5000", false},
      {Action::publish, "[2001:db8::1]:5000", false},
      {Action::publish, "", false},
      {Action::publish, "127.0.0.1.example.com:1", false},
      {Action::publish, "[::ffff:192.0.2.7]:1", false},
      {Action::publish, "localhost:1", false},
  };
  for (const auto& one : cases) {
    CAPTURE(one.address);
    CHECK(decide_without_provider({}, question(one.action, one.address)).allowed == one.allowed);
  }
  const auto refused = decide_without_provider({}, question(Action::publish, "192.0.2.7:5000"));
  CHECK(refused.reason.find("\"auth\": {\"publish_from\": \"anywhere\"}") != std::string::npos);
  const AuthPolicy open{.publish_from = AuthPolicy::PublishFrom::anywhere};
  CHECK(decide_without_provider(open, question(Action::publish, "192.0.2.7:5000")).allowed);
}

TEST_CASE("a credential that nobody can check is refused, whoever shows it") {
  const AuthPolicy open{.publish_from = AuthPolicy::PublishFrom::anywhere};
  for (const auto action : {Action::publish, Action::play}) {
    for (auto field : {&AuthQuestion::user, &AuthQuestion::password, &AuthQuestion::token}) {
      auto with = question(action, "127.0.0.1:1");
      with.*field = "x";
      CHECK_FALSE(decide_without_provider(open, with).allowed);
    }
    auto other_query = question(action, "127.0.0.1:1");
    other_query.query = "vhost=a";
    CHECK(decide_without_provider(open, other_query).allowed);
  }
}

TEST_CASE("providers are asked in order until one decides; if nobody allows, it is denied") {
  Room room;
  auto first = room.add("first", Verdict::abstain);
  SECTION("all abstain") {
    room.ask();
    REQUIRE(room.decisions.size() == 1);
    CHECK_FALSE(room.decisions[0].allowed);
  }
  SECTION("the second allows, the third is not asked") {
    auto second = room.add("second", Verdict::allow);
    auto third = room.add("third", Verdict::deny);
    room.ask();
    CHECK(room.decisions.at(0).allowed);
    CHECK(first->asked == 1);
    CHECK(third->asked == 0);
  }
  SECTION("a denial ends the chain") {
    room.add("second", Verdict::deny);
    auto third = room.add("third", Verdict::allow);
    room.ask();
    CHECK_FALSE(room.decisions.at(0).allowed);
    CHECK(room.decisions.at(0).reason == "second says so");
    CHECK(third->asked == 0);
  }
}

TEST_CASE("no answer in time is a denial, and a late or second answer changes nothing") {
  Room room;
  auto slow = room.add("slow", std::nullopt);
  room.ask();
  room.clock.advance(std::chrono::milliseconds(4999));
  room.chain.expire();
  CHECK(room.decisions.empty());
  room.clock.advance(std::chrono::milliseconds(1));
  room.chain.expire();
  REQUIRE(room.decisions.size() == 1);
  CHECK_FALSE(room.decisions[0].allowed);
  slow->answers[0](Verdict::allow, "late");
  CHECK(room.decisions.size() == 1);

  room.ask();
  slow->answers[1](Verdict::allow, "once");
  slow->answers[1](Verdict::deny, "twice");
  REQUIRE(room.decisions.size() == 2);
  CHECK(room.decisions[1].allowed);
  CHECK(room.chain.waiting() == 0);
}

TEST_CASE("an abstention repeated does not skip the next provider") {
  Room room;
  auto slow = room.add("slow", std::nullopt);
  auto later = room.add("later", std::nullopt);
  room.ask();
  slow->answers[0](Verdict::abstain, "");
  slow->answers[0](Verdict::abstain, "");
  CHECK(room.decisions.empty());
  later->answers.at(0)(Verdict::allow, "");
  CHECK(room.decisions.at(0).allowed);
}

TEST_CASE("a provider that goes away leaves the door shut, as does one that never came") {
  Room room;
  SECTION("gone") {
    auto only = room.add("only", Verdict::allow);
    room.chain.remove(only.get());
    CHECK(room.chain.providers().empty());
  }
  SECTION("expected") { room.chain.expect_provider(); }
  room.ask();
  CHECK_FALSE(room.decisions.at(0).allowed);
}

TEST_CASE("questions that wait are bounded") {
  Room room;
  auto slow = room.add("slow", std::nullopt);
  for (std::size_t i = 0; i < AuthChain::max_waiting; ++i) room.ask();
  CHECK(room.decisions.empty());
  room.ask();
  REQUIRE(room.decisions.size() == 1);
  CHECK_FALSE(room.decisions[0].allowed);
  slow->answers[0](Verdict::allow, "");
  room.ask();
  CHECK(room.decisions.size() == 2);
}
