#include "control/stop_signals.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace sluice::control {
namespace {

sigset_t the_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

}  // namespace

void StopSignals::block() {
  const sigset_t set = the_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

StopSignals::StopSignals(Actions actions) : actions_(std::move(actions)) {
  const sigset_t set = the_signals();
  signal_fd_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  end_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (signal_fd_ < 0 || end_fd_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
  thread_ = std::thread([this] { run(); });
}

StopSignals::~StopSignals() {
  ::eventfd_write(end_fd_, 1);
  thread_.join();
  ::close(signal_fd_);
  ::close(end_fd_);
}

void StopSignals::run() {
  ::pthread_setname_np(::pthread_self(), "signals");
  pollfd watched[2] = {{signal_fd_, POLLIN, 0}, {end_fd_, POLLIN, 0}};
  for (;;) {
    if (::poll(watched, 2, -1) < 0 && errno != EINTR) return;
    if (watched[1].revents != 0) return;
    signalfd_siginfo facts{};
    while (::read(signal_fd_, &facts, sizeof(facts)) == sizeof(facts))
      handle(static_cast<int>(facts.ssi_signo));
  }
}

void StopSignals::handle(int signal) {
  if (signal == SIGHUP) {
    actions_.reload();
    return;
  }
  if (asked_.load()) {
    if (signal == SIGINT) actions_.hurried();
    return;
  }
  actions_.asked(signal == SIGINT ? "SIGINT" : "SIGTERM");
  const std::lock_guard lock(mutex_);
  asked_ = true;
  changed_.notify_all();
}

void StopSignals::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return asked_.load(); });
}

}  // namespace sluice::control
