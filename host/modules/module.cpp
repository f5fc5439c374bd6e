// Its way up and down.
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "abi/accept_lane.hpp"
#include "abi/handle_book.hpp"
#include "abi/handles.hpp"
#include "abi/host_abi.hpp"
#include "abi/log_abi.hpp"
#include "abi/struct_check.hpp"
#include "engine/clock.hpp"
#include "engine/engine.hpp"
#include "engine/lane.hpp"
#include "modules/module_running.hpp"
#include "modules/preflight.hpp"
#include "observe/log.hpp"
#include "services/services.hpp"

namespace sluice::modules {

namespace {

// A thread that never came back holds on to what it may touch; so that nothing of it is freed under its feet
// (nor reported as lost), it is entered here for good.
template <class T>
void never_free(std::shared_ptr<T> thing) {
  static std::mutex mutex;
  static auto* const kept = new std::vector<std::shared_ptr<void>>;
  std::lock_guard lock(mutex);
  kept->push_back(std::move(thing));
}

}  // namespace

Module::Module(ModuleOrder order) : order_(std::move(order)) { picture_.generation = order_.generation; }

Module::~Module() { stop(); }

// ---- Up
// -------------------------------------------------------------------------------------------------------

bool Module::start() {
  hold(std::make_shared<Running>());
  if (auto loaded = load(); loaded.has_error()) return give_up(State::refused, loaded.error());
  if (auto lanes = open_lanes(); lanes.has_error()) return give_up(State::failed, lanes.error());
  if (auto configured = configure(); configured.has_error())
    return give_up(State::failed, configured.error());
  if (auto started = run_start(); started.has_error()) return give_up(State::failed, started.error());
  if (!order_.standby) enter(State::serving);
  return true;
}

void Module::activate() {
  if (picture().state != State::started) return;
  order_.host.listeners->activate(id(), order_.generation);
  order_.host.engine->activate(running_->seat);
  enter(State::serving);
}

Accepted<void> Module::load() {
  const auto& entry = order_.entry;
  const auto& manifest = *entry.candidate.manifest;
  Running& running = *running_;
  const auto checked = preflight_module(manifest, order_.platform);
  if (checked.report.refusal) return *checked.report.refusal;
  auto staged =
      stage(order_.runtime_folder, order_.generation, manifest, checked, entry.candidate.preflight.sha256);
  if (staged.has_error()) return staged.error();
  running.staged = std::move(*staged);
  auto probed =
      probe(order_.probe, order_.probe_verdicts, probe_subject(running.staged, manifest, checked.report));
  if (probed.has_error()) return probed.error();
  if (probed->how == Probed::How::impossible) {
    order_.host.log->warn("the module was not probed in a child before it is loaded",
                          {{"module", id()}, {"reason", probed->why}});
  }
  enter(State::staged);  // and probed: the copy is what was tried

  Seat& seat = running.seat;
  seat.id = entry.id;
  seat.version = entry.version;
  seat.generation = order_.generation;
  seat.library = hex(entry.candidate.preflight.sha256);
  seat.standby = order_.standby;
  seat.host = order_.host;
  seat.log_level = abi::seat_log_level(entry.log_level);
  for (const auto& listener : entry.listeners)
    seat.listeners.push_back({listener.declared.name, listener.addresses});
  if (seat.host.check_calls) seat.book = std::make_shared<abi::HandleBook>(seat);
  running.host = order_.door ? order_.door(seat) : std::make_shared<sluice_host>(abi::host_for(seat));
  order_.host.services->join(seat, manifest.requires_);

  auto mapped = map_library(running.staged.library(), order_.deadlines.load);
  if (mapped.has_error()) return mapped.error();
  running.mapped = std::move(*mapped);
  enter(State::mapped);
  // The seat, reached through the host table, must outlive an entry that never returns.
  const std::shared_ptr<const sluice_host> host(running_, running.host.get());
  auto negotiated =
      negotiate(running.mapped, host, {entry.id, entry.version}, order_.deadlines.load, running.stuck);
  if (negotiated.has_error()) return negotiated.error();
  running.module = *negotiated;
  running.negotiated = true;
  enter(State::negotiated);
  return {};
}

unsigned Module::thread_count() const {
  const auto& threads = order_.entry.candidate.manifest->threads;
  unsigned wanted = std::min(4u, std::max(1u, order_.cores));
  const auto& config = order_.entry.config.effective;
  if (config.is_object() && config.contains("threads") && config["threads"].is_number_unsigned()) {
    // 0 in a module's own schema is its way to say "as many as fit".
    if (const auto configured = config["threads"].get<std::uint64_t>(); configured != 0) {
      wanted = static_cast<unsigned>(std::min<std::uint64_t>(configured, 256));
    }
  }
  return std::max(1u, std::clamp(wanted, threads.min, std::max(threads.min, threads.max)));
}

Accepted<void> Module::open_lanes() {
  Seat& seat = running_->seat;
  const auto count = thread_count();
  for (unsigned index = 0; index < count; ++index) {
    auto* lane = order_.host.engine->lane_open(seat, index);
    if (lane == nullptr) {
      for (auto* opened : seat.lanes) {
        order_.host.engine->lane_end(opened);
        order_.host.engine->lane_close(opened);
      }
      seat.lanes.clear();
      return Refusal{"SL-RUN-001",
                     "no lane is left for its thread " + std::to_string(index) + ": the host has 256",
                     order_.entry.path, "Configure fewer threads per module."};
    }
    seat.lanes.push_back(lane);
    seat.accept_lanes.push_back(std::make_shared<abi::ModuleLane>(*lane));
  }
  if (seat.book != nullptr) seat.book->know_lanes(seat.lanes);
  running_->watch = std::make_unique<LaneWatch>(seat.lanes, order_.patience);
  // Raw pointers below, but `running` keeps all of it for as long as the thread is in the module.
  running_->threads.start(seat.id, seat.lanes, [running = running_](engine::Lane& lane, unsigned index) {
    const auto& life = running->module.life;
    const auto complain = [&](const char* what) {
      running->seat.host.log->error(what, {{"module", running->seat.id}, {"lane", std::to_string(index)}});
    };
    try {
      if (life.run_lane != nullptr) life.run_lane(running->module.self, abi::handle(&lane), index);
      if (life.run_lane != nullptr && !running->ending) {
        complain("the module left its loop before its lane ended; the host's own loop goes on");
      }
    } catch (...) {
      complain("an exception left the module's loop; the host's own loop goes on");
    }
    for (bool ended = false; !ended;) {
      try {
        lane.run();
        ended = true;
      } catch (...) {
        complain("an exception left a call of the module");
      }
    }
  });
  running_->accounting = std::make_unique<Accounting>(seat, running_->threads);
  std::lock_guard lock(mutex_);
  picture_.threads = count;
  picture_.remains = Remains::in_use;
  return {};
}

std::string Module::text_of(const config::ModuleConfig& config) {
  Json json{{"config", config.effective.is_null() ? Json::object() : config.effective}};
  if (config.apps.is_object() && !config.apps.empty()) json["apps"] = config.apps;
  return json.dump();
}

Accepted<void> Module::configure() {
  if (running_->module.life.configure == nullptr) {  // takes no configuration
    enter(State::configured);
    return {};
  }
  const auto answer = call("configure", order_.deadlines.configure,
                           [json = text_of(order_.entry.config)](const Negotiated& module, sluice_err* err) {
                             return module.life.configure(module.self, abi::borrow(json), err);
                           });
  const auto& path = order_.entry.path;
  if (answer.called == Called::late) {
    running_->stuck = true;
    return Refusal{"SL-RUN-002", answer.text, path, "It may not wait for anything."};
  }
  if (answer.called != Called::done)
    return Refusal{"SL-CFG-001", answer.text, path, "Report it to its author."};
  if (answer.status != SLUICE_STATUS_OK) {
    return Refusal{"SL-CFG-001", "the module rejects its configuration: " + answer.text, path,
                   "Correct it under modules." + id() + ".config."};
  }
  enter(State::configured);
  return {};
}

Accepted<void> Module::run_start() {
  running_->start_called = true;
  const auto answer = call("start", order_.deadlines.start, [](const Negotiated& module, sluice_err* err) {
    return module.life.start(module.self, err);
  });
  const auto& path = order_.entry.path;
  if (answer.called == Called::late) {
    running_->stuck = true;
    return Refusal{"SL-RUN-002", answer.text, path, "It may not wait for anything."};
  }
  if (answer.called != Called::done)
    return Refusal{"SL-RUN-001", answer.text, path, "Report it to its author."};
  if (answer.status != SLUICE_STATUS_OK) {
    return Refusal{"SL-RUN-001", "start failed: " + answer.text, path,
                   "Everything it had opened was taken back; correct the cause and start again."};
  }
  enter(State::started);
  return {};
}

// ---- Down
// -----------------------------------------------------------------------------------------------------

bool Module::give_up(State state, const Refusal& why) {
  stop_calls();
  enter(state);
  set_reason(state == State::refused ? "REFUSED" : "FAILED", why);
  log_problem(picture().message);
  return false;
}

void Module::begin_drain(std::int64_t deadline_ns, bool has_successor) {
  if (picture().state != State::serving) return;
  enter(State::draining);
  order_.host.listeners->retire(id(), order_.generation);
  if (!has_successor) order_.host.engine->shut_for_new(running_->seat);
  if (running_->module.life.drain == nullptr) return;
  const auto answer = call("drain", patience_between, [deadline_ns](const Negotiated& module, sluice_err*) {
    return module.life.drain(module.self, deadline_ns);
  });
  if (answer.called != Called::done) log_problem("module " + id() + ": " + answer.text);
}

void Module::stop(bool late) {
  if (!running_) return;
  const auto holds = running_->seat.ledger.counts();
  const auto sessions = picture().sessions_left;
  if (late) order_.host.engine->revoke(running_->seat);
  stop_calls();
  if (picture().remains == Remains::zombie) return enter(State::failed);
  enter(State::stopped);
  if (late) {
    set_reason("STOPPED LATE",
               {"SL-RUN-004",
                "the drain deadline passed with " + counted(sessions, "session") + " left; it held " +
                    held_text(holds),
                order_.entry.path, "Give it a longer deadline (limits.drain_ms, limits.replace_drain_ms)."});
  }
  enter(State::retired);
}

// From whatever point it reached back to nothing: stop, lanes end, threads joined, destroy, ledger, unmapped.
void Module::stop_calls() {
  if (!running_) return;
  if (!running_->seat.lanes.empty()) {
    order_.host.engine->shut_for_new(running_->seat);
    end_packagings();
    if (running_->start_called && !running_->stuck) {
      const auto answer = call("stop", order_.deadlines.stop, [](const Negotiated& module, sluice_err*) {
        module.life.stop(module.self);
        return SLUICE_STATUS_OK;
      });
      if (answer.called == Called::threw) log_problem("module " + id() + ": " + answer.text);
      running_->stuck = answer.called == Called::late;
    }
    end_lanes();
  }
  if (running_->stuck) return become_zombie("one of its threads did not come back");
  if (running_->negotiated) destroy();
  if (running_->stuck) return become_zombie("destroy did not come back");
  settle_ledger();
  retire();
}

// It is not called for a packaging once it was told to stop.
void Module::end_packagings() {
  auto& engine = *order_.host.engine;
  engine.dismiss_packagings(running_->seat);
  const auto until = std::chrono::steady_clock::now() + patience_between;
  while (engine.packagings(running_->seat) != 0) {
    if (std::chrono::steady_clock::now() >= until) return engine.abandon_packagings(running_->seat);
    std::this_thread::sleep_for(milliseconds(1));
  }
}

void Module::end_lanes() {
  running_->ending = true;
  for (auto* lane : running_->seat.lanes) order_.host.engine->lane_end(lane);
  // A thread known to be stuck in the module gets no second wait.
  const auto patience = running_->stuck ? milliseconds(100) : order_.deadlines.stop;
  running_->stuck = !running_->threads.join(patience);
  if (running_->stuck) return;
  // From here on no call of the module comes but destroy: what it leaked is taken back without asking it.
  for (auto* lane : running_->seat.lanes) lane->on_cache_release(nullptr, nullptr);
}

void Module::destroy() {
  auto threw = std::make_shared<std::atomic<bool>>(false);
  running_->stuck = !run_on_loader_thread(order_.deadlines.destroy, [running = running_, threw] {
    // The lanes' threads are joined: frames released here are the first lane's.
    std::optional<engine::Lane::OnBehalf> serves;
    if (!running->seat.lanes.empty()) serves.emplace(*running->seat.lanes.front());
    try {
      running->module.life.destroy(running->module.self);
    } catch (...) {
      *threw = true;
    }
  });
  if (*threw) log_problem("module " + id() + ": destroy threw an exception");
}

void Module::settle_ledger() {
  Seat& seat = running_->seat;
  const auto leaked = seat.ledger.reclaim_all();
  order_.host.services->leave(seat);
  close_account();
  if (seat.book != nullptr) seat.book->know_lanes({});
  for (auto* lane : seat.lanes) order_.host.engine->lane_close(lane);
  seat.lanes.clear();
  const auto text = held_text(leaked);
  if (!text.empty()) {
    order_.host.log->warn("the module had not given back everything; the host took it back",
                          {{"module", id()}, {"leaked", text}});
  }
  std::lock_guard lock(mutex_);
  picture_.leaked = leaked;
}

// Before its lanes are closed, and so may be another module's.
void Module::close_account() {
  std::lock_guard lock(mutex_);
  if (picture_.threads == 0) return;
  picture_.account = running_->accounting->now();
  if (!running_->stuck) picture_.threads = 0;
  const auto kept = picture_.account.total().figures;
  if (running_->stuck || kept.retained_frames + kept.lost_drafts == 0) return;
  order_.host.log->warn("the module did not release all frames; their memory is lost to the host",
                        {{"module", id()},
                         {"frames", std::to_string(kept.retained_frames)},
                         {"drafts", std::to_string(kept.lost_drafts)}});
}

void Module::retire() {
  auto remains = Remains::none;
  if (running_->mapped) {
    const bool clean = order_.entry.candidate.manifest->unload == Unload::clean || !running_->negotiated;
    remains = clean && running_->mapped->unmap() ? Remains::unmapped : Remains::parked;
    if (clean && remains == Remains::parked) {
      log_problem("module " + id() + ": promises a clean unload, but its library stays mapped");
    }
    if (remains == Remains::parked) running_->staged.keep();
  }
  hold(nullptr);
  ::malloc_trim(0);  // what its threads had freed stays in the arenas they leave behind
  std::lock_guard lock(mutex_);
  picture_.remains = remains;
}

void Module::become_zombie(const std::string& where) {
  log_problem("module " + id() + " is a zombie: " + where + "; its library stays mapped until the host ends");
  running_->staged.keep();
  // What its own threads may be using stays as it is; its ports and streams need not.
  order_.host.listeners->close_owned_by(id(), order_.generation);
  order_.host.engine->revoke(running_->seat);
  order_.host.services->leave(running_->seat);
  close_account();
  never_free(running_);
  hold(nullptr);
  {
    std::lock_guard lock(mutex_);
    picture_.remains = Remains::zombie;
  }
  set_reason("FAILED", {"SL-RUN-002", where, order_.entry.path,
                        "Its library stays mapped; restart the host to be rid of it."});
}

void Module::hold(std::shared_ptr<Running> running) {
  std::lock_guard lock(mutex_);
  running_.swap(running);
}

void Module::enter(State state) {
  std::lock_guard lock(mutex_);
  picture_.state = state;
}

void Module::set_reason(const char* word, const Refusal& why) {
  auto text = sentence(why, id(), order_.entry.version);
  // The form of the loader's refusals; a module that ran and then ended was not refused.
  if (const auto place = text.find(" REFUSED "); place != std::string::npos) {
    text.replace(place + 1, std::string_view("REFUSED").size(), word);
  }
  std::lock_guard lock(mutex_);
  picture_.rule = why.rule;
  picture_.message = std::move(text);
}

void Module::log_problem(const std::string& message) const {
  order_.host.log->error(message, {{"module", id()}, {"generation", std::to_string(order_.generation)}});
}

}  // namespace sluice::modules
