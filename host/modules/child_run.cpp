#include "modules/child_run.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "modules/library_file.hpp"

namespace sluice::modules {

namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  FileDescriptor read, write;
};

bool open_pipe(Pipe& pipe) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  pipe.read = FileDescriptor(ends[0]);
  const FileDescriptor write(ends[1]);
  ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
  // Above those the child's descriptors are set up in, also when we were started with some of 0-2 closed.
  pipe.write = FileDescriptor(::fcntl(write.get(), F_DUPFD_CLOEXEC, child_pipe + 1));
  return pipe.write.get() >= 0;
}

class SpawnRules {
 public:
  SpawnRules(const ChildPlan& plan, int pipe) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawn_file_actions_addopen(&files_, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&files_, 1, plan.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND,
                                       0600);
    ::posix_spawn_file_actions_adddup2(&files_, 1, 2);
    ::posix_spawn_file_actions_adddup2(&files_, pipe, child_pipe);
    ::posix_spawn_file_actions_addclosefrom_np(&files_, child_pipe + 1);
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_init(&rules_);
    ::posix_spawnattr_setpgroup(&rules_, 0);
    ::posix_spawnattr_setsigmask(&rules_, &none);
    ::posix_spawnattr_setsigdefault(&rules_, &all);
    ::posix_spawnattr_setflags(&rules_,
                               POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnRules() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&rules_);
  }
  SpawnRules(const SpawnRules&) = delete;
  SpawnRules& operator=(const SpawnRules&) = delete;

  int spawn(const ChildPlan& plan, pid_t& pid) const {
    std::vector<char*> words;
    for (const auto& argument : plan.arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    return ::posix_spawn(&pid, plan.program.c_str(), &files_, &rules_, words.data(), environ);
  }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t rules_;
};

// What is there: a pipe's whole room, but no more in one go, should somebody pour without end. False: there
// is no more to come.
bool read_available(int fd, std::string& said) {
  std::array<char, 4096> bytes;
  for (int turn = 0; turn < 32; ++turn) {
    const auto got = ::read(fd, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got < 0 && errno == EAGAIN;
    said.append(bytes.data(), std::min(static_cast<std::size_t>(got), max_child_words - said.size()));
  }
  return true;
}

// Until the child has ended (true) or the deadline has passed.
bool listen(int pipe, int pidfd, Clock::time_point until, std::string& said) {
  pollfd watched[2] = {{pidfd, POLLIN, 0}, {pipe, POLLIN, 0}};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return false;
    if (::poll(watched, 2, static_cast<int>(std::min<long>(left, 60'000))) < 0) continue;
    if (watched[1].revents != 0 && !read_available(pipe, said)) watched[1].fd = -1;
    if (watched[0].revents != 0) return true;
  }
}

// The leader is not reaped yet, so its number and its group's are still theirs.
void kill_group(pid_t pid) {
  ::kill(-pid, SIGKILL);
  ::kill(pid, SIGKILL);  // should it have left its group
}

void reap(pid_t pid, ChildEnd& end) {
  siginfo_t facts{};
  while (::waitid(P_PID, static_cast<id_t>(pid), &facts, WEXITED) != 0) {
    if (errno != EINTR) return;
  }
  (facts.si_code == CLD_EXITED ? end.exit_code : end.signal) = facts.si_status;
}

std::string because(const std::string& what, int error) { return what + ": " + std::strerror(error); }

}  // namespace

ChildEnd run_child(const ChildPlan& plan) {
  const auto until = Clock::now() + plan.deadline;
  ChildEnd end;
  Pipe pipe;
  if (!open_pipe(pipe)) {
    end.unable = because("no pipe can be made", errno);
    return end;
  }
  pid_t pid = -1;
  const int error = SpawnRules(plan, pipe.write.get()).spawn(plan, pid);
  if (error != 0) {
    end.unable = because(plan.program.string() + " cannot be started", error);
    return end;
  }
  pipe.write = FileDescriptor();
  // glibc 2.36 declares pidfd_open for C only.
  const FileDescriptor pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (pidfd.get() < 0) {
    end.unable = because("the child cannot be watched", errno);
  } else {
    end.late = !listen(pipe.read.get(), pidfd.get(), until, end.said);
  }
  kill_group(pid);
  reap(pid, end);
  read_available(pipe.read.get(), end.said);
  return end;
}

}  // namespace sluice::modules
