// Many modules on their own threads, while providers come, are replaced and go: every call completes exactly
// once, watchers end up knowing what there is, and nothing is left. Run under ThreadSanitizer, too.
#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "services_rig.hpp"

using namespace sluice;
using namespace sluice::services;
using namespace sluice::services::rig;
using namespace std::chrono_literals;

namespace {

constexpr const char* iface = "x.a/1";

bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

// A module whose lanes run on threads. What is below is touched by them alone, unless atomic.
class Crew {
 public:
  Crew(House& house, const std::string& id, std::uint32_t generation = 1) : house(house) {
    seat.id = id;
    seat.generation = generation;
    house.room.join(seat, {});
    for (unsigned i = 0; i < 2; ++i) seat.lanes.push_back(house.engine.lane_open(seat, i));
  }
  virtual ~Crew() = default;
  Crew(const Crew&) = delete;

  void run() {
    for (auto* lane : seat.lanes) threads.emplace_back([lane] { lane->run(); });
  }
  void end() {
    for (auto* lane : seat.lanes) house.engine.lane_end(lane);
    for (auto& thread : threads) thread.join();
    seat.ledger.reclaim_all();
    house.room.leave(seat);
    for (auto* lane : seat.lanes) house.engine.lane_close(lane);
  }

  House& house;
  Seat seat;
  std::vector<std::thread> threads;
};

// Answers some calls at once, some from its other lane, refuses some, forgets some; watches.
class Provider : public Crew {
 public:
  Provider(House& house, std::uint32_t generation) : Crew(house, "provider", generation) {
    house.room.watch_start(seat, *seat.lanes[1], iface, [this](const RecordChange& change) {
      if (change.kind == ChangeKind::removed)
        names.erase(change.record->name);
      else
        names.insert(change.record->name);
      known = names.size();
      invoke(change.record->number);
    });
    run();
    modules::Provision provision;
    provision.iface = iface;
    house.room.provider_up(seat, provision, [this](const Question& question) { return serve(question); });
  }

  std::atomic<std::size_t> known{0};
  std::atomic<int> invoked{0}, completed{0};

 private:
  struct Later {
    Provider& provider;
    Number ticket;
    static void answer(void* context) {
      const std::unique_ptr<Later> later(static_cast<Later*>(context));
      later->provider.house.room.answer(later->provider.seat, later->ticket, SLUICE_STATUS_OK,
                                        bytes("later"));
    }
  };

  sluice_status serve(const Question& question) {
    switch (++turn % 4) {
      case 0:
        return SLUICE_STATUS_DENIED;
      case 1: {
        auto later = std::make_unique<Later>(Later{*this, question.ticket});
        if (seat.lanes[1]->post(&Later::answer, later.get()) == Errc::ok) static_cast<void>(later.release());
        return SLUICE_STATUS_OK;
      }
      case 2:
        if (turn % 64 == 2)
          return SLUICE_STATUS_OK;  // never answered: the asker cancels, or this module ends
        [[fallthrough]];
      default:
        house.room.answer(seat, question.ticket, SLUICE_STATUS_OK, question.bytes);
        return SLUICE_STATUS_OK;
    }
  }
  void invoke(Number registration) {
    const auto begun = house.room.invoke(
        seat, registration,
        {.method = 1, .bytes = bytes("x"), .lane = seat.lanes[1], .done = [this](sluice_status, BytesView) {
           ++completed;
         }});
    if (begun.has_value()) ++invoked;
  }

  unsigned turn = 0;
  std::set<std::string> names;
};

// Works on both its lanes: leases, asks, cancels, registers, withdraws, until it has done its rounds.
class User : public Crew {
 public:
  User(House& house, const std::string& id, int rounds) : Crew(house, id) {
    for (auto* lane : seat.lanes) works.push_back(std::make_unique<Work>(*this, *lane, rounds));
    run();
    for (auto& work : works) work->go_on();
  }
  bool finished() const {
    return std::all_of(works.begin(), works.end(), [](const auto& work) { return work->done.load(); });
  }

  std::atomic<int> asked{0}, answered{0}, told_twice{0};

 private:
  struct Work {
    Work(User& user, engine::Lane& lane, int rounds) : user(user), lane(lane), left(rounds) {}
    void go_on() {
      while (lane.post([](void* work) { static_cast<Work*>(work)->turn(); }, this) == Errc::busy) {
      }
    }

    void turn() {
      auto& room = user.house.room;
      if (--left <= 0) {
        // What is never answered must not keep this from ending.
        for (const auto call : open) room.cancel(user.seat, call);
        if (!open.empty()) return go_on();
        done = true;
        return;
      }
      if (lease == 0) take_lease();
      if (lease != 0) ask();
      if (lease != 0 && left % 7 == 0) room.release(user.seat, std::exchange(lease, 0));
      if (record == 0) {
        add_record();
      } else if (left % 5 == 0) {
        room.record_withdraw(user.seat, std::exchange(record, 0));
      }
      go_on();
    }

    void add_record() {
      const auto added = user.house.room.record_add(
          user.seat, {.iface = iface,
                      .kind = "route",
                      .name = user.seat.id + std::to_string(lane.index()),
                      .details = "",
                      .lane = &lane,
                      .serve = [](const Question&) { return SLUICE_STATUS_NOT_SUPPORTED; }});
      if (added.has_value()) record = *added;
    }

    void take_lease() {
      const auto leased =
          user.house.room.acquire(user.seat, {.iface = iface,
                                              .minor_min = 0,
                                              .selector = "",
                                              .lane = &lane,
                                              .revoked = [this](Number revoked, std::string_view) {
                                                if (revoked != lease) return;
                                                user.house.room.release(user.seat, std::exchange(lease, 0));
                                              }});
      if (leased.has_value()) lease = leased->lease;
    }

    void ask() {
      const auto number = std::make_shared<Number>(0);
      const auto call = user.house.room.request(user.seat, lease,
                                                {.method = 1,
                                                 .bytes = bytes("question"),
                                                 .lane = &lane,
                                                 .done = [this, number](sluice_status, BytesView) {
                                                   if (open.erase(*number) != 1) ++user.told_twice;
                                                   ++user.answered;
                                                 }});
      if (call.has_error()) return;
      open.insert(*number = *call);
      ++user.asked;
      if (left % 3 == 0) user.house.room.cancel(user.seat, *call);
    }

    User& user;
    engine::Lane& lane;
    int left;  // turns
    Number lease = 0, record = 0;
    std::set<Number> open;
    std::atomic<bool> done{false};
  };

  std::vector<std::unique_ptr<Work>> works;
};

}  // namespace

TEST_CASE("modules on threads of their own, providers replaced under them") {
  constexpr int rounds = 3000;
  House house;
  const auto empty = house.room.graph();
  auto provider = std::make_unique<Provider>(house, 1);
  std::vector<std::unique_ptr<User>> users;
  for (const char* id : {"a", "b"}) users.push_back(std::make_unique<User>(house, id, rounds));
  std::atomic<bool> stop{false};
  std::thread looker([&] {
    while (!stop) {
      if (!house.room.graph()["providers"].is_array()) std::terminate();
      std::this_thread::yield();
    }
  });

  std::uint32_t generation = 1;
  const auto finished = [&] {
    return std::all_of(users.begin(), users.end(), [](const auto& user) { return user->finished(); });
  };
  int invoked = 0;
  while (!finished() || generation < 5) {
    auto next = std::make_unique<Provider>(house, ++generation);
    REQUIRE(eventually([&] { return house.room.caught_up(next->seat); }));
    house.room.activate(next->seat);
    house.room.provider_down(provider->seat, "replaced");
    REQUIRE(eventually([&] { return house.room.leases_out(provider->seat) == 0; }));
    provider->end();
    invoked += provider->invoked;
    provider = std::move(next);
  }
  // The last one knows what there is, now that nothing changes any more.
  REQUIRE(eventually([&] { return house.room.caught_up(provider->seat); }));
  CHECK(provider->known == house.room.graph()["records"].size());
  REQUIRE(eventually([&] { return provider->completed == provider->invoked; }));

  int asked = 0;
  for (const auto& user : users) {
    CHECK(user->asked == user->answered);
    CHECK(user->told_twice == 0);
    asked += user->asked;
    user->end();
  }
  provider->end();
  stop = true;
  looker.join();
  CHECK(asked > rounds / 2);
  CHECK(invoked + provider->invoked > 0);
  CHECK(house.room.graph() == empty);
}
