#include "kit/trial.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <thread>
#include <utility>

#include "kit/footprint.hpp"
#include "kit/misuse.hpp"
#include "kit/rules.hpp"
#include "kit/tcp_peer.hpp"
#include "modules/control_call.hpp"

namespace sluice::kit {

using modules::Ledger;
using modules::LifePicture;
using modules::Remains;
using namespace std::chrono_literals;

void fail(std::string rule, std::string finding, std::string remedy) {
  throw CaseEnded({{}, Verdict::fail, std::move(rule), std::move(finding), std::move(remedy), {}, {}});
}

void skip(std::string reason) { throw CaseEnded({{}, Verdict::skipped, {}, std::move(reason), {}, {}, {}}); }

// ---- One generation ----

namespace {

modules::ModuleOrder order_for(Room& room, const modules::Entry& entry, const std::shared_ptr<Door>& door,
                               const Pace& pace, std::uint32_t generation, bool standby) {
  modules::ModuleOrder order;
  order.entry = entry;
  order.platform = room.platform();
  order.generation = generation;
  order.standby = standby;
  order.runtime_folder = room.folder;
  order.deadlines = {pace.patience, pace.patience, pace.patience, pace.patience, pace.patience};
  order.cores = 2;
  order.host = room.host_services();
  order.door = [door](Seat& seat) { return Door::open(door, seat); };
  return order;
}

}  // namespace

Life::Life(Room& room, const modules::Entry& entry, std::shared_ptr<Door> door, const Pace& pace,
           std::uint32_t generation, bool standby)
    : room_(room),
      door_(std::move(door)),
      module_(order_for(room, entry, door_, pace, generation, standby)) {}

Life::~Life() { stop(); }

std::size_t Life::held(Ledger::Kind kind) const {
  return module_.picture().holds[static_cast<std::size_t>(kind)];
}

std::vector<std::string> Life::addresses() const {
  std::vector<std::string> all;
  for (const auto& listener : room_.listeners->list()) {
    if (listener.owner != module_.id() || listener.generation != picture().generation) continue;
    all.insert(all.end(), listener.addresses.begin(), listener.addresses.end());
  }
  return all;
}

std::uint64_t Life::drain(milliseconds time, bool has_successor) {
  const auto until = std::chrono::steady_clock::now() + time;
  begin_drain(time, has_successor);
  for (;;) {
    const auto left = module_.remaining();
    if (left == 0 || std::chrono::steady_clock::now() >= until) return left;
    std::this_thread::sleep_for(5ms);
  }
}

void Life::begin_drain(milliseconds time, bool has_successor) {
  withdraw();
  module_.begin_drain(room_.clock.monotonic() + std::chrono::nanoseconds(time).count(), has_successor);
}

void Life::activate() {
  module_.activate();
  room_.services->activate(seat());
}

void Life::stop(bool late) {
  withdraw();
  module_.stop(late);
}

// As the host does before it stops a module: leases on it are revoked, its watches end.
void Life::withdraw() {
  if (std::exchange(serves_, false)) room_.services->provider_down(seat(), "the kit ends it");
}

// ---- The case ----

Trial::Trial(Subject subject, std::filesystem::path folder, const Pace& pace)
    : subject_(std::move(subject)), folder_(std::move(folder)), pace_(pace), room_(folder_) {}

void Trial::step(const std::string& what) {
  step_ = what;
  // Moved into its place: the module may crash on another thread at any time.
  const auto part = folder_ / "step.part";
  std::ofstream(part, std::ios::trunc) << what;
  std::filesystem::rename(part, folder_ / "step");
}

std::unique_ptr<Life> Trial::make(const modules::Entry& entry, HostShape shape, bool standby) {
  auto door = std::make_shared<Door>(std::move(shape));
  return std::make_unique<Life>(room_, entry, std::move(door), pace_, ++generation_, standby);
}

std::unique_ptr<Life> Trial::life(HostShape shape) { return life(subject_.entry(), std::move(shape)); }

std::unique_ptr<Life> Trial::life(const modules::Entry& entry, HostShape shape) {
  return make(entry, std::move(shape), false);
}

std::unique_ptr<Life> Trial::serve(HostShape shape) { return started(life(std::move(shape))); }

std::unique_ptr<Life> Trial::stand_by() { return started(make(subject_.entry(), {}, true)); }

std::unique_ptr<Life> Trial::started(std::unique_ptr<Life> served) {
  step("its start");
  if (served->start()) return served;
  const auto picture = served->picture();
  if (picture.message.find("cannot listen on") != std::string::npos) skip(picture.message);
  const auto& needs = subject_.needs_of_others();
  if (picture.rule == "SL-RUN-001" && !needs.empty()) {
    skip("it does not start without " + needs.front() +
         " of another module, and the kit runs it alone: " + picture.message);
  }
  if (picture.message.find("threw an exception") != std::string::npos) {
    fail("R9", picture.message, "Catch everything inside the module: sluice/boundary.hpp does.");
  }
  fail(picture.rule, picture.message, "Start it with `sluice run --module-dir` and see what its log says.");
}

void Trial::retire(Life& life, milliseconds drain) {
  step("its drain");
  const auto left = life.drain(drain);
  step("its stop");
  life.stop(left != 0);
  judge_end(life.picture());
  if (left != 0) {
    judge_conduct();  // a remaining that throws has no other answer
    fail("SL-RUN-004", "without any session, remaining still says " + std::to_string(left),
         "Count in `remaining` only what a drain has to wait for.");
  }
}

modules::HealthPicture Trial::health(Life& life) {
  life.module().ask_health();
  // The question went into the control lane's inbox: a call behind it comes after the answer.
  modules::call_on(life.module().control_lane(), pace_.patience, [] {});
  const auto health = life.picture().health;
  if (health.reason == "its health method failed") {
    fail("R9", "health failed or threw", "health answers OK, with degraded and a reason if it is unwell.");
  }
  return health;
}

void Trial::whole_life() {
  const auto life = serve();
  for (const auto& address : life->addresses()) TcpPeer(address).close();
  retire(*life);
}

void Trial::judge_end(const LifePicture& picture) const {
  if (picture.remains == Remains::zombie) {
    fail("SL-RUN-002", picture.message, "Nothing in the life table may wait; see the step it hangs in.");
  }
  if (const auto leaked = modules::held_text(picture.leaked); !leaked.empty()) {
    fail("R5", "after stop it still held " + leaked + "; the host took it back",
         "Close in stop what start and its callbacks opened; what a lane serves, at the end of run_lane.");
  }
  const bool clean = subject_.manifest().unload == modules::Unload::clean;
  if (clean && picture.remains == Remains::parked) {
    fail(rule_unload,
         "its library stays mapped after destroy (" + std::string(modules::remains_name(picture.remains)) +
             ")",
         "A thread of its own, a thread-local of one, or a library that cannot be unloaded holds it; mend "
         "that, or state `unload: park`.");
  }
}

void Trial::judge_conduct() {
  for (const auto& misuse : misuses().all())
    if (!tolerant_) fail(misuse.rule, misuse.finding, misuse.remedy);
  struct Telling {
    std::string_view words, rule, remedy;
  };
  static constexpr std::array lines = {
      Telling{"an exception left", "R9", "Catch everything inside the module: sluice/boundary.hpp does."},
      Telling{"threw an exception", "R9", "Catch everything inside the module: sluice/boundary.hpp does."},
      Telling{"left its loop before its lane ended", rule_lane_loop,
              "Leave run_lane only when lane_drain said GONE, or let the host's loop run the lane."},
      Telling{"did not come back", "SL-RUN-002", "Return at once; what takes time goes on by callbacks."}};
  room_.log.flush_counts();
  const std::string log = room_.log_text();
  for (const auto& telling : lines) {
    const auto at = log.find(telling.words);
    if (at == std::string::npos || (tolerant_ && telling.rule != "R9")) continue;
    const auto start = log.rfind('\n', at) + 1;  // npos + 1 is 0
    fail(std::string(telling.rule), "the host's log: " + log.substr(start, log.find('\n', at) - start),
         std::string(telling.remedy));
  }
}

void Trial::warn(std::string rule, std::string finding, std::string remedy) {
  warnings_.push_back({{}, Verdict::warn, std::move(rule), std::move(finding), std::move(remedy), {}, {}});
}

CaseResult Trial::passed(std::string seen) const {
  if (!warnings_.empty()) return warnings_.front();
  return {{}, Verdict::pass, {}, std::move(seen), {}, {}, {}};
}

}  // namespace sluice::kit
