// The case of mapping and entry, which no other can do without.
#include <sluice/abi/module.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "kit/cases.hpp"
#include "kit/footprint.hpp"
#include "kit/global_state.hpp"
#include "kit/trial.hpp"
#include "modules/loader.hpp"

namespace sluice::kit {
namespace {

using modules::Negotiated;
using Mapping = std::shared_ptr<modules::Mapped>;

constexpr milliseconds entry_time{10};

[[noreturn]] void fail(const modules::Refusal& refusal) {
  kit::fail(refusal.rule, refusal.finding, refusal.remedy);
}

// What an entry may look at and write to, alive for as long as its thread.
struct Talk {
  struct {
    sluice_offer offer{};
    std::uint64_t unknown[8] = {};  // of a newer host
  } asked;
  alignas(16) std::byte room[512] = {};
  std::shared_ptr<sluice_host> host;
  sluice_status status = SLUICE_STATUS_INTERNAL;
  bool threw = false;
  std::chrono::steady_clock::duration took{0};

  sluice_answer& answer() { return *reinterpret_cast<sluice_answer*>(room); }
};

class Entrance {
 public:
  Entrance(Trial& trial, Mapping mapping) : trial_(trial), mapping_(std::move(mapping)) {
    seat_->id = trial.subject().id();
    seat_->host = trial.room().host_services();
  }

  // A plain offer of this host, to be changed.
  std::shared_ptr<Talk> talk() {
    auto talk = std::make_shared<Talk>();
    auto door = std::make_shared<Door>(HostShape{});
    auto opened = Door::open(door, *seat_);
    talk->host = {seat_, opened.get()};
    doors_.push_back(std::move(opened));
    constexpr std::string_view name = "sluice kit", version = "0";
    talk->asked.offer = {sizeof(sluice_offer),
                         SLUICE_ABI_MAJOR,
                         0,
                         SLUICE_ABI_MINOR,
                         0,
                         0,
                         {name.data(), name.size()},
                         {version.data(), version.size()},
                         talk->host.get()};
    talk->answer().struct_size = sizeof(sluice_answer);
    return talk;
  }

  void call(const std::shared_ptr<Talk>& talk) {
    const bool back = modules::run_on_loader_thread(
        trial_.pace().patience, [talk, mapping = mapping_, seat = seat_, entry = mapping_->entry()] {
          const auto since = std::chrono::steady_clock::now();
          try {
            talk->status = entry(&talk->asked.offer, &talk->answer());
          } catch (...) {
            talk->threw = true;
          }
          talk->took = std::chrono::steady_clock::now() - since;
        });
    if (!back) kit::fail("SL-ENT-001", "the entry did not come back in time", "It only fills the answer.");
    if (talk->threw) {
      kit::fail("R9", "an exception left the entry", "Write it with SLUICE_MODULE, which catches all.");
    }
  }

  Negotiated accepted(const std::shared_ptr<Talk>& talk) {
    call(talk);
    if (talk->status != SLUICE_STATUS_OK) {
      kit::fail("SL-ENT-001", "the entry returned " + std::to_string(talk->status),
                "Answer OK to every offer whose minors suit.");
    }
    const auto& subject = trial_.subject();
    auto judged = modules::check_answer(talk->answer(), sizeof talk->room,
                                        {subject.id(), subject.entry().version}, mapping_->path().string());
    if (judged.has_error()) fail(judged.error());
    if (judged->minor > talk->asked.offer.minor_max) {
      kit::fail("SL-ABI-005",
                "the entry chose minor " + std::to_string(judged->minor) + ", offered were up to " +
                    std::to_string(talk->asked.offer.minor_max),
                "Choose the smaller of offer->minor_max and the minor it was built for.");
    }
    return *judged;
  }

  void destroy(const Negotiated& module) {
    auto threw = std::make_shared<std::atomic<bool>>(false);
    const bool back = modules::run_on_loader_thread(trial_.pace().patience,
                                                    [module, threw, mapping = mapping_, seat = seat_] {
                                                      try {
                                                        module.life.destroy(module.self);
                                                      } catch (...) {
                                                        *threw = true;
                                                      }
                                                    });
    if (!back) kit::fail("SL-RUN-002", "destroy, right after entry, did not come back", "It may not wait.");
    if (*threw) kit::fail("R9", "an exception left destroy", "Catch everything inside the module.");
  }

  const Mapping& mapping() const { return mapping_; }

 private:
  Trial& trial_;
  const Mapping mapping_;
  const std::shared_ptr<Seat> seat_ = std::make_shared<Seat>();
  std::vector<std::shared_ptr<sluice_host>> doors_;
};

// Twice from one mapping, as for two instances; then both ended without ever having been configured.
void try_twice(Trial& trial, Entrance& entrance) {
  trial.step("the entry, called twice");
  auto first = entrance.talk(), second = entrance.talk();
  const auto one = entrance.accepted(first), two = entrance.accepted(second);
  if (const auto took = std::min(first->took, second->took); took > entry_time) {
    trial.warn(
        "SL-ENT-001",
        "the entry took " + std::to_string(std::chrono::duration_cast<milliseconds>(took).count()) + " ms",
        "It has 10 ms: leave the work to configure and start.");
  }
  trial.step("destroy right after the entry");
  entrance.destroy(one);
  if (two.self != one.self) entrance.destroy(two);
}

void try_flag(Trial& trial, Entrance& entrance) {
  trial.step("an offer with a flag that must be understood");
  const auto talk = entrance.talk();
  talk->asked.offer.must_understand = 1u << 31;
  entrance.call(talk);
  if (talk->status != SLUICE_STATUS_OK) return;
  kit::fail("R10", "the entry takes an offer whose must_understand has a bit it cannot know",
            "Return SLUICE_STATUS_NOT_SUPPORTED unless offer->must_understand is 0.");
}

// The oldest host it says it works with, and one that is older still.
void try_older_offers(Trial& trial, Entrance& entrance) {
  trial.step("the offer of an older host");
  const auto oldest = trial.subject().manifest().abi.minor_min;
  const auto talk = entrance.talk();
  talk->asked.offer.minor_max = oldest;
  entrance.destroy(entrance.accepted(talk));
  if (oldest == 0) return;
  const auto beyond = entrance.talk();
  beyond->asked.offer.minor_max = oldest - 1;
  entrance.call(beyond);
  if (beyond->status != SLUICE_STATUS_OK) return;
  kit::fail("SL-ABI-003",
            "the entry takes an offer up to minor " + std::to_string(oldest - 1) +
                ", its manifest says it needs " + std::to_string(oldest),
            "Return SLUICE_STATUS_NOT_SUPPORTED when offer->minor_max is below minor_min.");
}

void try_newer_offer(Trial& trial, Entrance& entrance) {
  trial.step("the offer of a newer host");
  const auto talk = entrance.talk();
  talk->asked.offer.struct_size = sizeof talk->asked;
  ++talk->asked.offer.minor_max;
  entrance.destroy(entrance.accepted(talk));
}

void expect_same(const GlobalState& before, const std::string& what) {
  const auto changed = before.differs_from(GlobalState::now());
  if (changed.empty()) return;
  kit::fail("R6", what + changed, "A module changes nothing that belongs to the whole process.");
}

}  // namespace

std::string try_entry(Trial& trial) {
  const auto& library = trial.subject().entry().candidate.preflight.library;
  const auto before = footprint({library});
  const auto state = GlobalState::now();
  trial.step("mapping the library (its initialisers run)");
  auto mapped = modules::map_library(library, trial.pace().patience);
  if (mapped.has_error()) fail(mapped.error());
  Entrance entrance(trial, std::move(*mapped));
  expect_same(state, "its initialisers changed ");
  try_twice(trial, entrance);
  try_older_offers(trial, entrance);
  try_newer_offer(trial, entrance);
  try_flag(trial, entrance);
  auto now = footprint({library});
  const bool same = eventually(
      [&] {
        now = footprint({library});
        return now.threads <= before.threads && now.descriptors <= before.descriptors;
      },
      milliseconds(2000));
  if (!same) {
    kit::fail(
        "SL-ENT-001",
        "initialisers, entry and destroy leave " + in_words(now) + "; before there were " + in_words(before),
        "No threads, sockets or files before configure.");
  }
  expect_same(state, "its entry or destroy changed ");
  trial.step("unmapping");
  const bool gone = entrance.mapping()->unmap();
  if (!gone && trial.subject().manifest().unload == modules::Unload::clean) {
    kit::fail("SL-KIT-004", "the library stays mapped although nothing of it runs",
              "A thread-local destructor or a unique symbol holds it; or state `unload: park`.");
  }
  return "mapped; asked twice, by an older and a newer host, and with an unknown flag; unmapped";
}

}  // namespace sluice::kit
