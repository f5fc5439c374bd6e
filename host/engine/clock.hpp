// The host's clocks, as a parameter: tests move them by hand.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace sluice::engine {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t monotonic() const = 0;  // ns
  virtual std::int64_t wall() const = 0;       // ns since 1970-01-01 UTC
};

class SystemClock final : public Clock {
 public:
  std::int64_t monotonic() const override { return since_start(std::chrono::steady_clock::now()); }
  std::int64_t wall() const override { return since_start(std::chrono::system_clock::now()); }

 private:
  template <class Point>
  static std::int64_t since_start(Point point) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(point.time_since_epoch()).count();
  }
};

class ManualClock final : public Clock {
 public:
  std::int64_t monotonic() const override { return now_.load(); }
  std::int64_t wall() const override { return now_.load() + wall_offset_.load(); }
  void advance(std::chrono::nanoseconds by) { now_ += by.count(); }
  void shift_wall(std::chrono::nanoseconds by) { wall_offset_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_{1'000'000'000};
  std::atomic<std::int64_t> wall_offset_{1'700'000'000'000'000'000};
};

}  // namespace sluice::engine
