// One thread of a module, as the engine sees it: an inbox, a list of streams with news, timers, and sleep.
//
//   any thread                                     the lane's own thread
//   post(fn, ctx) ----> inbox ring ----+
//   send(letter)  ----> letters -------+---> drain(): calls, letters, due timers, then
//   a publisher   ----> ready links ---+     for each stream with news: pull once, tell the armed readers
//                  |
//                  +--> sleeping? -> eventfd
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "engine/chain.hpp"
#include "engine/clock.hpp"
#include "engine/dead_frames.hpp"
#include "engine/errc.hpp"
#include "engine/inbox.hpp"
#include "engine/lane_tally.hpp"
#include "engine/letter.hpp"
#include "engine/timer_queue.hpp"

namespace sluice {
struct Seat;
}

namespace sluice::engine {

class FdWatch;
class StreamTable;
class Subscription;
class Window;
struct Link;
struct Stream;

class Lane {
 public:
  using Callback = void (*)(void* ctx);
  using FdCallback = void (*)(void* ctx, std::uint32_t events);
  using CacheRelease = void (*)(void* ctx, void* cached);

  Lane(Clock& clock, unsigned slot, std::uint32_t inbox_slots);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // ---- [any] ----
  Seat& seat() const { return *seat_; }
  unsigned index() const { return index_; }  // within its module
  unsigned slot() const { return slot_; }    // within the engine
  int fd() const { return event_fd_; }
  Errc post(Callback fn, void* ctx);  // busy: inbox full; gone: the lane ends
  void send(Letter& letter);          // never fails; does nothing if the letter is on its way already
  void end();
  void enqueue(Link& link);  // a publisher: this stream has news
  LaneFigures figures() const;
  Pulse pulse() const;
  // One thread, the one that watches: this stretch is late, and is counted now rather than when it ends.
  void count_late(std::uint64_t stretch);

  // The lane whose own thread calls, from enter() to leave(); null on every other thread.
  static const Lane* of_this_thread();

  // ---- [lane] ----
  void enter();  // the thread begins: from here on it can be late
  void leave();
  Errc drain();  // ok: nothing left; busy: call again; gone
  Errc sleep(std::int64_t& wake_at);
  void awake();
  void run();
  std::int64_t now() const { return now_; }  // as of the last drain

  Result<Timer*> timer_start(std::int64_t due, Callback fn, void* ctx);
  void timer_cancel(Timer* timer);
  Result<FdWatch*> watch_start(int fd, std::uint32_t events, FdCallback fn, void* ctx);
  static Errc watch_change(FdWatch* watch, std::uint32_t events);
  static void watch_stop(FdWatch* watch);
  void on_cache_release(CacheRelease fn, void* ctx);

  // For what any thread may call and yet somebody has to answer for: while one lives on a thread, the lane it
  // works for. One thread at a time per lane.
  class OnBehalf {
   public:
    explicit OnBehalf(Lane& lane) { served_ = &lane; }
    ~OnBehalf() { served_ = nullptr; }
    OnBehalf(const OnBehalf&) = delete;
    OnBehalf& operator=(const OnBehalf&) = delete;
  };
  // A frame was retained (or, `more` false, released) on this thread. A thread that serves no lane runs no
  // module either: what it keeps is counted nowhere.
  static void count_retained(std::uint64_t bytes, bool more);

 private:
  friend class LaneTable;
  friend class PackagerSession;
  friend class Publication;
  friend class StreamTable;
  friend class Subscription;
  friend class Window;

  // The life of a slot.
  void open(Seat& seat, unsigned index);
  bool clear();  // after the thread was joined; false: a publisher may still be looking at us

  void begin_stretch(std::int64_t now, std::int64_t busy_since, std::int64_t wake_at);
  bool drain_inbox();
  bool drain_letters();
  bool drain_timers();
  void drain_links();
  bool tell_pending();
  void tell(Subscription& subscription);
  void tell_closed(Subscription& subscription);
  void close_stuck();
  void settle_leaving();
  bool has_news() const;
  void kick_if_asleep();
  void poll_descriptors(int timeout_ms);
  std::int64_t next_wake() const;
  Window& window_of(const std::shared_ptr<Stream>& stream);  // attached, if it was not
  void release_window(Window& window);                       // by one subscription

  Clock& clock_;
  const unsigned slot_;
  unsigned index_ = 0;
  Seat* seat_ = nullptr;
  int event_fd_ = -1;

  alignas(64) std::atomic<Link*> ready_{nullptr};
  std::atomic<Letter*> letters_{nullptr};
  std::atomic<std::uint32_t> sleeping_{0};
  std::atomic<bool> ending_{false};
  std::atomic<bool> open_{false};
  std::atomic<std::uint32_t> posters_{0};  // threads inside post or send: the slot is not reused under them
  Inbox inbox_;

  // Written by whoever watches.
  alignas(64) std::atomic<std::uint64_t> late_stretch_{never_late};
  std::atomic<std::uint64_t> late_seen_{0};

  LaneTally tally_;

  // Only the lane's thread, from here on.
  alignas(64) std::int64_t now_ = 0;
  Letter* letters_left_ = nullptr;  // taken, in order, not yet delivered
  TimerQueue timers_;
  Chain<Subscription> pending_;  // to be told
  Chain<Subscription> behind_;   // told, not read to the end; longest without progress first
  std::int64_t next_stuck_check_ = 0;
  std::vector<std::unique_ptr<Window>> leaving_;
  DeadFrames dead_;
  CacheRelease cache_release_ = nullptr;
  void* cache_release_ctx_ = nullptr;
  bool last_round_ = false;

  int epoll_fd_ = -1;  // only while run() runs
  std::size_t watch_count_ = 0;
  std::vector<FdWatch*> buried_;  // stopped during a dispatch; freed after it
  bool dispatching_ = false;

  static constexpr std::uint64_t never_late = std::numeric_limits<std::uint64_t>::max();
  static inline constinit thread_local Lane* served_ = nullptr;
};

}  // namespace sluice::engine
