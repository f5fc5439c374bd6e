// Modules without code: seats with lanes driven by hand, and what they were told.
#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "abi/seat.hpp"
#include "engine/clock.hpp"
#include "engine/engine.hpp"
#include "engine/lane.hpp"
#include "services/services.hpp"

namespace sluice::services::rig {

struct NoEvents final : engine::EventSink {
  void emit(std::string_view, std::string_view, std::string_view, std::string) override {}
};
struct NoAuth final : engine::Authoriser {
  void authorise(engine::AuthQuestion, std::function<void(engine::AuthDecision)> answer) override {
    answer({true, ""});
  }
};

inline Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }
inline std::string text(BytesView from) { return {from.begin(), from.end()}; }

// The host around the room.
struct House {
  explicit House(Limits limits = {})
      : engine(small(), clock, events, auth),
        room([this](const std::string& module,
                    const std::string& message) { complaints.push_back(module + ": " + message); },
             {{"sluice.engine/1", 0}}, limits) {}

  static engine::Options small() {
    engine::Options options;
    options.memory_budget = 16u << 20;
    return options;
  }

  engine::ManualClock clock;
  NoEvents events;
  NoAuth auth;
  engine::Engine engine;
  std::vector<std::string> complaints;
  Services room;
};

// A module generation. Its lanes run when the test says so.
struct Guest {
  Guest(House& house, std::string id, std::uint32_t generation = 1,
        std::vector<modules::Requirement> needs = {})
      : house(house) {
    seat.id = std::move(id);
    seat.generation = generation;
    seat.host.engine = &house.engine;
    seat.host.services = &house.room;
    house.room.join(seat, std::move(needs));
    for (unsigned i = 0; i < 2; ++i) seat.lanes.push_back(house.engine.lane_open(seat, i));
  }
  ~Guest() {
    if (!gone) end();
  }
  Guest(const Guest&) = delete;

  // As the host ends a module: lanes, ledger, room, slots. Returns what it had not given back.
  std::array<std::size_t, modules::Ledger::kind_count> end() {
    gone = true;
    for (auto* lane : seat.lanes) house.engine.lane_end(lane);
    for (auto* lane : seat.lanes) run(*lane);
    const auto leaked = seat.ledger.reclaim_all();
    house.room.leave(seat);
    for (auto* lane : seat.lanes) house.engine.lane_close(lane);
    seat.lanes.clear();
    return leaked;
  }

  static void run(engine::Lane& lane) {
    while (lane.drain() == engine::Errc::busy) {
    }
  }
  void run() {
    for (auto* lane : seat.lanes) run(*lane);
  }
  engine::Lane& lane(std::size_t index = 0) { return *seat.lanes[index]; }

  void provides(std::string iface, Serve serve = {}, std::uint32_t minor = 0, int priority = 0) {
    modules::Provision provision;
    provision.iface = std::move(iface);
    provision.minor = minor;
    provision.name = seat.id + "-name";
    provision.priority = priority;
    provision.attributes = {{"codecs", {"a", "b"}}};
    house.room.provider_up(seat, provision, std::move(serve));
  }
  // Answers at once: the question turned round.
  Serve turns_round() {
    return [this](const Question& question) {
      ++served;
      std::string answer = text(question.bytes);
      std::reverse(answer.begin(), answer.end());
      house.room.answer(seat, question.ticket, SLUICE_STATUS_OK, bytes(answer));
      return SLUICE_STATUS_OK;
    };
  }
  // Keeps the ticket.
  Serve takes_its_time() {
    return [this](const Question& question) {
      ++served;
      tickets.push_back(question.ticket);
      return SLUICE_STATUS_OK;
    };
  }

  Granted<Services::Leased> acquire(const std::string& iface, std::uint32_t minor_min = 0,
                                    const std::string& selector = "") {
    return house.room.acquire(seat, {.iface = iface,
                                     .minor_min = minor_min,
                                     .selector = selector,
                                     .lane = &lane(),
                                     .revoked = [this](Number lease, std::string_view reason) {
                                       revoked.push_back(std::to_string(lease) + " " + std::string(reason));
                                     }});
  }
  Number lease(const std::string& iface) {
    const auto leased = acquire(iface);
    REQUIRE(leased.has_value());
    return leased->lease;
  }

  CallRequest question(std::string_view asked, std::size_t on_lane = 0) {
    return {.method = 7,
            .bytes = bytes(asked),
            .lane = &lane(on_lane),
            .done = [this](sluice_status status, BytesView answer) {
              answers.push_back(std::to_string(status) + " " + text(answer));
            }};
  }
  Number ask(Number lease, std::string_view asked) {
    const auto call = house.room.request(seat, lease, question(asked));
    REQUIRE(call.has_value());
    return *call;
  }

  RecordRequest record(const std::string& iface, const std::string& name, Serve serve = {}) {
    return {.iface = iface,
            .kind = "route",
            .name = name,
            .details = R"({"by": ")" + seat.id + "\"}",
            .lane = &lane(),
            .serve = std::move(serve)};
  }
  Number add(const std::string& iface, const std::string& name, Serve serve = {}) {
    const auto added = house.room.record_add(seat, record(iface, name, std::move(serve)));
    REQUIRE(added.has_value());
    return *added;
  }
  // Notes "+name of owner", "-name of owner", "=name of owner".
  Number watch(const std::string& iface) {
    const auto watch = house.room.watch_start(seat, lane(), iface, [this](const RecordChange& change) {
      const char* sign = change.kind == ChangeKind::added     ? "+"
                         : change.kind == ChangeKind::removed ? "-"
                                                              : "=";
      heard.push_back(sign + change.record->name + " of " + change.record->owner().text());
      known = change.record->number;
      if (on_change) on_change();
    });
    REQUIRE(watch.has_value());
    return *watch;
  }
  std::vector<std::string> take_heard() {
    run();
    return std::exchange(heard, {});
  }

  House& house;
  Seat seat;
  bool gone = false;
  int served = 0;
  std::vector<Number> tickets;
  std::vector<std::string> revoked;
  std::vector<std::string> answers;
  std::vector<std::string> heard;
  Number known = 0;  // the registration of the last change
  std::function<void()> on_change;
};

inline std::size_t held(const Guest& guest, modules::Ledger::Kind kind) {
  return guest.seat.ledger.counts()[static_cast<std::size_t>(kind)];
}

inline std::vector<std::string> list(std::initializer_list<const char*> items) {
  return {items.begin(), items.end()};
}

}  // namespace sluice::services::rig
