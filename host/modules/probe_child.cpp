#include "modules/probe_child.hpp"

#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "abi/host_abi.hpp"
#include "auth/auth_chain.hpp"
#include "engine/clock.hpp"
#include "engine/engine.hpp"
#include "modules/child_run.hpp"
#include "modules/fence.hpp"
#include "modules/probe_report.hpp"
#include "net/listeners.hpp"
#include "observe/events.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"

namespace sluice::modules {

namespace {

const ProbeReporter* reporter = nullptr;  // for the signal handlers

// ---- What goes wrong
// ----------------------------------------------------------------------------------------

// Into the log, for the module's author: LIBRARY(+0xOFFSET), as addr2line wants it. Takes no lock and no
// memory, for whoever is interrupted here may hold malloc's lock or the dynamic linker's;
// backtrace_symbols_fd and dprintf do.
void write_stack() {
  std::array<void*, 64> frames;
  const int count = ::backtrace(frames.data(), frames.size());
  for (int i = 0; i < count; ++i) {
    void* const frame = frames[static_cast<std::size_t>(i)];
    dl_find_object found{};
    if (::_dl_find_object(frame, &found) != 0) continue;
    const auto* map = found.dlfo_link_map;
    std::array<char, 24> digits;
    const auto* end =
        std::to_chars(digits.begin(), digits.end(), reinterpret_cast<std::uintptr_t>(frame) - map->l_addr, 16)
            .ptr;
    const std::string_view name = *map->l_name == '\0' ? "sluice" : map->l_name;
    const std::string_view offset(digits.data(), static_cast<std::size_t>(end - digits.data()));
    for (const auto part : {name, std::string_view("(+0x"), offset, std::string_view(")\n")}) {
      if (::write(STDERR_FILENO, part.data(), part.size()) < 0) return;
    }
  }
}

void on_forbidden(int, siginfo_t* facts, void*) {
  facts->si_syscall == SYS_mmap ? reporter->exhausted() : reporter->forbidden(facts->si_syscall);
  write_stack();
  ::_exit(1);
}

// Back to the default by now (SA_RESETHAND), so that the parent sees which signal it was.
void on_crash(int signal, siginfo_t*, void*) {
  if (memory_exhausted()) reporter->exhausted();
  write_stack();
  ::raise(signal);
}

void catch_signals() {
  void* frame = nullptr;
  ::backtrace(&frame, 1);  // loads what it needs now, not in a handler
  struct sigaction action{};
  action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESETHAND;
  action.sa_sigaction = on_crash;
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) ::sigaction(signal, &action, nullptr);
  action.sa_sigaction = on_forbidden;
  ::sigaction(SIGSYS, &action, nullptr);
}

// Descriptors that are not the module's: closed, or opened again as something else, are seen either way.
class Descriptors {
 public:
  Descriptors() {
    for (int fd = 0; fd <= child_pipe; ++fd) ours_[static_cast<std::size_t>(fd)] = look(fd);
  }
  // -1: all are as they were.
  int changed() const {
    for (int fd = child_pipe; fd >= 0; --fd) {
      if (look(fd) != ours_[static_cast<std::size_t>(fd)]) return fd;
    }
    return -1;
  }

 private:
  using Identity = std::pair<dev_t, ino_t>;
  static Identity look(int fd) {
    struct stat found{};
    return ::fstat(fd, &found) == 0 ? Identity{found.st_dev, found.st_ino} : Identity{};
  }
  std::array<Identity, child_pipe + 1> ours_;
};

// ---- What the module meets
// ----------------------------------------------------------------------------------

// A host without a seat for anybody: an entry finds every interface it would find in the server.
class EmptyHost {
 public:
  explicit EmptyHost(const Expected& expected) {
    seat_.id = expected.id;
    seat_.version = expected.version;
    seat_.host = {&engine_, &clock_, &listeners_, &log_, &metrics_, &events_};
  }
  const sluice_host& table() const { return table_; }

 private:
  static engine::Options small() {
    engine::Options options;
    options.memory_budget = 16u << 20;
    return options;
  }
  engine::SystemClock clock_;
  observe::Log log_{observe::LogOptions{}};
  observe::Metrics metrics_;
  observe::Events events_{clock_};
  auth::AuthChain auth_{{}, clock_, log_};
  engine::Engine engine_{small(), clock_, events_, auth_};
  net::Listeners listeners_{{}, log_, metrics_};
  Seat seat_;
  const sluice_host table_ = abi::host_for(seat_);
};

// On a thread of its own each, as in the server, whose parent alone watches the time. The crash handlers must
// be reached.
void on_module_thread(const std::function<void()>& work) {
  run_on_loader_thread(std::chrono::hours(24), [&work] {
    sigset_t none;
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    work();
  });
}

class Probe {
 public:
  explicit Probe(const ProbeOrder& order) : order_(order), host_(order.expected) {}

  std::optional<Refusal> judge() {
    enter(ProbeStep::initialisers);
    on_module_thread([&] { mapped_.emplace(map_here(order_.library)); });
    if (auto refusal = after(*mapped_)) return refusal;
    enter(ProbeStep::entry);
    on_module_thread(
        [&] { negotiated_.emplace(negotiate_here(***mapped_, host_.table(), order_.expected)); });
    if (auto refusal = after(*negotiated_)) return refusal;
    enter(ProbeStep::destroy);
    bool threw = false;
    on_module_thread([&] {
      try {
        (*negotiated_)->life.destroy((*negotiated_)->self);
      } catch (...) {
        threw = true;
      }
    });
    if (threw) return refuse("destroy threw an exception", "No exception may cross the boundary.");
    if (auto refusal = closed_descriptor()) return refusal;
    if (!order_.unmap) return std::nullopt;
    enter(ProbeStep::unmapping);
    (**mapped_)->unmap();
    return closed_descriptor();
  }

 private:
  void enter(ProbeStep step) const {
    if (!reporter->step(step)) std::_Exit(probe_lost_its_pipe);
  }

  template <class Outcome>
  std::optional<Refusal> after(const Outcome& outcome) const {
    if (auto refusal = closed_descriptor()) return refusal;
    if (outcome.has_value()) return std::nullopt;
    if (memory_exhausted()) reporter->exhausted();
    return outcome.error();
  }

  std::optional<Refusal> closed_descriptor() const {
    const int fd = descriptors_.changed();
    if (fd == child_pipe) std::_Exit(probe_lost_its_pipe);
    if (fd < 0) return std::nullopt;
    return refuse("it closed descriptor " + std::to_string(fd) + ", which is not its own",
                  "A module closes what it opened, nothing else.");
  }

  Refusal refuse(const std::string& finding, const std::string& remedy) const {
    return {"SL-ENT-001", finding, order_.library.string(), remedy};
  }

  const ProbeOrder& order_;
  EmptyHost host_;
  Descriptors descriptors_;
  std::optional<Accepted<std::shared_ptr<Mapped>>> mapped_;
  std::optional<Accepted<Negotiated>> negotiated_;
};

}  // namespace

std::vector<std::string> probe_arguments(const ProbeOrder& order) {
  return {"sluice",
          probe_command,
          "--",
          order.token,
          std::to_string(order.memory_limit),
          order.unmap ? "unmap" : "keep",
          order.expected.id,
          order.expected.version,
          order.library.string()};
}

namespace {

// What the host's own code could not do for want of memory, once the module had its share.
std::optional<Refusal> judge(Probe& probe, const ProbeOrder& order) {
  try {
    return probe.judge();
  } catch (const std::exception& error) {
    if (memory_exhausted()) reporter->exhausted();
    return Refusal{
        "SL-ENT-001", std::string("the probe broke off: ") + error.what(), order.library.string(), {}};
  }
}

}  // namespace

void run_probe(const ProbeOrder& order) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // of the thread that waits for us
  ::prctl(PR_SET_NAME, "probe");
  const ProbeReporter ours(child_pipe, order.token);
  reporter = &ours;
  std::fprintf(stderr, "probe of module %s %s: %s\n", order.expected.id.c_str(),
               order.expected.version.c_str(), order.library.c_str());
  std::optional<Probe> probe;
  std::string why;
  try {
    probe.emplace(order);
    catch_signals();
    why = raise_fence({.memory = order.memory_limit});
  } catch (const std::exception& error) {
    why = error.what();
  }
  if (!why.empty()) {
    ours.impossible(why);
    std::_Exit(1);
  }
  std::_Exit(ours.verdict(judge(*probe, order)) ? 0 : probe_lost_its_pipe);
}

}  // namespace sluice::modules
