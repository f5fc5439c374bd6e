// In a child each: the signal ends it, as it would have, and the line is there.
#include "modules/crash_watch.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "abi/seat.hpp"
#include "engine/clock.hpp"
#include "engine/lane.hpp"
#include "engine/lane_table.hpp"
#include "modules/crash_log.hpp"

using namespace sluice;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool sanitized = false;
#endif

[[gnu::noinline]] int use_up_the_stack(int depth) {
  volatile char room[4096];
  room[0] = static_cast<char>(depth);
  return depth == 0 ? 0 : use_up_the_stack(depth + 1) + room[0];
}

// What ended a child in which `fault` ran on a lane's thread (or, `lane` false, on another).
int end_of_child(const std::filesystem::path& file, bool lane, void (*fault)()) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    for (const int signal : modules::fatal_signals) ::signal(signal, SIG_DFL);  // Catch's own
    modules::CrashWatch watch(file);
    engine::SystemClock clock;
    engine::LaneTable lanes(clock, 16);
    Seat seat;
    seat.id = "acme.cam";
    seat.library = std::string(64, 'c');
    engine::Lane* const own = lanes.open(seat, 0);
    std::thread([&] {
      const modules::CrashStack stack;
      if (lane) own->enter();
      fault();
    }).join();
    ::_exit(0);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? WTERMSIG(status) : -1;
}

struct File {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("sluice-crash-watch-" + std::to_string(::getpid()));
  ~File() { std::filesystem::remove(path); }
};

}  // namespace

TEST_CASE("a fatal signal on a lane is written down, and ends the process all the same") {
  if (sanitized) return;  // the sanitizer's own handlers are left in place
  struct Fault {
    int signal;
    void (*run)();
  };
  const auto fault = GENERATE(Fault{SIGSEGV, [] { *static_cast<volatile int*>(nullptr) = 1; }},
                              Fault{SIGABRT, [] { std::abort(); }}, Fault{SIGBUS, [] { ::raise(SIGBUS); }},
                              Fault{SIGSEGV, [] { use_up_the_stack(1); }});
  const File file;
  CHECK(end_of_child(file.path, true, fault.run) == fault.signal);
  const auto crashes = modules::read_crashes(file.path);
  REQUIRE(crashes.size() == 1);
  CHECK(crashes[0].signal == fault.signal);
  CHECK(crashes[0].id == "acme.cam");
  CHECK(crashes[0].library == std::string(64, 'c'));
  CHECK(crashes[0].at > 1'700'000'000);
}

TEST_CASE("of a thread that serves no module nothing is written") {
  if (sanitized) return;
  const File file;
  CHECK(end_of_child(file.path, false, [] { std::abort(); }) == SIGABRT);
  CHECK(modules::read_crashes(file.path).empty());
}

TEST_CASE("who handles a signal already keeps it") {
  ::signal(SIGFPE, SIG_IGN);
  {
    const File file;
    const modules::CrashWatch watch(file.path);
    struct sigaction now{};
    ::sigaction(SIGFPE, nullptr, &now);
    CHECK(now.sa_handler == SIG_IGN);
  }
  ::signal(SIGFPE, SIG_DFL);
}
