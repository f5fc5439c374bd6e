#include "modules/supervisor.hpp"

#include <sluice/abi/auth.h>
#include <sluice/abi/packager.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "abi/auth_abi.hpp"
#include "abi/services_abi.hpp"
#include "auth/auth_chain.hpp"
#include "config/reload.hpp"
#include "engine/clock.hpp"
#include "engine/engine.hpp"
#include "net/listeners.hpp"
#include "observe/events.hpp"
#include "observe/log.hpp"
#include "services/services.hpp"

namespace sluice::modules {

namespace {

constexpr milliseconds catching_up{2000};

std::int64_t nanoseconds(milliseconds time) { return std::chrono::nanoseconds(time).count(); }

bool provides(const Entry& entry, std::string_view iface) {
  const auto& manifest = entry.candidate.manifest;
  if (!manifest) return false;
  return std::any_of(manifest->provides.begin(), manifest->provides.end(),
                     [&](const Provision& provision) { return provision.iface == iface; });
}

// What a running generation is made of and where it listens.
std::string code_of(const Entry& entry) {
  std::string print = hex(entry.candidate.manifest->canonical) + hex(entry.candidate.preflight.sha256);
  for (const auto& library : entry.candidate.preflight.bundled) print += hex(library.sha256);
  for (const auto& listener : entry.listeners) {
    for (const auto& address : listener.addresses) print += listener.declared.name + address.text();
  }
  return print;
}

// The same with what it is told: when it differs, there is something to replace it with.
std::string print_of(const Entry& entry) {
  return code_of(entry) + entry.config.effective.dump() + entry.config.apps.dump();
}

}  // namespace

Supervisor::Supervisor(const HostServices& host, auth::AuthChain& auth, SupervisorOptions options)
    : host_(host), auth_(auth), options_([&] {
        if (options.cores == 0) options.cores = std::max(1u, std::thread::hardware_concurrency());
        return std::move(options);
      }()) {}

Supervisor::~Supervisor() { stop(0); }

// ---- Up
// -------------------------------------------------------------------------------------------------------

StartReport Supervisor::start(Plan plan) {
  std::lock_guard turn(turn_);
  const auto levels = plan.levels;
  take(std::move(plan));
  bring_up(levels, {});
  StartReport report;
  for (const auto& status : list()) {
    if (status.state == State::serving) ++report.serving;
    if (status.state == State::serving || status.state == State::disabled || status.state == State::shadowed)
      continue;
    report.failures.push_back(status.message);
    report.ok = report.ok && !status.required;
  }
  return report;
}

void Supervisor::apply(Plan plan, std::string_view anew) {
  std::lock_guard turn(turn_);
  if (stopped_) return;
  tell_refusals(plan);
  const auto levels = plan.levels;
  take(std::move(plan));
  // First what goes: its ports may be wanted.
  for (auto id = order_.rbegin(); id != order_.rend(); ++id) {
    Line& line = lines_.at(*id);
    if (line.current && wanted_no_more(*id, line)) put_down(line, nanoseconds(options_.drain));
  }
  bring_up(levels, anew);
}

void Supervisor::take(Plan plan) {
  std::lock_guard lock(mutex_);
  for (const auto& entry : plan.entries) {
    // Before anybody can ask: an auth module that is wanted but does not come up must not leave the door
    // open.
    const bool wanted = entry.state != State::disabled && entry.state != State::shadowed;
    if (wanted && provides(entry, SLUICE_AUTH_ID)) auth_.expect_provider();
  }
  entries_ = std::move(plan.entries);
}

// A module that runs stays when what is there now in its place is refused for a fault of its own; when what
// it needs is gone it goes as well.
bool Supervisor::wanted_no_more(const std::string& id, const Line& line) const {
  const auto& path = line.current->module->entry().path;
  for (const auto& entry : entries_) {
    if (entry.id != id && entry.path != path) continue;
    if (entry.planned()) return false;
    if (entry.state == State::refused && !entry.rule.starts_with("SL-DEP-")) return false;
  }
  return true;
}

void Supervisor::bring_up(const std::vector<std::vector<std::size_t>>& levels, std::string_view anew) {
  for (const auto& level : levels) {
    for (const auto index : level) {
      const Entry& entry = entries_[index];
      Line* line = nullptr;
      {
        std::lock_guard lock(mutex_);
        line = &lines_[entry.id];
        if (entry.id == anew) line->held = false;
      }
      const auto print = print_of(entry);
      if (line->held) continue;
      if (line->current) line->current->module->set_log_level(entry.log_level);
      if (entry.id != anew && line->current && line->print == print) {
        std::lock_guard lock(mutex_);
        line->ended.reset();  // what could not replace it is gone again
      } else if (entry.id == anew || !line->ended || line->ended->print != print) {
        if (entry.id == anew || !reconfigured(*line, entry)) start_next(*line, entry);
      }
    }
  }
}

// Whether the change was only such as the running generation takes as it is. What it refuses is not tried in
// a new one either: it goes on with what it had.
bool Supervisor::reconfigured(Line& line, const Entry& entry) {
  const auto& schema = entry.candidate.manifest->config_schema;
  if (!line.current || line.code != code_of(entry) ||
      !config::changes_live(schema, line.config, entry.config))
    return false;
  const auto taken = line.current->module->reconfigure(entry.config);
  const auto picture = line.current->module->picture();
  if (taken.has_error()) {
    if (taken.error().rule.empty()) return false;
    const auto words = sentence(taken.error(), entry.id, entry.version);
    host_.log->error(words, {{"module", entry.id}});
    fail(line, entry, State::serving, taken.error().rule, words, picture);
    return true;
  }
  {
    std::lock_guard lock(mutex_);
    line.print = print_of(entry);
    line.config = entry.config;
    line.ended.reset();
  }
  host_.log->info("the module has taken its new configuration", {{"module", entry.id}});
  return true;
}

bool Supervisor::start_next(Line& line, const Entry& entry) {
  if (const auto refusal = refuse_start(line, entry)) {
    fail(line, entry, State::failed, refusal->rule, sentence(*refusal, entry.id, entry.version), {});
    return false;
  }
  const bool beside = line.current.has_value();
  Generation next;
  next.module = std::make_shared<Module>(ModuleOrder{.entry = entry,
                                                     .platform = options_.platform,
                                                     .generation = ++line.generations,
                                                     .standby = beside,
                                                     .runtime_folder = options_.runtime_folder,
                                                     .deadlines = options_.deadlines,
                                                     .patience = options_.patience,
                                                     .cores = options_.cores,
                                                     .host = host_,
                                                     .probe = options_.probe,
                                                     .probe_verdicts = options_.probe_verdicts});
  if (!next.module->start()) {
    const auto life = next.module->picture();
    if (life.remains == Remains::parked || life.remains == Remains::zombie) {
      std::lock_guard lock(mutex_);
      line.remains.push_back({entry.version, life});
    }
    fail(line, entry, life.state, life.rule, life.message, life);
    return false;
  }
  switch_to(line, std::move(next), entry);
  return true;
}

// From here on the next generation serves; the one before only has its sessions to finish.
void Supervisor::switch_to(Line& line, Generation next, const Entry& entry) {
  offer_interfaces(next);
  wait_until_caught_up(next);
  next.module->activate();
  host_.services->activate(next.module->seat());
  attach_auth(next);
  attach_packagers(next);
  std::optional<Generation> before;
  {
    std::lock_guard lock(mutex_);
    before = std::exchange(line.current, std::move(next));
    line.print = print_of(entry);
    line.code = code_of(entry);
    line.config = entry.config;
    line.ended.reset();
    if (std::find(order_.begin(), order_.end(), entry.id) == order_.end()) order_.push_back(entry.id);
  }
  tell_state(entry.id, entry.version, line.current->module->picture());
  if (before) begin_drain(line, std::move(*before), nanoseconds(options_.replace_drain));
}

std::optional<Refusal> Supervisor::refuse_start(const Line& line, const Entry& entry) const {
  if (const auto missing = missing_provider(entry); !missing.empty())
    return Refusal{"SL-DEP-004", missing, entry.path, "Correct the provider first."};
  if (line.remains.size() < options_.most_left) return std::nullopt;
  return Refusal{
      "SL-RUN-004",
      std::to_string(line.remains.size()) + " generations of it are still mapped, which is the most",
      entry.path, "Plan a restart of the server; a module that says unload: clean leaves nothing."};
}

// Why a hard requirement is not met although the plan had found a provider; empty: all are.
std::string Supervisor::missing_provider(const Entry& entry) const {
  for (const auto& requirement : entry.candidate.manifest->requires_) {
    if (requirement.optional) continue;
    std::string failed;
    bool met = true;
    for (const auto index : entry.providers) {
      const Entry& provider = entries_[index];
      if (!provides(provider, requirement.iface)) continue;
      const auto line = lines_.find(provider.id);
      met = line != lines_.end() && line->second.current.has_value();
      if (met) break;
      failed = "it needs " + requirement.iface + " of " + provider.id +
               ", which does not run: " + status_of(provider).message;
    }
    if (!met) return failed;
  }
  return {};
}

void Supervisor::fail(Line& line, const Entry& entry, State state, const std::string& rule,
                      const std::string& message, const LifePicture& life) {
  {
    std::lock_guard lock(mutex_);
    line.ended = Ending{print_of(entry), state, rule, message, life};
  }
  if (life.generation == 0) host_.log->error(message, {{"module", entry.id}});  // else the module has said it
  LifePicture told = life;
  told.state = state;
  told.rule = rule;
  tell_state(entry.id, entry.version, told);
}

void Supervisor::attach_auth(Generation& generation) {
  const Entry& entry = generation.module->entry();
  if (!provides(entry, SLUICE_AUTH_ID)) return;
  auto found = generation.module->query(SLUICE_AUTH_ID, 0);
  if (found.has_error()) {
    // It said it would judge and does not: everything stays denied rather than open.
    host_.log->error(sentence(found.error(), entry.id, entry.version), {{"module", entry.id}});
    return;
  }
  auto provider =
      std::make_shared<abi::ModuleAuthProvider>(entry.id, generation.module->control_lane(), *found);
  generation.module->keep_alive(provider);
  generation.auth = provider;
  auth_.add(std::move(provider));
}

void Supervisor::attach_packagers(Generation& generation) {
  const Entry& entry = generation.module->entry();
  for (const auto& provision : entry.candidate.manifest->provides) {
    if (provision.iface != SLUICE_PACKAGER_ID) continue;
    const auto found = generation.module->query(SLUICE_PACKAGER_ID, 0);
    if (found.has_error()) {
      host_.log->error(sentence(found.error(), entry.id, entry.version), {{"module", entry.id}});
      continue;
    }
    const auto* table = static_cast<const sluice_packager*>(found->table);
    if (table->struct_size < sizeof *table || table->open == nullptr || table->close == nullptr) {
      host_.log->error("its table of sluice.packager/1 is not whole: open and close are needed",
                       {{"module", entry.id}});
      continue;
    }
    host_.engine->packager_up(
        {&generation.module->seat(), provision.name, provision.priority, table, found->self});
  }
}

// What it promised can be leased from now on, and called where it gives a table for that. Beside an earlier
// generation all of it is held back until the switch.
void Supervisor::offer_interfaces(Generation& generation) {
  const Entry& entry = generation.module->entry();
  for (const auto& provision : entry.candidate.manifest->provides) {
    const auto found = generation.module->query(provision.iface, 0);
    if (found.has_error()) {
      // Nothing is amiss where records are all there is to it; who calls it all the same hears why not.
      host_.log->debug("other modules can lease but not call what it provides",
                       {{"module", entry.id}, {"reason", found.error().finding}});
    }
    host_.services->provider_up(generation.module->seat(), provision,
                                found.has_value() ? abi::serve_of(*found) : services::Serve());
  }
}

// It has been told every record there is, so nothing is missing from its first moment on.
void Supervisor::wait_until_caught_up(const Generation& generation) const {
  const auto until = std::chrono::steady_clock::now() + catching_up;
  while (!host_.services->caught_up(generation.module->seat())) {
    if (std::chrono::steady_clock::now() >= until) {
      return host_.log->warn("it has not taken all records of other modules in time and serves without them",
                             {{"module", generation.module->id()}});
    }
    std::this_thread::sleep_for(milliseconds(1));
  }
}

// ---- Down
// -----------------------------------------------------------------------------------------------------

bool Supervisor::drain(const std::string& id) {
  std::lock_guard turn(turn_);
  const auto line = lines_.find(id);
  if (line == lines_.end() || !line->second.current) return false;
  {
    std::lock_guard lock(mutex_);
    line->second.held = true;
  }
  put_down(line->second, nanoseconds(options_.drain));
  return true;
}

void Supervisor::put_down(Line& line, std::int64_t patience) {
  std::optional<Generation> generation;
  {
    std::lock_guard lock(mutex_);
    generation = std::exchange(line.current, std::nullopt);
    line.ended.reset();
  }
  begin_drain(line, std::move(*generation), patience);
}

void Supervisor::begin_drain(Line& line, Generation generation, std::int64_t patience) {
  // New questions go elsewhere; those it has it still answers.
  if (generation.auth) auth_.remove(generation.auth.get());
  host_.engine->packager_down(generation.module->seat());
  generation.drain_deadline = host_.clock->monotonic() + patience;
  host_.services->provider_down(generation.module->seat(),
                                "module " + generation.module->id() + " is about to stop");
  generation.module->begin_drain(generation.drain_deadline, line.current.has_value());
  generation.left = left_of(generation);
  const auto& entry = generation.module->entry();
  tell_state(entry.id, entry.version, generation.module->picture());
  if (generation.left == 0) {
    finish(line, generation);
    return;
  }
  std::lock_guard lock(mutex_);
  line.draining.push_back(std::move(generation));
}

// It may stop when nobody is served by it, nobody holds on to it and nobody waits for its answer.
std::uint64_t Supervisor::left_of(Generation& generation) const {
  const Seat& seat = generation.module->seat();
  return generation.module->remaining() + host_.services->leases_out(seat) +
         host_.services->calls_owed(seat) + host_.engine->packagings(seat);
}

std::vector<std::string> Supervisor::finish(Line& line, Generation& generation) {
  std::vector<std::string> complaints;
  if (const auto holders = host_.services->lease_holders(generation.module->seat()); !holders.empty()) {
    complaints.push_back(
        "module " + generation.module->id() + " " + generation.module->entry().version +
        " STOPPED LATE SL-RUN-004: it is in use although it was to stop: " + holders +
        ". A holder releases its lease when on_revoked tells it to; report it to its author.");
  }
  if (generation.auth) {
    auth_.remove(generation.auth.get());
    generation.auth->close();
    generation.auth.reset();
  }
  generation.module->stop(generation.module->picture().sessions_left != 0);
  const auto& entry = generation.module->entry();
  const auto life = generation.module->picture();
  if (!life.message.empty()) complaints.push_back(life.message);
  for (const auto& complaint : complaints) host_.log->warn(complaint, {{"module", entry.id}});
  tell_state(entry.id, entry.version, life);
  if (life.remains == Remains::parked || life.remains == Remains::zombie) {
    std::lock_guard lock(mutex_);
    line.remains.push_back({entry.version, life});
  }
  return complaints;
}

bool Supervisor::drain_round() {
  std::lock_guard turn(turn_);
  bool under_way = false;
  for (auto& [id, line] : lines_) {
    for (std::size_t i = 0; i < line.draining.size();) {
      Generation& generation = line.draining[i];
      generation.left = left_of(generation);
      if (generation.left != 0 && host_.clock->monotonic() < generation.drain_deadline) {
        under_way = true;
        ++i;
        continue;
      }
      finish(line, generation);
      std::lock_guard lock(mutex_);
      line.draining.erase(line.draining.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return under_way;
}

void Supervisor::drain_until(std::int64_t deadline_ns) {
  for (;;) {
    std::uint64_t left = 0;
    for (auto& [id, line] : lines_) {
      for (auto& generation : line.draining) {
        left += generation.left =
            generation.module->remaining() + host_.engine->packagings(generation.module->seat());
      }
    }
    const auto now = host_.clock->monotonic();
    if (left == 0 || now >= deadline_ns) return;
    std::this_thread::sleep_for(std::min(std::chrono::nanoseconds(deadline_ns - now),
                                         std::chrono::nanoseconds(std::chrono::milliseconds(20))));
  }
}

StopReport Supervisor::stop(std::int64_t deadline_ns) {
  std::lock_guard turn(turn_);
  stopped_ = true;
  StopReport report;
  const auto patience = std::max<std::int64_t>(deadline_ns - host_.clock->monotonic(), 0);
  // All are told at once; then one by one, last started first.
  for (auto id = order_.rbegin(); id != order_.rend(); ++id) {
    Line& line = lines_.at(*id);
    if (!line.current) continue;
    std::unique_lock lock(mutex_);
    Generation generation = std::move(*std::exchange(line.current, std::nullopt));
    lock.unlock();
    generation.drain_deadline = host_.clock->monotonic() + patience;
    if (patience > 0) {
      host_.engine->packager_down(generation.module->seat());
      host_.services->provider_down(generation.module->seat(), "module " + *id + " is about to stop");
      generation.module->begin_drain(generation.drain_deadline);
      tell_state(*id, generation.module->entry().version, generation.module->picture());
    }
    lock.lock();
    line.draining.push_back(std::move(generation));
  }
  if (patience > 0) drain_until(deadline_ns);
  for (auto id = order_.rbegin(); id != order_.rend(); ++id) {
    Line& line = lines_.at(*id);
    for (auto& generation : line.draining) {
      // Who started later has stopped by now and taken its leases along, unless it stays.
      while (host_.services->leases_out(generation.module->seat()) != 0 &&
             host_.clock->monotonic() < deadline_ns) {
        std::this_thread::sleep_for(milliseconds(5));
      }
      generation.left += host_.services->leases_out(generation.module->seat());
      for (auto& complaint : finish(line, generation)) report.complaints.push_back(std::move(complaint));
      const auto life = generation.module->picture();
      report.in_time = report.in_time && generation.left == 0 && life.remains != Remains::zombie;
      std::lock_guard lock(mutex_);
      line.ended = Ending{"", life.state, life.rule, life.message, life};
    }
    std::lock_guard lock(mutex_);
    line.draining.clear();
  }
  for (const auto& [id, line] : lines_) {
    for (const auto& left : line.remains) report.zombies += left.life.remains == Remains::zombie ? 1 : 0;
  }
  return report;
}

void Supervisor::health_round() {
  const std::unique_lock turn(turn_, std::try_to_lock);
  if (!turn.owns_lock()) return;
  for (auto& [id, line] : lines_) {
    if (line.current) line.current->module->ask_health();
    for (auto& generation : line.draining) generation.module->ask_health();
  }
}

void Supervisor::watch_lanes() {
  for (const auto& module : living()) module->watch_lanes();
}

}  // namespace sluice::modules
