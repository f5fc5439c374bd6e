#include "modules/call_stack.hpp"

#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>
#include <ucontext.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace sluice::modules {
namespace {

constexpr int handler_calls = 8;  // between the handler and what it interrupted

int asking_signal() { return CallStack::signal(); }

sigset_t only_asking() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, asking_signal());
  return set;
}

const void* program_counter(const void* context) {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return reinterpret_cast<const void*>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return reinterpret_cast<const void*>(machine.pc);
#else
  static_cast<void>(machine);
  return nullptr;  // the handler's own calls are then shown too
#endif
}

// The thread's own; read in a handler, so it must need no initialisation.
constinit thread_local CallStack* mine = nullptr;

}  // namespace

int CallStack::signal() { return SIGRTMIN + 4; }

void CallStack::install() {
  [[maybe_unused]] static const bool once = [] {
    void* first[1];
    ::backtrace(first, 1);  // its first call loads the unwinder, which no handler may
    struct sigaction action{};
    action.sa_sigaction = [](int signal, siginfo_t*, void* context) { on_signal(signal, context); };
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    sigfillset(&action.sa_mask);
    ::sigaction(asking_signal(), &action, nullptr);
    return true;
  }();
}

void CallStack::enter() {
  install();
  mine = this;
  const sigset_t set = only_asking();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void CallStack::leave() {
  const sigset_t set = only_asking();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  mine = nullptr;
}

void CallStack::ask(pthread_t thread) {
  const int before = state_.load(std::memory_order_acquire);
  if (before == asked || before == answering) return;  // an earlier signal is still on its way
  state_.store(asked, std::memory_order_release);
  if (::pthread_kill(thread, asking_signal()) != 0) state_.store(idle, std::memory_order_release);
}

void CallStack::on_signal(int, void* context) {
  const int before = errno;
  if (mine != nullptr) mine->answer(program_counter(context));
  errno = before;
}

void CallStack::answer(const void* interrupted_at) {
  int expected = asked;
  if (!state_.compare_exchange_strong(expected, answering, std::memory_order_acquire)) return;
  std::array<void*, depth + handler_calls> found;
  const int total = ::backtrace(found.data(), static_cast<int>(found.size()));
  int first = 0;
  while (first < total && found[static_cast<std::size_t>(first)] != interrupted_at) ++first;
  if (first == total) first = 0;
  count_ = 0;
  for (int i = first; i < total && count_ < depth; ++i) note(found[static_cast<std::size_t>(i)], i != first);
  state_.store(answered, std::memory_order_release);
}

// While the thread is inside the library, so that its name is still there to be copied.
void CallStack::note(const void* address, bool called_from) {
  // A return address is the one after the call.
  const auto at = reinterpret_cast<std::uintptr_t>(address) - (called_from ? 1 : 0);
  Call& call = calls_[static_cast<std::size_t>(count_++)];
  call.offset = at;
  call.library[0] = '\0';
  dl_find_object found;  // dladdr would wait for whoever loads a library just now
  if (::_dl_find_object(reinterpret_cast<void*>(at), &found) != 0 || found.dlfo_link_map == nullptr) return;
  call.offset = at - found.dlfo_link_map->l_addr;
  const char* path = found.dlfo_link_map->l_name;
  if (path == nullptr || *path == '\0') path = program_invocation_name;
  const char* const slash = std::strrchr(path, '/');
  std::strncpy(call.library.data(), slash == nullptr ? path : slash + 1, call.library.size() - 1);
  call.library.back() = '\0';
}

std::optional<std::string> CallStack::take() {
  if (state_.load(std::memory_order_acquire) != answered) return std::nullopt;
  std::string text;
  for (int i = 0; i < count_; ++i) {
    const Call& call = calls_[static_cast<std::size_t>(i)];
    std::array<char, 96> one;
    std::snprintf(one.data(), one.size(), "%s%s+0x%jx", text.empty() ? "" : " ",
                  call.library[0] == '\0' ? "?" : call.library.data(),
                  static_cast<std::uintmax_t>(call.offset));
    text += one.data();
  }
  state_.store(idle, std::memory_order_release);
  return text;
}

}  // namespace sluice::modules
