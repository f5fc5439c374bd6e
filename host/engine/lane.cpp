#include "engine/lane.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "abi/seat.hpp"
#include "engine/stream.hpp"
#include "engine/subscription.hpp"
#include "engine/window.hpp"

namespace sluice::engine {
namespace {

// One drain ends after so much, so that the module's own descriptors get their turn.
constexpr unsigned calls_per_drain = 256;
constexpr unsigned letters_per_drain = 256;
constexpr unsigned timers_per_drain = 256;
constexpr unsigned told_per_drain = 4096;
constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t leaving_recheck = 1'000'000;

using Kind = modules::Ledger::Kind;

thread_local const Lane* own_lane = nullptr;

// Counts a thread in while it may touch the slot.
class Guest {
 public:
  explicit Guest(std::atomic<std::uint32_t>& guests) : guests_(guests) {
    guests_.fetch_add(1, std::memory_order_seq_cst);
  }
  ~Guest() { guests_.fetch_sub(1, std::memory_order_release); }
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

 private:
  std::atomic<std::uint32_t>& guests_;
};

}  // namespace

Lane::Lane(Clock& clock, unsigned slot, std::uint32_t inbox_slots)
    : clock_(clock), slot_(slot), event_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), inbox_(inbox_slots) {
  if (event_fd_ < 0) throw std::system_error(errno, std::generic_category(), "lane: eventfd");
}

Lane::~Lane() {
  leaving_.clear();
  ::close(event_fd_);
}

// ---- [any] ----

Errc Lane::post(Callback fn, void* ctx) {
  const Guest guest(posters_);
  if (!open_.load(std::memory_order_seq_cst) || ending_.load(std::memory_order_relaxed)) return Errc::gone;
  if (!inbox_.put({fn, ctx})) return Errc::busy;
  kick_if_asleep();
  return Errc::ok;
}

void Lane::send(Letter& letter) {
  if (letter.queued.exchange(true, std::memory_order_acq_rel)) return;
  Letter* head = letters_.load(std::memory_order_relaxed);
  do {
    letter.next = head;
  } while (
      !letters_.compare_exchange_weak(head, &letter, std::memory_order_seq_cst, std::memory_order_relaxed));
  kick_if_asleep();
}

void Lane::enqueue(Link& link) {
  Link* head = ready_.load(std::memory_order_relaxed);
  do {
    link.next = head;
  } while (!ready_.compare_exchange_weak(head, &link, std::memory_order_seq_cst, std::memory_order_relaxed));
  SLUICE_STRESS_POINT();
  kick_if_asleep();
}

void Lane::end() {
  ending_.store(true, std::memory_order_seq_cst);
  kick_if_asleep();
}

void Lane::kick_if_asleep() {
  if (sleeping_.load(std::memory_order_seq_cst) == 0) return;
  if (sleeping_.exchange(0, std::memory_order_seq_cst) == 0) return;
  const std::uint64_t one = 1;
  // Cannot fail but for a counter that is full, and then the lane is awake anyway.
  [[maybe_unused]] const ssize_t written = ::write(event_fd_, &one, sizeof one);
}

LaneFigures Lane::figures() const {
  const auto read = [](const LaneTally::Count& count) { return count.load(std::memory_order_relaxed); };
  LaneFigures figures;
  figures.wakeups = read(tally_.wakeups);
  figures.late = read(tally_.late) + read(late_seen_);
  figures.window_frames = read(tally_.window_frames);
  figures.window_bytes = read(tally_.window_bytes);
  figures.retained_frames = read(tally_.retained_frames);
  figures.retained_bytes = read(tally_.retained_bytes);
  figures.lost_drafts = read(tally_.lost_drafts);
  figures.skipped = read(tally_.skipped);
  figures.dropped = read(tally_.dropped);
  figures.inbox_depth = inbox_.depth();
  figures.inbox_highest = inbox_.highest();
  figures.inbox_refused = inbox_.refused();
  return figures;
}

Pulse Lane::pulse() const {
  Pulse pulse;
  // Its number first: what follows is of this stretch or of a later one, so that none looks older than it is.
  pulse.stretch = tally_.stretch.load(std::memory_order_acquire);
  pulse.busy_since = tally_.busy_since.load(std::memory_order_acquire);
  pulse.wake_at = tally_.wake_at.load(std::memory_order_acquire);
  pulse.host_loop = tally_.host_loop.load(std::memory_order_relaxed);
  pulse.kicked = sleeping_.load(std::memory_order_relaxed) == 0;
  return pulse;
}

void Lane::count_late(std::uint64_t stretch) {
  late_stretch_.store(stretch, std::memory_order_relaxed);
  raise(late_seen_, 1);
}

void Lane::count_retained(std::uint64_t bytes, bool more) {
  if (served_ == nullptr) return;
  LaneTally& tally = served_->tally_;
  raise(tally.retained_frames, more ? 1 : 0 - std::uint64_t{1});
  raise(tally.retained_bytes, more ? bytes : 0 - bytes);
}

const Lane* Lane::of_this_thread() { return own_lane; }

// ---- the life of a slot ----

void Lane::open(Seat& seat, unsigned index) {
  seat_ = &seat;
  index_ = index;
  tally_.reset();
  late_stretch_.store(never_late, std::memory_order_relaxed);
  late_seen_.store(0, std::memory_order_relaxed);
  inbox_.forget_marks();
  now_ = clock_.monotonic();
  next_stuck_check_ = 0;
  cache_release_ = nullptr;
  cache_release_ctx_ = nullptr;
  last_round_ = false;
  ending_.store(false, std::memory_order_relaxed);
  open_.store(true, std::memory_order_seq_cst);
}

bool Lane::clear() {
  open_.store(false, std::memory_order_seq_cst);
  sleeping_.store(0, std::memory_order_seq_cst);
  if (posters_.load(std::memory_order_seq_cst) != 0) return false;
  Inbox::Call call;
  while (inbox_.take(call)) {
  }
  last_round_ = true;
  while (drain_letters()) {
  }
  drain_links();
  settle_leaving();
  dead_.flush();
  return leaving_.empty();
}

// ---- [lane] ----

void Lane::enter() {
  own_lane = this;
  const std::int64_t now = clock_.monotonic();
  begin_stretch(now, now, never);
}

void Lane::leave() {
  begin_stretch(clock_.monotonic(), never, never);
  own_lane = nullptr;
}

// Ends one stretch and begins the next. Who watches may have counted it already.
void Lane::begin_stretch(std::int64_t now, std::int64_t busy_since, std::int64_t wake_at) {
  const std::uint64_t stretch = tally_.stretch.load(std::memory_order_relaxed);
  const std::int64_t busy = tally_.busy_since.load(std::memory_order_relaxed);
  const std::int64_t due = busy == asleep ? tally_.wake_at.load(std::memory_order_relaxed) : busy;
  if (now - due > late_after && late_stretch_.load(std::memory_order_relaxed) != stretch) {
    raise(tally_.late, 1);
  }
  tally_.wake_at.store(wake_at, std::memory_order_release);
  tally_.busy_since.store(busy_since, std::memory_order_release);
  tally_.stretch.store(stretch + 1, std::memory_order_release);
}

Errc Lane::drain() {
  if (last_round_) return Errc::gone;
  now_ = clock_.monotonic();
  begin_stretch(now_, now_, never);
  const bool ending = ending_.load(std::memory_order_seq_cst);
  bool more = drain_inbox();
  more |= drain_letters();
  more |= drain_timers();
  drain_links();
  more |= tell_pending();
  close_stuck();
  settle_leaving();
  dead_.flush();
  if (ending) {
    last_round_ = true;
    return Errc::gone;
  }
  return more || has_news() || !pending_.empty() ? Errc::busy : Errc::ok;
}

bool Lane::drain_inbox() {
  Inbox::Call call;
  for (unsigned called = 0; called < calls_per_drain; ++called) {
    if (!inbox_.take(call)) return false;
    call.fn(call.ctx);
  }
  return true;
}

bool Lane::drain_letters() {
  if (letters_left_ == nullptr) {
    // The list is newest first; letters are read in the order they were sent.
    Letter* newest = letters_.exchange(nullptr, std::memory_order_seq_cst);
    while (newest != nullptr) {
      Letter* const older = newest->next;
      newest->next = letters_left_;
      letters_left_ = newest;
      newest = older;
    }
  }
  for (unsigned read = 0; read < letters_per_drain && letters_left_ != nullptr; ++read) {
    Letter& letter = *letters_left_;
    letters_left_ = letter.next;
    const Letter::Deliver deliver = letter.deliver;
    letter.queued.store(false, std::memory_order_seq_cst);
    deliver(letter, !last_round_);
  }
  return letters_left_ != nullptr;
}

bool Lane::drain_timers() {
  for (unsigned fired = 0; fired < timers_per_drain; ++fired) {
    Timer* const timer = timers_.take_due(now_);
    if (timer == nullptr) return false;
    const Callback fn = timer->fn;
    void* const ctx = timer->ctx;
    seat_->ledger.remove(timer);
    timers_.recycle(timer);
    fn(ctx);
  }
  return true;
}

void Lane::drain_links() {
  for (Link* link = ready_.exchange(nullptr, std::memory_order_seq_cst); link != nullptr;) {
    Link* const next = link->next;  // before the flag: the writer may queue it again at once
    SLUICE_STRESS_POINT();
#if SLUICE_FAULT == 6
    if (link->window != nullptr) link->window->pull();
    SLUICE_STRESS_POINT();
    link->queued.store(false, std::memory_order_seq_cst);  // planted: a frame since the pull told nobody
    if (Window* const window = link->window) pending_.take_all(window->armed);
#else
    // Then the flag, and only then head (in pull): the other order loses the frame in between.
    link->queued.store(false, std::memory_order_seq_cst);
    SLUICE_STRESS_POINT();
    if (Window* const window = link->window) {
      window->pull();
      pending_.take_all(window->armed);
    }
#endif
    link = next;
  }
}

bool Lane::tell_pending() {
  for (unsigned told = 0; told < told_per_drain; ++told) {
    Subscription* const subscription = pending_.pop_front();
    if (subscription == nullptr) return false;
    tell(*subscription);
  }
  return !pending_.empty();
}

void Lane::tell(Subscription& subscription) {
  if (subscription.cursor_ >= subscription.window_.hi() && subscription.window_.ended()) {
    subscription.closing_ = {Errc::gone, subscription.stream().ended_why};
    tell_closed(subscription);
    return;
  }
  subscription.counted_from_ = std::max(subscription.counted_from_, subscription.window_.hi());
  subscription.progress_ = now_;
  behind_.push_back(subscription);
  subscription.listener_->on_ready(subscription);
}

void Lane::tell_closed(Subscription& subscription) {
  subscription.unlink();
  subscription.told_closed_ = true;
  const Subscription::Closing closing = *subscription.closing_;
  subscription.listener_->on_closed(closing.why, closing.reason);
}

void Lane::close_stuck() {
  if (now_ < next_stuck_check_) return;
  next_stuck_check_ = now_ + second;
  Chain<Subscription> due;
  while (Subscription* const oldest = behind_.front()) {
    if (now_ - oldest->progress_ < oldest->stuck_after_) break;
    oldest->unlink();
    if (oldest->readable()) {
      due.push_back(*oldest);
    } else {
      oldest->progress_ = now_;  // has read all that there is
      behind_.push_back(*oldest);
    }
  }
  while (Subscription* const stuck = due.pop_front()) {
    stuck->closing_ = {Errc::limit,
                       "read nothing for " + std::to_string(stuck->stuck_after_ / second) + " s"};
    stuck->tell_evicted();
    tell_closed(*stuck);
  }
}

void Lane::settle_leaving() {
  std::erase_if(leaving_, [](const std::unique_ptr<Window>& window) { return window->settled(); });
}

Errc Lane::sleep(std::int64_t& wake_at) {
  wake_at = never;
  if (last_round_ || letters_left_ != nullptr || !pending_.empty()) return Errc::busy;
#if SLUICE_FAULT == 7
  sleeping_.store(1, std::memory_order_relaxed);  // planted: may become visible after the look below
  const bool news = has_news();
#else
  sleeping_.store(1, std::memory_order_seq_cst);
  SLUICE_STRESS_POINT();
  const bool news = has_news();
#endif
  const std::int64_t next = next_wake();
  const std::int64_t now = news ? never : clock_.monotonic();
  if (next <= now) {
    sleeping_.store(0, std::memory_order_relaxed);
    return Errc::busy;
  }
  begin_stretch(now, asleep, next);
  wake_at = next;
  return Errc::ok;
}

bool Lane::has_news() const {
  return ready_.load(std::memory_order_seq_cst) != nullptr ||
         letters_.load(std::memory_order_seq_cst) != nullptr || inbox_.has_news() ||
         ending_.load(std::memory_order_seq_cst);
}

std::int64_t Lane::next_wake() const {
  std::int64_t at = timers_.next_due();
  if (!leaving_.empty()) at = std::min(at, now_ + leaving_recheck);
  if (!behind_.empty()) at = std::min(at, next_stuck_check_);
  return at;
}

void Lane::awake() {
  const bool kicked = sleeping_.exchange(0, std::memory_order_seq_cst) == 0;
  raise(tally_.wakeups, 1);
  const std::int64_t now = clock_.monotonic();
  begin_stretch(now, now, never);
  if (!kicked) return;
  std::uint64_t kicks = 0;  // for loops that watch the descriptor level-triggered
  [[maybe_unused]] const ssize_t got = ::read(event_fd_, &kicks, sizeof kicks);
}

Result<Timer*> Lane::timer_start(std::int64_t due, Callback fn, void* ctx) {
  Timer* const timer = timers_.add(due, fn, ctx, this);
  if (timer == nullptr) return make_error_code(Errc::limit);
  seat_->ledger.add(Kind::timer, timer, [](void* thing) {
    Timer* const left = static_cast<Timer*>(thing);
    left->lane->timers_.remove(left);
  });
  return timer;
}

void Lane::timer_cancel(Timer* timer) {
  seat_->ledger.remove(timer);
  timers_.remove(timer);
}

void Lane::on_cache_release(CacheRelease fn, void* ctx) {
  cache_release_ = fn;
  cache_release_ctx_ = ctx;
}

Window& Lane::window_of(const std::shared_ptr<Stream>& stream) {
  Link* const link = stream->log.link_of(*this);
  if (link != nullptr && link->window != nullptr) return *link->window;
  // A window of this stream that is still leaving needs not be waited for: this one keeps the stream.
  std::erase_if(leaving_,
                [&](const std::unique_ptr<Window>& left) { return &left->stream() == stream.get(); });
  auto* const window = new Window(*this, stream);
  window->attach();
  return *window;
}

void Lane::release_window(Window& window) {
  if (--window.subscriptions != 0) return;
  window.leave();
  leaving_.emplace_back(&window);
}

}  // namespace sluice::engine
