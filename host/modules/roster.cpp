// What others see of the supervisor's modules.
#include <algorithm>
#include <utility>

#include "modules/supervisor.hpp"
#include "observe/events.hpp"
#include "observe/log.hpp"

namespace sluice::modules {

namespace {

bool wanted(State state) { return state != State::disabled && state != State::shadowed; }

}  // namespace

void Supervisor::add_generations(const Line& line, ModuleStatus& status) {
  for (auto one = line.draining.rbegin(); one != line.draining.rend(); ++one)
    status.earlier.push_back({one->module->entry().version, one->module->picture()});
  for (auto one = line.remains.rbegin(); one != line.remains.rend(); ++one) status.earlier.push_back(*one);
}

ModuleStatus Supervisor::status_of(const Entry& entry) const {
  ModuleStatus status{.id = entry.id,
                      .version = entry.version,
                      .path = entry.path,
                      .state = entry.state,
                      .rule = entry.rule,
                      .message = entry.message,
                      .required = entry.required,
                      .warnings = entry.warnings,
                      .life = {},
                      .earlier = {}};
  const auto found = lines_.find(entry.id);
  if (found == lines_.end() || !(entry.planned() || entry.state == State::refused)) return status;
  const Line& line = found->second;
  const bool is_its = entry.planned() || (line.current && line.current->module->entry().path == entry.path);
  if (!is_its) return status;
  if (line.current) {
    status.life = line.current->module->picture();
    status.version = line.current->module->entry().version;
    status.state = status.life.state;
    if (entry.planned()) {
      status.rule = line.ended ? line.ended->rule : status.life.rule;
      status.message = line.ended ? line.ended->message : status.life.message;
    }
  } else if (!line.draining.empty()) {
    const Module& last = *line.draining.back().module;
    status.life = last.picture();
    status.version = last.entry().version;
    status.state = status.life.state;
    status.message = status.life.message;
  } else if (line.ended) {
    status.life = line.ended->life;
    status.state = line.ended->state;
    status.rule = line.ended->rule;
    status.message = line.ended->message;
  } else if (line.held) {
    status.state = State::retired;
    status.message = "module " + entry.id + " was drained by the operator; `sluice modules reload " +
                     entry.id + "` starts it again";
  }
  add_generations(line, status);
  return status;
}

ModuleStatus Supervisor::status_without_entry(const std::string& id, const Line& line) {
  ModuleStatus status;
  status.id = id;
  add_generations(line, status);
  const Module* newest = line.current             ? line.current->module.get()
                         : !line.draining.empty() ? line.draining.back().module.get()
                                                  : nullptr;
  status.life = newest != nullptr ? newest->picture() : status.earlier.front().life;
  status.version = newest != nullptr ? newest->entry().version : status.earlier.front().version;
  if (newest != nullptr) status.path = newest->entry().path;
  status.state = status.life.state;
  status.rule = status.life.rule;
  status.message = status.life.message;
  return status;
}

std::vector<ModuleStatus> Supervisor::list() const {
  std::vector<ModuleStatus> all;
  std::lock_guard lock(mutex_);
  for (const auto& entry : entries_) all.push_back(status_of(entry));
  // What runs, runs down, or is still mapped, although its manifest is gone or says no more.
  for (const auto& [id, line] : lines_) {
    const bool listed = std::any_of(all.begin(), all.end(), [&, &id = id](const auto& status) {
      return status.id == id && (status.life.generation != 0 || !status.earlier.empty());
    });
    if (!listed && (line.current || !line.draining.empty() || !line.remains.empty()))
      all.push_back(status_without_entry(id, line));
  }
  return all;
}

Readiness Supervisor::readiness() const {
  Readiness readiness{.ready = true, .degraded = false, .reasons = {}};
  for (const auto& status : list()) {
    if (!wanted(status.state) || status.state == State::draining) continue;
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

std::vector<Serving> Supervisor::serving() const {
  std::vector<Serving> all;
  std::lock_guard lock(mutex_);
  for (const auto& id : order_) {
    const Line& line = lines_.at(id);
    if (line.current) all.push_back({id, line.current->module->entry().candidate.manifest});
  }
  return all;
}

std::vector<Entry> Supervisor::entries() const {
  std::lock_guard lock(mutex_);
  return entries_;
}

std::vector<LoadedLibrary> Supervisor::loaded() const {
  std::vector<LoadedLibrary> all;
  std::lock_guard lock(mutex_);
  const auto add = [&](const Module& module) {
    for (const auto& library : module.entry().candidate.preflight.bundled)
      all.push_back(
          {library.soname, library.sha256, module.id() + " " + module.entry().version + ", which runs,"});
  };
  for (const auto& [id, line] : lines_) {
    if (line.current) add(*line.current->module);
    for (const auto& generation : line.draining) add(*generation.module);
  }
  return all;
}

std::vector<std::shared_ptr<Module>> Supervisor::living() const {
  std::vector<std::shared_ptr<Module>> all;
  std::lock_guard lock(mutex_);
  for (const auto& [id, line] : lines_) {
    if (line.current) all.push_back(line.current->module);
    for (const auto& generation : line.draining) all.push_back(generation.module);
  }
  return all;
}

void Supervisor::measure(std::vector<observe::Sample>& out) const {
  for (const auto& module : living()) {
    const auto life = module->picture();
    if (life.threads != 0) modules::measure(module->id(), life.generation, life.account, out);
  }
}

// One clear line for what is refused now and was not, or was for another reason.
void Supervisor::tell_refusals(const Plan& plan) {
  for (const auto& entry : plan.entries) {
    if (entry.state != State::refused) continue;
    const bool known = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& before) {
      return before.path == entry.path && before.message == entry.message;
    });
    if (!known) host_.log->error(entry.message, {{"module", entry.id}, {"rule", entry.rule}});
  }
}

void Supervisor::tell_state(const std::string& id, const std::string& version,
                            const LifePicture& life) const {
  Json details{
      {"id", id}, {"version", version}, {"generation", life.generation}, {"state", state_name(life.state)}};
  if (!life.rule.empty()) details["rule"] = life.rule;
  host_.events->emit("module.state", "", id, details.dump());
  host_.log->info("module state", {{"module", id},
                                   {"version", version},
                                   {"generation", std::to_string(life.generation)},
                                   {"state", state_name(life.state)},
                                   {"remains", remains_name(life.remains)}});
}

}  // namespace sluice::modules
