// Every check in a child of its own: a fence is for good.
#include "modules/fence.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <thread>

using namespace sluice::modules;
namespace fs = std::filesystem;

namespace {

struct End {
  int code = -1;
  int signal = 0;
};

End in_child(const std::function<bool()>& check) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    // Not the test framework's, which would report them as a failure of its own.
    for (int signal = 1; signal < SIGSYS + 1; ++signal) std::signal(signal, SIG_DFL);
    ::_exit(check() ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0};
}

// Behind a fence, true.
bool holds(const std::function<bool()>& check, const FenceRules& rules = {}) {
  return in_child([&] { return raise_fence(rules).empty() && check(); }).code == 0;
}

bool fails_with(int error, long result) { return result < 0 && errno == error; }

}  // namespace

TEST_CASE("what a module may do without asking still works behind the fence") {
  CHECK(holds([] {
    const int fd = ::open("/proc/self/maps", O_RDONLY);
    char byte = 0;
    return fd >= 0 && ::read(fd, &byte, 1) == 1;
  }));
  CHECK(holds([] {
    bool ran = false;
    std::thread([&] { ran = true; }).join();
    return ran;
  }));
  CHECK(in_child([] { return raise_fence({}).empty() && ::raise(SIGTERM) == 0; }).signal == SIGTERM);
  CHECK(in_child([]() -> bool {
          raise_fence({});
          std::abort();
        }).signal == SIGABRT);
}

TEST_CASE("sockets, files to write and other processes are refused") {
  CHECK(holds([] { return fails_with(EACCES, ::socket(AF_INET, SOCK_STREAM, 0)); }));
  CHECK(holds([] { return fails_with(EACCES, ::socket(AF_UNIX, SOCK_STREAM, 0)); }));
  const auto file = fs::temp_directory_path() / ("sluice-fence-" + std::to_string(::getpid()));
  for (const int flags : {O_WRONLY, O_RDWR, O_WRONLY | O_CREAT, O_RDONLY | O_CREAT, O_RDONLY | O_TRUNC}) {
    CAPTURE(flags);
    CHECK(holds([&] { return fails_with(EACCES, ::open(file.c_str(), flags, 0600)); }));
  }
  CHECK_FALSE(fs::exists(file));
  CHECK(holds([&] { return fails_with(EACCES, ::mkdir(file.c_str(), 0700)); }));
  CHECK(holds([&] { return fails_with(EACCES, ::unlink(file.c_str())); }));
  CHECK(holds([&] { return fails_with(EACCES, ::rename(file.c_str(), file.c_str())); }));
  CHECK(holds([] { return fails_with(EPERM, ::kill(::getppid(), 0)); }));
  CHECK(holds([] { return fails_with(EPERM, ::kill(-1, 0)); }));
  CHECK(holds([] { return fails_with(EPERM, ::syscall(SYS_ptrace, 0, 0, 0, 0)); }));
  CHECK(holds([] { return fails_with(EACCES, ::syscall(SYS_io_uring_setup, 1, nullptr)); }));
}

TEST_CASE("another process and another program are a SIGSYS") {
  const auto signal_of = [](const std::function<void()>& act) {
    return in_child([&] {
             if (!raise_fence({}).empty()) return false;
             act();
             return true;
           })
        .signal;
  };
  CHECK(signal_of([] { ::fork(); }) == SIGSYS);
  CHECK(signal_of([] { ::vfork(); }) == SIGSYS);
  CHECK(signal_of([] { ::execl("/bin/true", "true", nullptr); }) == SIGSYS);
  CHECK(signal_of([] {
          if (std::system("true") == 0) ::_exit(0);
        }) == SIGSYS);
  CHECK(forbidden_act(SYS_clone) == "started a process");
  CHECK(forbidden_act(SYS_execve) == "ran another program");
}

TEST_CASE("no core is written, and a file already open grows no further than its bound") {
  CHECK(holds([] {
    rlimit core{1, 1};
    return ::getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0;
  }));
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  CHECK(holds(
      [&] {
        const std::string text(1000, 'x');
        return ::write(::fileno(file), text.data(), text.size()) == 100 &&
               fails_with(EFBIG, ::write(::fileno(file), text.data(), text.size()));
      },
      {.memory = 0, .file_bytes = 100}));
  std::fclose(file);
}

#ifndef SLUICE_SANITIZED  // their runtimes take address space by the terabyte
TEST_CASE("memory: the bound is beyond what is in use, and whoever came near it is known") {
  constexpr std::uint64_t mib = 1u << 20;
  const FenceRules rules{.memory = 64 * mib};
  const auto take = [](std::uint64_t bytes) {
    return ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
  };
  CHECK(holds([&] { return take(32 * mib) && !memory_exhausted(); }, rules));
  CHECK(holds([&] { return take(32 * mib) && !take(33 * mib) && take(28 * mib) && memory_exhausted(); },
              rules));
  CHECK(in_child([&] { return raise_fence(rules).empty() && take(65 * mib); }).signal == SIGSYS);
  CHECK(in_child([&] { return raise_fence(rules).empty() && take(4096 * mib); }).signal == SIGSYS);
  CHECK(holds([&] { return take(4096 * mib) && !memory_exhausted(); }));
}
#endif
