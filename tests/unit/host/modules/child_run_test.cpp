#include "modules/child_run.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

using namespace sluice::modules;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct Ground {
  fs::path folder = [] {
    std::string name = (fs::temp_directory_path() / "sluice-child-XXXXXX").string();
    return fs::path(::mkdtemp(name.data()));
  }();
  fs::path log = folder / "log";
  ~Ground() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  ChildEnd shell(const std::string& script, std::chrono::milliseconds deadline = 20s) const {
    return run_child({"/bin/sh", {"sh", "-c", script}, log, deadline});
  }
  std::string logged() const {
    std::ifstream file(log);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

bool alive(const std::string& pid) { return ::kill(std::stoi(pid), 0) == 0 || errno != ESRCH; }

// An orphan dies at once but is reaped by somebody else, in his time: a zombie counts as dead.
bool gone_soon(std::string pid) {
  pid.resize(pid.find('\n'));
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (std::chrono::steady_clock::now() < until) {
    std::ifstream status("/proc/" + pid + "/stat");
    const std::string text{std::istreambuf_iterator<char>(status), {}};
    if (!alive(pid) || text.find(") Z ") != std::string::npos) return true;
    std::this_thread::yield();
  }
  return false;
}

std::size_t descriptors() {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), {}));
}

}  // namespace

TEST_CASE("a child's words, log and end are told") {
  const Ground ground;
  ground.shell("echo from another time");
  const auto end = ground.shell("echo verdict >&3; echo out; echo err >&2; exit 7");
  CHECK(end.unable.empty());
  CHECK(end.said == "verdict\n");
  CHECK(ground.logged() == "out\nerr\n");
  CHECK(end.exit_code == 7);
  CHECK(end.signal == 0);
  CHECK_FALSE(end.late);
  struct stat found{};
  REQUIRE(::stat(ground.log.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0600);
}

TEST_CASE("a signal that ends it is told; none of ours is blocked or ignored in it") {
  const Ground ground;
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  std::signal(SIGPIPE, SIG_IGN);
  const auto end = ground.shell("grep -E 'SigBlk|SigIgn' /proc/self/status; kill -USR1 $$");
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  CHECK(end.signal == SIGUSR1);
  CHECK_THAT(ground.logged(), Catch::StartsWith("SigBlk:\t0000000000000000\nSigIgn:\t"));
  CHECK_THAT(ground.logged(),
             Catch::EndsWith("00000000\n") || Catch::EndsWith("80000000\n"));  // glibc's own 32 and 33
}

TEST_CASE("a child finds nothing open but empty input, the log and the pipe") {
  const Ground ground;
  const int ours = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  const auto end = run_child({"/bin/ls", {"ls", "-1", "/proc/self/fd"}, ground.log, 20s});
  CHECK(end.exit_code == 0);
  CHECK(ground.logged() == "0\n1\n2\n3\n4\n");  // 4: the folder ls reads
  const auto input = ground.shell("cat; readlink /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2");
  ::close(ours);
  CHECK(ground.logged() == "/dev/null\n" + ground.log.string() + "\n" + ground.log.string() + "\n");
  CHECK(input.exit_code == 0);
}

TEST_CASE("at the deadline the whole group goes") {
  const Ground ground;
  const auto since = std::chrono::steady_clock::now();
  const auto end = ground.shell("sleep 1000 & echo $! >&3; wait", 300ms);
  CHECK(end.late);
  CHECK(end.signal == SIGKILL);
  CHECK(std::chrono::steady_clock::now() - since < 10s);
  CHECK(gone_soon(end.said));
}

TEST_CASE("who stays behind a child that ended goes too, though it holds the pipe") {
  const Ground ground;
  const auto end = ground.shell("sleep 1000 & echo $! >&3; exit 0");
  CHECK_FALSE(end.late);
  CHECK(end.exit_code == 0);
  CHECK(gone_soon(end.said));
}

TEST_CASE("a child that stops itself, or pours without end, is killed like any other") {
  const Ground ground;
  CHECK(ground.shell("kill -STOP $$", 200ms).late);
  const auto end = ground.shell("exec cat /dev/zero >&3", 300ms);
  CHECK(end.late);
  CHECK(end.said.size() == max_child_words);
}

TEST_CASE("a child that closed its pipe is still waited for") {
  const Ground ground;
  CHECK(ground.shell("exec 3>&-; exit 5").exit_code == 5);
}

TEST_CASE("what cannot be started is said") {
  const Ground ground;
  CHECK(run_child({"/no/such/program", {"x"}, ground.log, 1s}).unable ==
        "/no/such/program cannot be started: No such file or directory");
  CHECK_THAT(run_child({"/bin/sh", {"sh"}, "/no/such/folder/log", 1s}).unable,
             Catch::Contains("/bin/sh cannot be started"));
}

TEST_CASE("neither children nor descriptors are left") {
  const Ground ground;
  const auto before = descriptors();
  for (int round = 0; round < 20; ++round) ground.shell("exit 0");
  ground.shell("sleep 1000", 1ms);
  CHECK(descriptors() == before);
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}
