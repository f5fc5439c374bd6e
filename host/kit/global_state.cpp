#include "kit/global_state.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <clocale>
#include <csignal>
#include <cstring>
#include <vector>

#include "modules/call_stack.hpp"

namespace sluice::kit {
namespace {

const void* handler_of(int signal) {
  struct sigaction action{};
  if (::sigaction(signal, nullptr, &action) != 0) return nullptr;
  if ((action.sa_flags & SA_SIGINFO) != 0) return reinterpret_cast<const void*>(action.sa_sigaction);
  return reinterpret_cast<const void*>(action.sa_handler);
}

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(signal);
}

std::string identity(int fd) {
  struct stat found{};
  if (::fstat(fd, &found) != 0) return "closed";
  return std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino);
}

bool any_child() {
  siginfo_t found{};
  return ::waitid(P_ALL, 0, &found, WEXITED | WNOHANG | WNOWAIT) == 0;
}

}  // namespace

GlobalState GlobalState::now() {
  GlobalState state;
  for (int signal = 1; signal <= signals; ++signal) {
    if (signal == modules::CallStack::signal()) continue;  // the host takes it with its first lane
    state.handlers_[static_cast<std::size_t>(signal)] = handler_of(signal);
  }
  char path[4096];
  state.folder_ = ::getcwd(path, sizeof path) != nullptr ? path : "";
  state.locale_ = std::setlocale(LC_ALL, nullptr);
  state.umask_ = ::umask(077);
  ::umask(state.umask_);
  for (int fd = 0; fd < 3; ++fd) state.streams_[static_cast<std::size_t>(fd)] = identity(fd);
  state.has_children_ = any_child();
  return state;
}

std::string GlobalState::differs_from(const GlobalState& later) const {
  std::string text;
  const auto add = [&](const std::string& what) { text += (text.empty() ? "" : ", ") + what; };
  for (int signal = 1; signal <= signals; ++signal) {
    const auto at = static_cast<std::size_t>(signal);
    if (handlers_[at] != later.handlers_[at]) add("the handler of " + signal_name(signal));
  }
  if (folder_ != later.folder_) add("the working folder (" + later.folder_ + ")");
  if (locale_ != later.locale_) add("the locale (" + later.locale_ + ")");
  if (streams_ != later.streams_) add("descriptors 0 to 2");
  if (umask_ != later.umask_) add("the umask");
  if (!has_children_ && later.has_children_) add("a child process");
  return text;
}

}  // namespace sluice::kit
