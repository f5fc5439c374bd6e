// The host's own loop for lanes whose module brings none: epoll over the eventfd and the module's
// descriptors.
#include <sluice/abi/engine.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include "abi/seat.hpp"
#include "engine/fd_watch.hpp"
#include "engine/lane.hpp"
#include "engine/subscription.hpp"
#include "engine/window.hpp"

namespace sluice::engine {
namespace {

constexpr std::size_t watches_most = 65'536;
constexpr std::int64_t millisecond = 1'000'000;

std::uint32_t to_epoll(std::uint32_t events) {
  return ((events & SLUICE_WATCH_READ) != 0 ? static_cast<std::uint32_t>(EPOLLIN) : 0u) |
         ((events & SLUICE_WATCH_WRITE) != 0 ? static_cast<std::uint32_t>(EPOLLOUT) : 0u);
}

std::uint32_t from_epoll(std::uint32_t events) {
  std::uint32_t seen = 0;
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) seen |= SLUICE_WATCH_READ;
  if ((events & EPOLLOUT) != 0) seen |= SLUICE_WATCH_WRITE;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) seen |= SLUICE_WATCH_ERROR;
  return seen;
}

int timeout_until(std::int64_t wake_at, std::int64_t now) {
  if (wake_at == never) return -1;
  const std::int64_t left = std::max<std::int64_t>(0, wake_at - now);
  return static_cast<int>(std::min<std::int64_t>((left + millisecond - 1) / millisecond, 60'000));
}

}  // namespace

void Lane::run() {
  // Entered again after an exception left a call, it goes on with the watches there are.
  if (epoll_fd_ < 0) {
    epoll_fd_ = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event own{};
    own.events = EPOLLIN | static_cast<std::uint32_t>(EPOLLET);  // an edge per kick; never read
    ::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, event_fd_, &own);
  }
  tally_.host_loop.store(true, std::memory_order_relaxed);
  for (;;) {
    const Errc status = drain();
    if (status == Errc::gone) break;
    std::int64_t wake_at = 0;
    if (status == Errc::busy || sleep(wake_at) != Errc::ok) {
      if (watch_count_ != 0) poll_descriptors(0);
      continue;
    }
    poll_descriptors(timeout_until(wake_at, clock_.monotonic()));
    raise(tally_.wakeups, 1);
  }
  tally_.host_loop.store(false, std::memory_order_relaxed);
  ::close(epoll_fd_);
  epoll_fd_ = -1;
}

void Lane::poll_descriptors(int timeout_ms) {
  std::array<epoll_event, 64> events;
  const int count = ::epoll_wait(epoll_fd_, events.data(), static_cast<int>(events.size()), timeout_ms);
  sleeping_.store(0, std::memory_order_seq_cst);
  if (count > 0) {
    now_ = clock_.monotonic();
    begin_stretch(now_, now_, never);
  }
  dispatching_ = true;
  for (int i = 0; i < count; ++i) {
    auto* const watch = static_cast<FdWatch*>(events[static_cast<std::size_t>(i)].data.ptr);
    if (watch == nullptr || watch->stopped) continue;  // null: our own eventfd
    watch->fn(watch->ctx, from_epoll(events[static_cast<std::size_t>(i)].events));
  }
  dispatching_ = false;
  for (FdWatch* const watch : buried_) delete watch;
  buried_.clear();
}

Result<FdWatch*> Lane::watch_start(int fd, std::uint32_t events, FdCallback fn, void* ctx) {
  if (epoll_fd_ < 0) return make_error_code(Errc::state);
  if (watch_count_ >= watches_most) return make_error_code(Errc::limit);
  auto watch = std::make_unique<FdWatch>(*this, fd, fn, ctx);
  epoll_event wanted{};
  wanted.events = to_epoll(events);
  wanted.data.ptr = watch.get();
  if (::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &wanted) != 0) {
    return make_error_code(errno == EBADF || errno == EPERM || errno == EEXIST ? Errc::argument : Errc::io);
  }
  ++watch_count_;
  seat_->ledger.add(modules::Ledger::Kind::watch, watch.get(), [](void* thing) {
    auto* const left = static_cast<FdWatch*>(thing);
    --left->lane.watch_count_;
    delete left;
  });
  return watch.release();
}

Errc Lane::watch_change(FdWatch* watch, std::uint32_t events) {
  epoll_event wanted{};
  wanted.events = to_epoll(events);
  wanted.data.ptr = watch;
  return ::epoll_ctl(watch->lane.epoll_fd_, EPOLL_CTL_MOD, watch->fd, &wanted) == 0 ? Errc::ok : Errc::io;
}

void Lane::watch_stop(FdWatch* watch) {
  Lane& lane = watch->lane;
  lane.seat_->ledger.remove(watch);
  ::epoll_ctl(lane.epoll_fd_, EPOLL_CTL_DEL, watch->fd, nullptr);
  --lane.watch_count_;
  watch->stopped = true;
  if (lane.dispatching_) {
    lane.buried_.push_back(watch);  // this round of events may still name it
  } else {
    delete watch;
  }
}

}  // namespace sluice::engine
