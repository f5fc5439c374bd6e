#include "modules/crash_watch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <ctime>
#include <string>
#include <utility>

#include "abi/seat.hpp"
#include "engine/lane.hpp"

namespace sluice::modules {
namespace {

std::atomic<const char*> record{nullptr};

// Nothing here may allocate or lock.
class Line {
 public:
  void number(std::uint64_t value) {
    std::array<char, 20> digits;
    std::size_t count = 0;
    do digits[count++] = static_cast<char>('0' + value % 10);
    while ((value /= 10) != 0);
    while (count > 0) put(digits[--count]);
  }
  void text(const std::string& from) {
    for (const char c : from) put(c);
  }
  void put(char c) {
    if (size_ < bytes_.size()) bytes_[size_++] = c;
  }
  void append_to(const char* file) const {
    const int fd = ::open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return;
    [[maybe_unused]] const ssize_t written = ::write(fd, bytes_.data(), size_);
    ::close(fd);
  }

 private:
  std::array<char, 512> bytes_;
  std::size_t size_ = 0;
};

void note(int signal) {
  const engine::Lane* const lane = engine::Lane::of_this_thread();
  const char* const file = record.load(std::memory_order_relaxed);
  if (file != nullptr && lane != nullptr && !lane->seat().library.empty()) {
    Line line;
    line.number(static_cast<std::uint64_t>(::time(nullptr)));
    line.put(' ');
    line.number(static_cast<std::uint64_t>(signal));
    line.put(' ');
    line.text(lane->seat().library);
    line.put(' ');
    line.text(lane->seat().id);
    line.put('\n');
    line.append_to(file);
  }
  ::raise(signal);  // its default action is back, and follows when this returns
}

}  // namespace

CrashWatch::CrashWatch(std::filesystem::path file) : file_(std::move(file)) {
  record = file_.c_str();
  for (const int signal : fatal_signals) {
    struct sigaction before{};
    if (::sigaction(signal, nullptr, &before) != 0 || before.sa_handler != SIG_DFL) continue;
    struct sigaction action{};
    action.sa_handler = &note;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_ONSTACK);
    ::sigaction(signal, &action, nullptr);
  }
}

CrashWatch::~CrashWatch() {
  for (const int signal : fatal_signals) {
    struct sigaction now{};
    if (::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == &note) ::signal(signal, SIG_DFL);
  }
  record = nullptr;
}

CrashStack::CrashStack() {
  const stack_t stack{.ss_sp = bytes_, .ss_flags = 0, .ss_size = size};
  stack_t before{};
  // A sanitizer gives every thread one of its own.
  if (::sigaltstack(nullptr, &before) == 0 && (before.ss_flags & SS_DISABLE) != 0)
    ::sigaltstack(&stack, nullptr);
}

CrashStack::~CrashStack() {
  stack_t now{};
  if (::sigaltstack(nullptr, &now) != 0 || now.ss_sp != bytes_) return;
  const stack_t none{.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
  ::sigaltstack(&none, nullptr);
}

}  // namespace sluice::modules
