// A thread asked where it is: it names the library it is in, goes on, and one that cannot answer holds up
// nobody.
#include "modules/call_stack.hpp"

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <thread>

using sluice::modules::CallStack;
using namespace std::chrono_literals;

namespace {

// Waits in read() of a pipe, with every signal but the one blocked, until the pipe's other end is closed.
class Reader {
 public:
  explicit Reader(bool takes_part = true) {
    REQUIRE(::pipe(pipe_) == 0);
    thread_ = std::thread([this, takes_part] {
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_BLOCK, &all, nullptr);
      if (takes_part) stack.enter();
      ready = true;
      char byte = 0;
      got = ::read(pipe_[0], &byte, 1);
      if (takes_part) stack.leave();
    });
    while (!ready) std::this_thread::yield();
  }
  ~Reader() { end(); }
  void end() {
    if (!thread_.joinable()) return;
    ::close(pipe_[1]);
    thread_.join();
    ::close(pipe_[0]);
  }
  pthread_t handle() { return thread_.native_handle(); }

  CallStack stack;
  std::atomic<bool> ready{false};
  std::atomic<long> got{-2};

 private:
  int pipe_[2] = {-1, -1};
  std::thread thread_;
};

std::string asked(Reader& reader) {
  reader.stack.ask(reader.handle());
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (std::chrono::steady_clock::now() < until) {
    if (const auto text = reader.stack.take()) return *text;
    std::this_thread::yield();
  }
  return "no answer";
}

}  // namespace

TEST_CASE("a blocked thread says where it is, innermost first, and goes on blocking") {
  Reader reader;
  CHECK_FALSE(reader.stack.take().has_value());  // was not asked
  for (int round = 0; round < 3; ++round) {
    const auto text = asked(reader);
    INFO(text);
#ifndef SLUICE_SANITIZED  // their runtimes stand between us and the C library
    CHECK_THAT(text, Catch::StartsWith("libc.so.6+0x"));
#endif
    CHECK_THAT(text, Catch::Contains("unit_host_modules+0x"));
    CHECK_FALSE(reader.stack.take().has_value());  // once per answer
  }
  CHECK(reader.got == -2);  // the read was restarted, not interrupted
  reader.end();
  CHECK(reader.got == 0);
}

TEST_CASE("a thread that does not take part is not asked twice, and the signal hurts nobody") {
  Reader reader(false);
  reader.stack.ask(reader.handle());
  reader.stack.ask(reader.handle());
  CHECK_FALSE(reader.stack.take().has_value());
  reader.end();
  CHECK(reader.got == 0);
  // This thread has the signal unblocked and no stack of its own.
  CallStack other;
  other.ask(pthread_self());
  CHECK_FALSE(other.take().has_value());
}
