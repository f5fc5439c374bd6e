// Where another thread is: its innermost calls, written down by the thread itself in a signal handler.
//
//   ask() --signal--> the thread's handler fills `calls` --> take(), on the asker's next turn
//
// Nothing here waits, allocates in the handler or takes the dynamic loader's lock: a thread may well be asked
// while it, or somebody else, holds any of those.
#pragma once

#include <pthread.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

namespace sluice::modules {

class CallStack {
 public:
  static constexpr int depth = 16;
  // The host's own, by which a thread is asked; modules leave it alone.
  static int signal();

  CallStack() = default;
  CallStack(const CallStack&) = delete;
  CallStack& operator=(const CallStack&) = delete;

  // On the thread that is to answer: unblocks the one signal that asks, and blocks it again.
  void enter();
  void leave();

  // The rest: one asker at a time.
  // `thread` has entered and is not joined. A call that signals interrupt is restarted, except the few that
  // never are (poll, epoll_wait, nanosleep: EINTR).
  void ask(pthread_t thread);
  // Innermost first: "libfoo.so+0x1189 libc.so.6+0x89144 ...", each an address as the library's file counts
  // it. Once per answer; nothing: it has not answered yet.
  std::optional<std::string> take();

 private:
  struct Call {
    std::array<char, 64> library;  // its file's name, cut
    std::uintptr_t offset;
  };
  enum State : int { idle, asked, answering, answered };

  static void install();
  static void on_signal(int signal, void* context);
  void answer(const void* interrupted_at);
  void note(const void* address, bool called_from);

  std::array<Call, depth> calls_{};
  int count_ = 0;
  std::atomic<int> state_{idle};
};

}  // namespace sluice::modules
