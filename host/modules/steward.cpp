#include "modules/steward.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <utility>

#include "config/near_miss.hpp"
#include "observe/log.hpp"

namespace sluice::modules {

namespace {

// While something drains.
constexpr std::chrono::milliseconds drain_period{50};

}  // namespace

Steward::Steward(Supervisor& supervisor, Hooks hooks, std::vector<std::string> first, observe::Log& log)
    : supervisor_(supervisor),
      hooks_(std::move(hooks)),
      log_(log),
      looked_for_(std::move(first)),
      wakeup_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  watch_.look_at(looked_for_);
  if (!watch_.works()) {
    log_.warn(
        "module folders cannot be watched: the system has no inotify watches left (fs.inotify.*); "
        "`sluice modules reload` works all the same");
  }
  thread_ = std::thread([this] { run(); });
}

Steward::~Steward() {
  ending_ = true;
  wake();
  thread_.join();
  ::close(wakeup_);
}

void Steward::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wakeup_, &one, sizeof one);
}

void Steward::run() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_setname_np(pthread_self(), "modules");
  bool draining = false;
  while (!ending_) {
    auto wait = std::chrono::milliseconds(-1);
    const auto now = FolderWatch::Clock::now();
    if (watch_.due() != FolderWatch::Clock::time_point::max()) {
      wait = std::chrono::ceil<std::chrono::milliseconds>(
          std::max(watch_.due() - now, FolderWatch::Clock::duration(0)));
    }
    if (draining && (wait.count() < 0 || wait > drain_period)) wait = drain_period;
    std::array<pollfd, 2> fds{{{wakeup_, POLLIN, 0}, {watch_.fd(), POLLIN, 0}}};
    ::poll(fds.data(), fds.size(), static_cast<int>(wait.count()));
    std::uint64_t count = 0;
    [[maybe_unused]] const auto read = ::read(wakeup_, &count, sizeof count);
    if (ending_) return;
    if (reread_wanted_.exchange(false)) tell_reread();
    if (fds[1].revents != 0) watch_.read(FolderWatch::Clock::now());
    if (watch_.settled(FolderWatch::Clock::now())) {
      std::lock_guard lock(mutex_);
      watch_.look_at(looked_for_);  // before the look: what comes after it is heard
      look({});
    }
    draining = supervisor_.drain_round();
  }
}

void Steward::look(const std::string& anew) {
  Plan plan = hooks_.plan(wishes_);
  looked_for_ = plan.looked_for;
  supervisor_.apply(std::move(plan), anew);
  wake();
}

// ---- By hand
// --------------------------------------------------------------------------------------------------

NotDone Steward::unknown(const std::string& id) const {
  std::vector<std::string> ids;
  for (const auto& status : supervisor_.list()) ids.push_back(status.id);
  const auto nearest = config::nearest_name(id, ids);
  return NotDone(id, "there is no module " + id + (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
}

// Of several manifests with this id the one that runs, or would.
Done<ModuleStatus> Steward::status(const std::string& id) const {
  std::optional<ModuleStatus> found;
  for (auto& one : supervisor_.list()) {
    if (one.id != id) continue;
    if (one.state == State::serving) return one;
    if (!found || found->state == State::shadowed) found = std::move(one);
  }
  if (found) return *found;
  return unknown(id);
}

Done<Json> Steward::bring(const std::string& id, bool anew) {
  const auto before = status(id);
  const auto old = before ? before->life.generation : 0;
  if (before && !anew && before->state == State::serving && before->rule.empty()) {
    return Json{{"id", id}, {"version", before->version}, {"generation", old}};
  }
  look(id);
  const auto after = status(id);
  if (after.has_error()) return after.error();
  const bool served = after->state == State::serving && after->life.generation != old;
  if (!served || !after->rule.empty()) {
    return NotDone(id, after->message.empty()
                           ? "module " + id + " is " + std::string(state_name(after->state))
                           : after->message);
  }
  return Json{{"id", id}, {"version", after->version}, {"generation", after->life.generation}};
}

Done<Json> Steward::reload(const std::string& id) {
  std::lock_guard lock(mutex_);
  return bring(id, true);
}

Done<Json> Steward::enable(const std::string& id) {
  std::lock_guard lock(mutex_);
  const auto known = status(id);
  if (known.has_error()) return known.error();
  wishes_[id] = true;
  return bring(id, false);
}

Done<Json> Steward::reconfigure() {
  std::lock_guard lock(mutex_);
  auto read = hooks_.reread();
  if (read.has_value()) look({});
  return read;
}

void Steward::reconfigure_soon() {
  reread_wanted_ = true;
  wake();
}

void Steward::tell_reread() {
  const auto read = reconfigure();
  if (read.has_error()) return log_.error(read.error().why);
  log_.info("the config was read again");
}

Done<Json> Steward::reset(const std::string& id) {
  std::lock_guard lock(mutex_);
  const auto known = status(id);
  if (known.has_error()) return known.error();
  if (known->rule.empty()) return NotDone(id, "module " + id + " has not failed: there is nothing to reset");
  if (hooks_.forget) hooks_.forget(id);
  return bring(id, true);
}

Done<Json> Steward::going(const std::string& id) const {
  std::uint64_t sessions = 0;
  State state = State::retired;
  for (const auto& one : supervisor_.list()) {
    if (one.id != id) continue;
    for (const auto& earlier : one.earlier) {
      sessions += earlier.life.sessions_left;
      if (earlier.life.state == State::draining) state = State::draining;
    }
  }
  return Json{{"id", id}, {"state", state_name(state)}, {"sessions", sessions}};
}

Done<Json> Steward::drain(const std::string& id) {
  const auto known = status(id);
  if (known.has_error()) return known.error();
  if (!supervisor_.drain(id))
    return NotDone(id, "module " + id + " does not run: it is " + std::string(state_name(known->state)));
  wake();
  return going(id);
}

Done<Json> Steward::disable(const std::string& id) {
  std::lock_guard lock(mutex_);
  const auto known = status(id);
  if (known.has_error()) return known.error();
  wishes_[id] = false;
  look({});
  return going(id);
}

}  // namespace sluice::modules
