// What is asked of a generation while it lives, and what is seen of it.
#include "abi/log_abi.hpp"
#include "abi/struct_check.hpp"
#include "engine/clock.hpp"
#include "engine/lane.hpp"
#include "modules/module_running.hpp"
#include "modules/status_name.hpp"
#include "observe/log.hpp"

namespace sluice::modules {

std::string_view remains_name(Remains remains) {
  switch (remains) {
    case Remains::none:
      return "none";
    case Remains::in_use:
      return "in use";
    case Remains::unmapped:
      return "unmapped";
    case Remains::parked:
      return "parked";
    case Remains::zombie:
      return "zombie";
  }
  return "";
}

std::string counted(std::uint64_t count, std::string_view noun) {
  std::string text = std::to_string(count) + " " + std::string(noun);
  if (count != 1) text += text.ends_with("ch") ? "es" : "s";
  return text;
}

std::string held_text(const HeldCounts& counts) {
  std::string text;
  for (std::size_t kind = 0; kind < counts.size(); ++kind) {
    if (counts[kind] == 0) continue;
    if (!text.empty()) text += ", ";
    text += counted(counts[kind], Ledger::name(static_cast<Ledger::Kind>(kind)));
  }
  return text;
}

LifeAnswer Module::call(const std::string& method, milliseconds patience, LifeMethod work) const {
  // Owned by the call, so that a late one writes into memory that is still there.
  struct Outcome {
    sluice_status status = SLUICE_STATUS_INTERNAL;
    sluice_err err{};
  };
  auto outcome = std::make_shared<Outcome>();
  outcome->err.struct_size = sizeof outcome->err;
  const auto called =
      call_on(control_lane(), patience, [running = running_, outcome, work = std::move(work)] {
        outcome->status = work(running->module, &outcome->err);
      });
  if (called == Called::threw) return {called, SLUICE_STATUS_INTERNAL, method + " threw an exception"};
  if (called != Called::done) return {called, SLUICE_STATUS_INTERNAL, method + " did not come back in time"};
  const auto words = abi::text_of(outcome->err);
  return {called, outcome->status, words.empty() ? status_name(outcome->status) : words};
}

Accepted<void> Module::reconfigure(const config::ModuleConfig& config) {
  const auto& path = order_.entry.path;
  if (running_->module.life.reconfigure == nullptr)
    return Refusal{"", "it takes no configuration while it runs", path, {}};
  const auto answer = call("reconfigure", order_.deadlines.configure,
                           [json = text_of(config)](const Negotiated& module, sluice_err* err) {
                             return module.life.reconfigure(module.self, abi::borrow(json), err);
                           });
  if (answer.called == Called::late)
    return Refusal{"SL-RUN-002", answer.text, path, "It may not wait for anything."};
  if (answer.called != Called::done)
    return Refusal{"SL-CFG-001", answer.text, path, "Report it to its author."};
  if (answer.status == SLUICE_STATUS_OK) return {};
  if (answer.status == SLUICE_STATUS_NOT_SUPPORTED) return Refusal{"", answer.text, path, {}};
  return Refusal{"SL-CFG-001", "the module rejects its new configuration: " + answer.text, path,
                 "Correct it under modules." + id() + ".config; what it had goes on."};
}

std::uint64_t Module::remaining() {
  if (picture().state != State::draining || running_->module.life.remaining == nullptr) return 0;
  auto left = std::make_shared<sluice_remaining>();
  left->struct_size = sizeof *left;
  const auto answer = call("remaining", patience_between, [left](const Negotiated& module, sluice_err*) {
    return module.life.remaining(module.self, left.get());
  });
  if (answer.called == Called::threw) log_problem("module " + id() + ": " + answer.text);
  // No answer is not "drained": only the deadline ends it then.
  const bool told = answer.called == Called::done;
  const auto sessions = !told ? 1 : answer.status == SLUICE_STATUS_OK ? left->sessions : 0;
  std::lock_guard lock(mutex_);
  return picture_.sessions_left = sessions;
}

Accepted<sluice_interface> Module::query(const std::string& iface, std::uint32_t minor_min) {
  const auto fail = [&](const std::string& finding) {
    return Refusal{"SL-DEP-001", finding, order_.entry.path,
                   "Its manifest promises the interface; report it."};
  };
  if (running_->module.life.query == nullptr)
    return fail("it provides " + iface + " but has no query method");
  auto found = std::make_shared<sluice_interface>();
  found->struct_size = sizeof *found;
  const auto answer =
      call("query for " + iface, patience_between,
           [found, iface, minor_min](const Negotiated& module, sluice_err*) {
             return module.life.query(module.self, abi::borrow(iface), minor_min, found.get());
           });
  if (answer.called != Called::done) return fail(answer.text);
  if (answer.status != SLUICE_STATUS_OK) return fail("query for " + iface + " returned " + answer.text);
  const auto* table = static_cast<const std::uint32_t*>(found->table);
  if (table == nullptr || *table < sizeof(std::uint32_t) || *table > abi::absurd_struct_size) {
    return fail("query for " + iface + " gave no usable table");
  }
  return *found;
}

void Module::set_log_level(const std::string& level) {
  running_->seat.log_level = abi::seat_log_level(level);
}

void Module::ask_health() {
  if (!running_ || !running_->watch) return;
  running_->watch->ask(order_.host.clock->monotonic(), running_->module);
}

void Module::watch_lanes() {
  std::unique_lock lock(mutex_);
  const auto running = picture_.threads == 0 ? nullptr : running_;
  lock.unlock();
  if (!running) return;
  for (const auto& stall : running->watch->look(order_.host.clock->monotonic(), running->threads)) {
    order_.host.log->warn("a lane does not come back to its loop",
                          {{"module", id()},
                           {"generation", std::to_string(order_.generation)},
                           {"lane", std::to_string(stall.lane)},
                           {"away_ms", std::to_string(stall.away / 1'000'000)},
                           {"calls", stall.where.empty() ? "its thread does not answer" : stall.where}});
  }
}

LifePicture Module::picture() const {
  // All of it under the mutex: once threads is 0 the lanes may be another module's.
  std::lock_guard lock(mutex_);
  auto picture = picture_;
  if (!running_) return picture;
  picture.holds = running_->seat.ledger.counts();
  if (picture.threads == 0) return picture;
  picture.account = running_->accounting->now();
  auto report = running_->watch->report(order_.host.clock->monotonic());
  for (std::size_t i = 0; i < report.away.size(); ++i) {
    picture.account.lanes[i].away = std::chrono::nanoseconds(report.away[i]);
  }
  if (picture.state >= State::configured) picture.health = {report.degraded, std::move(report.reason)};
  return picture;
}

engine::Lane& Module::control_lane() const { return *running_->seat.lanes.front(); }

Seat& Module::seat() const { return running_->seat; }

void Module::keep_alive(std::shared_ptr<void> thing) { running_->kept.push_back(std::move(thing)); }

}  // namespace sluice::modules
