#include "services_rig.hpp"

using namespace sluice;
using namespace sluice::services;
using namespace sluice::services::rig;
using Kind = modules::Ledger::Kind;

namespace {

struct Pair {
  explicit Pair(Limits limits = {}) : house(limits), provider(house, "provider"), user(house, "user") {}
  // A lease on a provider that serves like this.
  Number leased(Serve serve) {
    provider.provides("x.a/1", std::move(serve));
    return user.lease("x.a/1");
  }
  Errc answer(Number ticket, std::string_view text, sluice_status status = SLUICE_STATUS_OK) {
    return house.room.answer(provider.seat, ticket, status, bytes(text));
  }

  House house;
  Guest provider;
  Guest user;
};

}  // namespace

TEST_CASE("a call runs on the callee's lane and completes on the asker's, once") {
  Pair pair;
  std::string asked;
  const auto lease = pair.leased([&](const Question& question) {
    asked = std::string(question.asker) + " " + std::to_string(question.method) + " " + text(question.bytes);
    return pair.provider.turns_round()(question);
  });
  pair.user.ask(lease, "abc");
  CHECK(asked.empty());
  CHECK(held(pair.user, Kind::operation) == 1);
  CHECK(pair.house.room.calls_owed(pair.provider.seat) == 1);
  pair.user.run();
  CHECK(pair.user.answers.empty());
  pair.provider.run();
  CHECK(asked == "user 7 abc");
  CHECK(pair.user.answers.empty());
  CHECK(pair.house.room.calls_owed(pair.provider.seat) == 0);
  pair.user.run();
  pair.user.run();
  CHECK(pair.user.answers == list({"0 cba"}));
  CHECK(held(pair.user, Kind::operation) == 0);
}

TEST_CASE("an answer may come later, from anywhere, and only once") {
  Pair pair;
  const auto lease = pair.leased(pair.provider.takes_its_time());
  pair.user.ask(lease, "a");
  pair.user.ask(lease, "b");
  pair.provider.run();
  pair.user.run();
  CHECK(pair.user.answers.empty());
  REQUIRE(pair.provider.tickets.size() == 2);
  CHECK(pair.answer(pair.provider.tickets[1], "B") == Errc::ok);
  CHECK(pair.answer(pair.provider.tickets[1], "again") == Errc::gone);
  CHECK(pair.answer(pair.provider.tickets[0], "sorry", SLUICE_STATUS_DENIED) == Errc::ok);
  pair.user.run();
  CHECK(pair.answer(pair.provider.tickets[0], "again") == Errc::gone);
  CHECK(pair.user.answers == list({"0 B", "-5 sorry"}));
}

TEST_CASE("only the callee answers, and only what it was asked") {
  Pair pair;
  Guest other(pair.house, "other");
  const auto lease = pair.leased(pair.provider.takes_its_time());
  const auto call = pair.user.ask(lease, "a");
  CHECK(pair.answer(call, "guessed before it was asked") == Errc::gone);
  pair.provider.run();
  const auto ticket = pair.provider.tickets.at(0);
  CHECK(pair.house.room.answer(other.seat, ticket, SLUICE_STATUS_OK, {}) == Errc::gone);
  CHECK(pair.answer(ticket + 1000, "x") == Errc::gone);
  CHECK(pair.answer(ticket, "x") == Errc::ok);
}

TEST_CASE("a status that serve returns is the answer, unless it has answered") {
  Pair pair;
  const auto [returned, answered, expected] =
      GENERATE(std::tuple<sluice_status, bool, const char*>{SLUICE_STATUS_PROTOCOL, false, "-10 "},
               std::tuple<sluice_status, bool, const char*>{SLUICE_STATUS_PROTOCOL, true, "0 fine"},
               std::tuple<sluice_status, bool, const char*>{17, false, "-16 "});
  const auto lease = pair.leased([&, returned = returned, answered = answered](const Question& question) {
    if (answered) pair.answer(question.ticket, "fine");
    return returned;
  });
  pair.user.ask(lease, "a");
  pair.provider.run();
  pair.user.run();
  CHECK(pair.user.answers == list({expected}));
}

TEST_CASE("an exception in serve is an answer and a complaint that names module, interface and method") {
  Pair pair;
  const auto lease = pair.leased([](const Question&) -> sluice_status { throw 7; });
  pair.user.ask(lease, "a");
  pair.provider.run();
  pair.user.run();
  CHECK(pair.user.answers == list({"-16 provider threw an exception"}));
  CHECK(pair.house.complaints == list({"provider: an exception left its function for x.a/1, method 7"}));
}

TEST_CASE("cancel only asks: the completion comes, with what was decided first") {
  Pair pair;
  const auto lease = pair.leased(pair.provider.takes_its_time());
  auto& room = pair.house.room;
  const auto unseen = pair.user.ask(lease, "never begun");
  CHECK(room.cancel(pair.provider.seat, unseen) == Errc::gone);  // not its call
  CHECK(room.cancel(pair.user.seat, unseen) == Errc::ok);
  CHECK(room.cancel(pair.user.seat, unseen) == Errc::gone);
  pair.provider.run();
  CHECK(pair.provider.served == 0);
  const auto begun = pair.user.ask(lease, "begun");
  pair.provider.run();
  CHECK(room.cancel(pair.user.seat, begun) == Errc::ok);
  CHECK(pair.answer(pair.provider.tickets.at(0), "too late") == Errc::gone);
  const auto decided = pair.user.ask(lease, "decided");
  pair.provider.run();
  CHECK(pair.answer(pair.provider.tickets.at(1), "first") == Errc::ok);
  CHECK(room.cancel(pair.user.seat, decided) == Errc::gone);
  pair.user.run();
  CHECK(pair.user.answers == list({"-12 cancelled", "-12 cancelled", "0 first"}));
  CHECK(room.calls_owed(pair.provider.seat) == 0);
}

TEST_CASE("the callee ends: what it owes completes with GONE, and it is named") {
  Pair pair;
  const auto lease = pair.leased(pair.provider.takes_its_time());
  pair.user.ask(lease, "begun");
  pair.provider.run();
  pair.user.ask(lease, "not begun");
  pair.house.room.provider_down(pair.provider.seat, "it stops");
  pair.user.ask(lease, "still goes through");
  pair.provider.end();
  pair.user.run();
  // Its last round on the lane asked all three.
  CHECK(pair.user.answers == std::vector<std::string>(3, "-14 provider (generation 1) has ended"));
  REQUIRE(pair.house.complaints.size() == 1);
  CHECK_THAT(pair.house.complaints[0], Catch::StartsWith("provider: it left 3 of other modules' calls"));
  const auto late = pair.house.room.request(pair.user.seat, lease, pair.user.question("x"));
  REQUIRE(late.has_error());
  CHECK(late.error().code == Errc::gone);
  CHECK_THAT(late.error().message, Catch::Contains("provider (generation 1) has stopped"));
}

TEST_CASE("the asker ends: nobody is told, the callee's answer is refused, nothing stays") {
  Pair pair;
  const auto lease = pair.leased(pair.provider.takes_its_time());
  pair.user.ask(lease, "answered, not read");
  pair.user.ask(lease, "begun");
  pair.provider.run();
  CHECK(pair.answer(pair.provider.tickets.at(0), "x") == Errc::ok);
  pair.user.ask(lease, "not begun");
  for (auto* lane : pair.user.seat.lanes) pair.house.engine.lane_end(lane);
  const auto leaked = pair.user.seat.ledger.reclaim_all();
  CHECK(leaked[static_cast<std::size_t>(Kind::operation)] == 3);
  CHECK(pair.house.room.graph()["calls"] == 0);
  CHECK(pair.house.room.calls_owed(pair.provider.seat) == 0);
  CHECK(pair.answer(pair.provider.tickets.at(1), "x") == Errc::gone);
  pair.provider.run();
  CHECK(pair.provider.served == 2);
  pair.user.run();
  CHECK(pair.user.answers.empty());
}

TEST_CASE("a released lease ends no call") {
  Pair pair;
  const auto lease = pair.leased(pair.provider.turns_round());
  pair.user.ask(lease, "ab");
  CHECK(pair.house.room.release(pair.user.seat, lease) == Errc::ok);
  CHECK(pair.house.room.request(pair.user.seat, lease, pair.user.question("x")).error().code ==
        Errc::not_found);
  pair.provider.run();
  pair.user.run();
  CHECK(pair.user.answers == list({"0 ba"}));
}

TEST_CASE("an interface without a function for calls can be leased only") {
  Pair pair;
  const auto lease = pair.leased({});
  const auto call = pair.house.room.request(pair.user.seat, lease, pair.user.question("x"));
  REQUIRE(call.has_error());
  CHECK(call.error().code == Errc::not_supported);
  CHECK_THAT(call.error().message, Catch::Contains("provider (generation 1) serves no calls of x.a/1"));
}

TEST_CASE("new calls are refused when too many wait, are owed or open; what was taken is completed") {
  Limits limits;
  SECTION("waiting at the callee") { limits.queued_calls = 3; }
  SECTION("owed or open") { limits.open_calls = 3; }
  SECTION("bytes of questions") { limits.held_bytes = 9; }
  Pair pair(limits);
  const auto lease = pair.leased(pair.provider.turns_round());
  for (int i = 0; i < 3; ++i) pair.user.ask(lease, "abc");
  const auto refused = pair.house.room.request(pair.user.seat, lease, pair.user.question("abc"));
  REQUIRE(refused.has_error());
  CHECK(refused.error().code == Errc::busy);
  CHECK_THAT(refused.error().message, Catch::Contains("provider (generation 1)"));
  pair.provider.run();
  pair.user.run();
  CHECK(pair.user.answers.size() == 3);
  pair.user.ask(lease, "abc");
}

TEST_CASE("calls that were begun make room in the queue; unread ones count at the asker") {
  Pair pair(Limits{.queued_calls = 1, .open_calls = 2});
  const auto lease = pair.leased(pair.provider.turns_round());
  pair.user.ask(lease, "a");
  pair.provider.run();
  pair.user.ask(lease, "b");
  pair.provider.run();
  const auto refused = pair.house.room.request(pair.user.seat, lease, pair.user.question("c"));
  REQUIRE(refused.has_error());
  CHECK(refused.error().message == "user (generation 1) has 2 calls open");
  pair.user.run();
  pair.user.ask(lease, "c");
}

TEST_CASE("messages have a bound, and so have answers nobody reads") {
  Pair pair(Limits{.held_bytes = 20, .message_bytes = 16});
  const auto lease = pair.leased(pair.provider.takes_its_time());
  const auto large = pair.house.room.request(pair.user.seat, lease, pair.user.question("seventeen letters"));
  REQUIRE(large.has_error());
  CHECK(large.error().code == Errc::limit);
  CHECK(large.error().message == "the question has 17 bytes, expected at most 16");
  for (int i = 0; i < 3; ++i) pair.user.ask(lease, "a");
  pair.provider.run();
  const auto& tickets = pair.provider.tickets;
  CHECK(pair.answer(tickets.at(0), "sixteen letters.") == Errc::ok);
  CHECK(pair.answer(tickets.at(1), "five.") == Errc::ok);
  CHECK(pair.answer(tickets.at(2), "seventeen letters") == Errc::limit);
  pair.user.run();
  REQUIRE(pair.user.answers.size() == 3);
  CHECK(pair.user.answers[0] == "0 sixteen letters.");
  CHECK(pair.user.answers[1] == "-7 too many answers wait to be read");
  CHECK_THAT(pair.user.answers[2], Catch::StartsWith("-7 "));
}

TEST_CASE("completions arrive on the lane that was named") {
  Pair pair;
  const auto lease = pair.leased(pair.provider.turns_round());
  REQUIRE(pair.house.room.request(pair.user.seat, lease, pair.user.question("ab", 1)).has_value());
  pair.provider.run();
  Guest::run(pair.user.lane(0));
  CHECK(pair.user.answers.empty());
  Guest::run(pair.user.lane(1));
  CHECK(pair.user.answers == list({"0 ba"}));
  CHECK(pair.house.room.request(pair.user.seat, lease, pair.provider.question("ab")).error().code ==
        Errc::argument);
}

TEST_CASE("a call begun in a completion, and in serve") {
  Pair pair;
  const auto lease = pair.leased(pair.provider.turns_round());
  pair.user.provides("x.b/1", pair.user.turns_round());
  const auto back = pair.provider.lease("x.b/1");
  auto request = pair.user.question("ab");
  request.done = [&](sluice_status, BytesView) {
    pair.provider.ask(back, "cd");
    pair.user.ask(lease, "ef");
  };
  REQUIRE(pair.house.room.request(pair.user.seat, lease, std::move(request)).has_value());
  for (int round = 0; round < 4; ++round) {
    pair.provider.run();
    pair.user.run();
  }
  CHECK(pair.user.answers == list({"0 fe"}));
  CHECK(pair.provider.answers == list({"0 dc"}));
}

TEST_CASE("an answer's frames are held until it was read, and no longer") {
  Pair pair;
  const auto lease = pair.leased(pair.provider.takes_its_time());
  engine::Frame frame;
  frame.refs = 1;
  const sluice_frame* const both[] = {&frame.view, &frame.view};
  std::size_t seen = 0;
  auto request = pair.user.question("ab");
  request.answered = [&](sluice_status status, BytesView answer, FramesView frames) {
    CHECK(status == SLUICE_STATUS_OK);
    CHECK(text(answer) == "head");
    REQUIRE(frames.size() == 2);
    CHECK(frames[1] == &frame.view);
    CHECK(frame.refs == 3);
    ++seen;
  };
  REQUIRE(pair.house.room.request(pair.user.seat, lease, std::move(request)).has_value());
  pair.provider.run();
  CHECK(pair.house.room.answer(pair.provider.seat, pair.provider.tickets.at(0), SLUICE_STATUS_OK,
                               bytes("head"), both) == Errc::ok);
  CHECK(frame.refs == 3);
  pair.user.run();
  CHECK(seen == 1);
  CHECK(frame.refs == 1);
}

TEST_CASE("frames are for those who take them, in bounds, and come with success alone") {
  Limits limits;
  limits.message_frames = 2;
  limits.held_frames = 3;
  Pair pair(limits);
  const auto lease = pair.leased(pair.provider.takes_its_time());
  engine::Frame frame;
  frame.refs = 1;
  const std::vector<const sluice_frame*> three(3, &frame.view);
  std::vector<std::string> told;
  const auto ask = [&](bool takes_frames) {
    auto request = pair.user.question("q");
    if (takes_frames) {
      request.answered = [&](sluice_status status, BytesView, FramesView frames) {
        told.push_back(std::to_string(status) + " " + std::to_string(frames.size()));
      };
    }
    REQUIRE(pair.house.room.request(pair.user.seat, lease, std::move(request)).has_value());
    pair.provider.run();
    return pair.provider.tickets.back();
  };
  const auto answer = [&](Number ticket, std::size_t count, sluice_status status = SLUICE_STATUS_OK) {
    return pair.house.room.answer(pair.provider.seat, ticket, status, {}, FramesView(three).first(count));
  };
  CHECK(answer(ask(false), 1) == Errc::not_supported);
  pair.user.run();
  CHECK(pair.user.answers == list({"-6 the answer of provider has frames, and this call takes none"}));
  CHECK(answer(ask(true), 3) == Errc::limit);
  CHECK(answer(ask(true), 2, SLUICE_STATUS_DENIED) == Errc::ok);
  CHECK(answer(ask(true), 2) == Errc::ok);
  CHECK(answer(ask(true), 2) == Errc::ok);  // four unread
  CHECK(frame.refs == 3);
  pair.user.run();
  CHECK(told == list({"-7 0", "-5 0", "0 2", "-7 0"}));
  CHECK(frame.refs == 1);
}

TEST_CASE("frames of an answer nobody will read go home with whoever asked") {
  Pair pair;
  const auto lease = pair.leased(pair.provider.takes_its_time());
  engine::Frame frame;
  frame.refs = 1;
  const sluice_frame* const one[] = {&frame.view};
  auto request = pair.user.question("q");
  request.answered = [](sluice_status, BytesView, FramesView) { FAIL("nobody is told"); };
  REQUIRE(pair.house.room.request(pair.user.seat, lease, std::move(request)).has_value());
  pair.provider.run();
  REQUIRE(pair.house.room.answer(pair.provider.seat, pair.provider.tickets.at(0), SLUICE_STATUS_OK, {},
                                 one) == Errc::ok);
  pair.user.seat.ledger.reclaim_all();
  pair.user.run();
  CHECK(frame.refs == 1);
}
