#include "modules/supervisor.hpp"

#include <sluice/abi/auth.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "abi/auth_abi.hpp"
#include "auth/auth_chain.hpp"
#include "engine/clock.hpp"
#include "observe/events.hpp"
#include "observe/log.hpp"

namespace sluice::modules {

struct Supervisor::Slot {
  Entry entry;
  std::unique_ptr<Module> module;  // once its start was tried
  State state = State::found;      // of a slot without a module
  std::string rule, message;
  std::shared_ptr<abi::ModuleAuthProvider> auth;
  std::uint64_t left = 0;  // sessions, while draining
};

namespace {

bool provides(const Entry& entry, std::string_view iface) {
  const auto& manifest = entry.candidate.manifest;
  if (!manifest) return false;
  return std::any_of(manifest->provides.begin(), manifest->provides.end(),
                     [&](const Provision& provision) { return provision.iface == iface; });
}

bool wanted(State state) { return state != State::disabled && state != State::shadowed; }

}  // namespace

Supervisor::Supervisor(const HostServices& host, auth::AuthChain& auth, SupervisorOptions options)
    : host_(host), auth_(auth), options_([&] {
        if (options.cores == 0) options.cores = std::max(1u, std::thread::hardware_concurrency());
        return std::move(options);
      }()) {}

Supervisor::~Supervisor() { stop(0); }

// ---- Start
// ----------------------------------------------------------------------------------------------------

StartReport Supervisor::start(Plan plan) {
  std::lock_guard turn(turn_);
  {
    std::lock_guard lock(mutex_);
    for (auto& entry : plan.entries) {
      auto slot = std::make_unique<Slot>();
      slot->state = entry.state;
      slot->rule = entry.rule;
      slot->message = entry.message;
      slot->entry = std::move(entry);
      // Before anybody can ask: an auth module that is wanted but does not come up must not leave the door
      // open.
      if (wanted(slot->state) && provides(slot->entry, SLUICE_AUTH_ID)) auth_.expect_provider();
      slots_.push_back(std::move(slot));
    }
  }
  for (const auto& level : plan.levels) {
    for (const auto index : level) start_slot(*slots_[index]);
  }
  StartReport report;
  for (const auto& status : list()) {
    if (status.state == State::serving) ++report.serving;
    if (status.state == State::serving || !wanted(status.state)) continue;
    report.failures.push_back(status.message);
    report.ok = report.ok && !status.required;
  }
  return report;
}

void Supervisor::start_slot(Slot& slot) {
  if (!slot.entry.planned()) return;
  if (const auto missing = missing_provider(slot); !missing.empty()) {
    return fail_slot(slot, {"SL-DEP-004", missing, slot.entry.path, "Correct the provider first."});
  }
  auto module = std::make_unique<Module>(ModuleOrder{.entry = slot.entry,
                                                     .platform = options_.platform,
                                                     .generation = 1,
                                                     .runtime_folder = options_.runtime_folder,
                                                     .deadlines = options_.deadlines,
                                                     .cores = options_.cores,
                                                     .host = host_});
  Module& tried = *module;
  {
    std::lock_guard lock(mutex_);
    slot.module = std::move(module);
  }
  if (tried.start()) {
    started_.push_back(&slot);
    attach_auth(slot);
  }
  tell_state(slot);
}

// Why a hard requirement is not met although the plan had found a provider; empty: all are.
std::string Supervisor::missing_provider(const Slot& slot) const {
  for (const auto& requirement : slot.entry.candidate.manifest->requires_) {
    if (requirement.optional) continue;
    std::string failed;
    bool met = true;
    for (const auto index : slot.entry.providers) {
      const Slot& provider = *slots_[index];
      if (!provides(provider.entry, requirement.iface)) continue;
      met = provider.module && provider.module->picture().state == State::serving;
      if (met) break;
      failed = "it needs " + requirement.iface + " of " + provider.entry.id +
               ", which does not run: " + status_of(provider).message;
    }
    if (!met) return failed;
  }
  return {};
}

void Supervisor::fail_slot(Slot& slot, const Refusal& why) {
  {
    std::lock_guard lock(mutex_);
    slot.state = State::failed;
    slot.rule = why.rule;
    slot.message = sentence(why, slot.entry.id, slot.entry.version);
  }
  host_.log->error(slot.message, {{"module", slot.entry.id}});
  tell_state(slot);
}

void Supervisor::attach_auth(Slot& slot) {
  if (!provides(slot.entry, SLUICE_AUTH_ID)) return;
  auto found = slot.module->query(SLUICE_AUTH_ID, 0);
  if (found.has_error()) {
    // It said it would judge and does not: everything stays denied rather than open.
    host_.log->error(sentence(found.error(), slot.entry.id, slot.entry.version), {{"module", slot.entry.id}});
    return;
  }
  auto provider =
      std::make_shared<abi::ModuleAuthProvider>(slot.entry.id, slot.module->control_lane(), *found);
  slot.module->keep_alive(provider);
  slot.auth = provider;
  auth_.add(std::move(provider));
}

// ---- Stop
// -----------------------------------------------------------------------------------------------------

void Supervisor::detach_auth(Slot& slot) {
  if (!slot.auth) return;
  auth_.remove(slot.auth.get());
  slot.auth->close();
  slot.auth.reset();
}

void Supervisor::drain_until(std::int64_t deadline_ns) {
  for (auto slot = started_.rbegin(); slot != started_.rend(); ++slot) {
    (*slot)->module->begin_drain(deadline_ns);
    tell_state(**slot);
  }
  for (;;) {
    std::uint64_t left = 0;
    for (auto* slot : started_) left += slot->left = slot->module->remaining();
    const auto now = host_.clock->monotonic();
    if (left == 0 || now >= deadline_ns) return;
    std::this_thread::sleep_for(std::min(std::chrono::nanoseconds(deadline_ns - now),
                                         std::chrono::nanoseconds(std::chrono::milliseconds(20))));
  }
}

StopReport Supervisor::stop(std::int64_t deadline_ns) {
  std::lock_guard turn(turn_);
  StopReport report;
  if (deadline_ns > host_.clock->monotonic()) drain_until(deadline_ns);
  for (auto slot = started_.rbegin(); slot != started_.rend(); ++slot) {
    const bool late = (*slot)->left != 0;
    detach_auth(**slot);
    (*slot)->module->stop(late);
    const auto life = (*slot)->module->picture();
    report.in_time = report.in_time && !late && life.remains != Remains::zombie;
    if (!life.message.empty()) report.complaints.push_back(life.message);
    tell_state(**slot);
  }
  started_.clear();
  for (const auto& status : list()) report.zombies += status.life.remains == Remains::zombie ? 1 : 0;
  return report;
}

// ---- What others see
// ------------------------------------------------------------------------------------------

void Supervisor::health_round() {
  const std::unique_lock turn(turn_, std::try_to_lock);
  if (!turn.owns_lock()) return;
  for (auto* slot : started_) slot->module->ask_health();
}

ModuleStatus Supervisor::status_of(const Slot& slot) const {
  ModuleStatus status{.id = slot.entry.id,
                      .version = slot.entry.version,
                      .path = slot.entry.path,
                      .state = slot.state,
                      .rule = slot.rule,
                      .message = slot.message,
                      .required = slot.entry.required,
                      .warnings = slot.entry.warnings,
                      .life = {}};
  if (slot.module) {
    status.life = slot.module->picture();
    status.state = status.life.state;
    status.rule = status.life.rule;
    status.message = status.life.message;
  }
  return status;
}

std::vector<ModuleStatus> Supervisor::list() const {
  std::vector<ModuleStatus> all;
  std::lock_guard lock(mutex_);
  for (const auto& slot : slots_) all.push_back(status_of(*slot));
  return all;
}

Readiness Supervisor::readiness() const {
  Readiness readiness{.ready = true, .degraded = false, .reasons = {}};
  for (const auto& status : list()) {
    if (!wanted(status.state)) continue;
    const bool serves = status.state == State::serving;
    if (serves && !status.life.health.degraded) continue;
    readiness.degraded = true;
    readiness.ready = readiness.ready && (serves || !status.required);
    const auto& reason = serves ? status.life.health.reason : status.message;
    readiness.reasons.push_back(status.id + ": " +
                                (reason.empty() ? std::string(state_name(status.state)) : reason));
  }
  return readiness;
}

void Supervisor::tell_state(const Slot& slot) const {
  const auto status = status_of(slot);
  Json details{{"id", status.id}, {"version", status.version}, {"state", state_name(status.state)}};
  if (!status.rule.empty()) details["rule"] = status.rule;
  host_.events->emit("module.state", "", status.id, details.dump());
  host_.log->info("module state", {{"module", status.id},
                                   {"version", status.version},
                                   {"state", state_name(status.state)},
                                   {"remains", remains_name(status.life.remains)}});
}

}  // namespace sluice::modules
