// A module's own descriptor, watched by the host's loop.
#pragma once

#include <cstdint>

namespace sluice::engine {

class Lane;

class FdWatch {
 public:
  using Callback = void (*)(void* ctx, std::uint32_t events);

  FdWatch(Lane& lane, int fd, Callback fn, void* ctx) : lane(lane), fd(fd), fn(fn), ctx(ctx) {}

  Lane& lane;
  const int fd;
  const Callback fn;
  void* const ctx;
  bool stopped = false;
};

}  // namespace sluice::engine
