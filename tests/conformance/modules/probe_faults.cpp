// One fault in one of the first calls into a module, chosen at compile time: FAULT_X is what it does, IN_Y is
// where. What must never happen inside the server.
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <vector>

extern "C" {
#include "fixture.h"
}

namespace {

[[maybe_unused]] void loop() {
  for (volatile int i = 0;; i = i + 1) {
  }
}

[[maybe_unused]] void sleep_for_ever() {
  for (;;) ::pause();
}

// Touches it, and looks at no result, as programs do.
[[maybe_unused]] void eat(std::size_t piece) {
  constexpr std::size_t wanted = std::size_t{4} << 30;
  for (std::size_t eaten = 0; eaten < wanted; eaten += piece) {
    auto* bytes = static_cast<volatile char*>(std::malloc(piece));
    for (std::size_t at = 0; at < piece; at += 4096) bytes[at] = 1;
  }
}

[[maybe_unused]] void eat_with_new() {
  static std::vector<std::vector<char>> eaten;
  for (int i = 0; i < 4096; ++i) eaten.emplace_back(std::size_t{1} << 20, 'x');
}

[[maybe_unused]] void* crash_aside(void*) {
  *static_cast<volatile int*>(nullptr) = 1;
  return nullptr;
}

[[maybe_unused]] void crash_in_a_thread() {
  pthread_t thread;
  if (::pthread_create(&thread, nullptr, crash_aside, nullptr) == 0) ::pthread_join(thread, nullptr);
}

[[maybe_unused]] void run_a_program() {
  char name[] = "/bin/true";
  char* words[] = {name, nullptr};
  ::execv(name, words);
}

// Each of these ought to fail; that none of them does is a way to end, too.
[[maybe_unused]] void try_the_fence() {
  if (::socket(AF_INET, SOCK_STREAM, 0) >= 0) std::_Exit(21);
  if (::kill(::getppid(), 0) == 0) std::_Exit(22);
  if (::open(PROBE_CANARY, O_WRONLY | O_CREAT, 0600) >= 0) std::_Exit(23);
  if (::unlink("/proc/self/exe") == 0) std::_Exit(24);
}

[[maybe_unused]] void go_wrong() {
#if defined(FAULT_THROWS)
  throw std::runtime_error("a fault on purpose");
#elif defined(FAULT_EXITS)
  std::exit(0);
#elif defined(FAULT_EXITS_AT_ONCE)
  ::_exit(3);
#elif defined(FAULT_ABORTS)
  std::abort();
#elif defined(FAULT_SEGFAULTS)
  *static_cast<volatile int*>(nullptr) = 1;
#elif defined(FAULT_SEGFAULTS_IN_A_THREAD)
  crash_in_a_thread();
#elif defined(FAULT_LOOPS)
  loop();
#elif defined(FAULT_SLEEPS)
  sleep_for_ever();
#elif defined(FAULT_STOPS_ITSELF)
  ::raise(SIGSTOP);
#elif defined(FAULT_FORKS)
  if (::fork() == 0) sleep_for_ever();
#elif defined(FAULT_RUNS_A_PROGRAM)
  run_a_program();
#elif defined(FAULT_CALLS_A_SHELL)
  if (std::system("true") != 0) std::abort();
#elif defined(FAULT_CLOSES_0)
  ::close(0);
#elif defined(FAULT_CLOSES_0_TO_2)
  for (int fd = 0; fd <= 2; ++fd) ::close(fd);
#elif defined(FAULT_CLOSES_ALL)
  for (int fd = 0; fd <= 1024; ++fd) ::close(fd);
#elif defined(FAULT_EATS_PIECES)
  eat(std::size_t{1} << 20);
#elif defined(FAULT_EATS_AT_ONCE)
  eat(std::size_t{4} << 30);
#elif defined(FAULT_EATS_WITH_NEW)
  eat_with_new();
#elif defined(FAULT_POURS)
  for (char bytes[4096] = {};;) {
    for (int fd = 1; fd <= 3; ++fd) (void)!::write(fd, bytes, sizeof bytes);
  }
#elif defined(FAULT_TRIES_THE_FENCE)
  try_the_fence();
#endif
}

#ifdef IN_INITIALISER
const int first = [] {
  go_wrong();
  return 1;
}();
#endif

#ifdef IN_UNMAPPING
__attribute__((destructor)) void at_the_end() { go_wrong(); }
#endif

sluice_status start(void*, sluice_err*) { return SLUICE_STATUS_OK; }
void stop(void*) {}
void destroy(void*) {
#ifdef IN_DESTROY
  go_wrong();
#endif
}

}  // namespace

extern "C" sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
  // A real offer: every interface can be found, as in the server.
  void* self = nullptr;
  if (fixture_find(offer->host, SLUICE_ENGINE_ID, &self) == nullptr) return SLUICE_STATUS_NOT_FOUND;
#ifdef IN_ENTRY
  go_wrong();
#endif
  static const sluice_module_life life = {sizeof life, 0,       nullptr, nullptr, start,   nullptr,
                                          nullptr,     nullptr, nullptr, stop,    destroy, nullptr};
  answer->struct_size = sizeof *answer;
  answer->id = fixture_str("probe-faults");
  answer->version = fixture_str("1.0.0");
  answer->life = &life;
  return SLUICE_STATUS_OK;
}
