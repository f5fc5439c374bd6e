// When the publisher sent each frame, in a file that both map: whoever watches knows when a part could be
// whole.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <optional>

#include "socket.hpp"
#include "synthetic_stream.hpp"

namespace sluice::bench {

class SendTimes {
 public:
  // Creates the file when it is not there. The mapping lasts as long as the program.
  explicit SendTimes(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file.is_open() || ::ftruncate(file.get(), static_cast<off_t>(sizeof(Times) * 2 * frame_limit)) != 0)
      fail_with_errno(path);
    void* at =
        ::mmap(nullptr, sizeof(Times) * 2 * frame_limit, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (at == MAP_FAILED) fail_with_errno(path);
    times_ = static_cast<Times*>(at);
  }

  void note(Kind kind, std::uint64_t index, Clock::time_point when) {
    if (index < frame_limit) place(kind, index).store(when.time_since_epoch().count());
  }
  std::optional<Clock::time_point> of(Kind kind, std::uint64_t index) const {
    const std::int64_t when = index < frame_limit ? place(kind, index).load() : 0;
    if (when == 0) return std::nullopt;
    return Clock::time_point(Clock::duration(when));
  }

 private:
  using Times = std::atomic<std::int64_t>;
  static_assert(Times::is_always_lock_free);
  static constexpr std::uint64_t frame_limit = 1U << 18;  // an hour and a half of sound

  Times& place(Kind kind, std::uint64_t index) const {
    return times_[index + (kind == Kind::video ? 0 : frame_limit)];
  }

  Times* times_ = nullptr;
};

}  // namespace sluice::bench
