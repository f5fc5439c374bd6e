// What happened: a bounded memory of it, and a bounded queue to each listener. Telling never waits for
// hearing.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/clock.hpp"
#include "engine/ports.hpp"

namespace sluice::observe {

struct Event {
  std::uint64_t number = 0;  // rises by one from 1
  std::int64_t wall = 0;     // ns since 1970-01-01 UTC
  std::string kind;
  std::string stream;
  std::string module;
  std::string details;  // JSON object
};

class EventSubscription;

class Events final : public engine::EventSink {
 public:
  static constexpr std::size_t remembered = 1024;          // older ones are forgotten
  static constexpr std::size_t queued_per_listener = 256;  // full: the newest is lost for it, and counted
  static constexpr std::size_t max_details = 16 * 1024;    // longer ones become {}

  // Runs fn(ctx) soon on the listener's own thread; false: could not be queued now.
  using Post = std::function<bool(void (*fn)(void* ctx), void* ctx)>;
  using Heard = void (*)(void* ctx, const Event& event);

  explicit Events(const engine::Clock& clock);
  ~Events() override;

  void emit(std::string_view kind, std::string_view stream, std::string_view module,
            std::string details) override;

  // [any] Calls heard(ctx, event), through `post`, for every later event whose kind starts with `prefix`.
  EventSubscription* subscribe(std::string prefix, Post post, Heard heard, void* ctx);
  // On the listener's thread, or after it ended: nothing is heard afterwards.
  void unsubscribe(EventSubscription* subscription);

  // [any] Remembered events with a number > `after`, oldest first, at most `max`.
  std::vector<Event> recent(std::uint64_t after, std::size_t max) const;
  // [any] What all listeners together did not hear.
  std::uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

 private:
  using Shared = std::shared_ptr<const Event>;
  static void deliver(void* subscription);
  void offer(EventSubscription& listener, const Shared& event);
  void forget(EventSubscription* subscription);
  friend class EventSubscription;

  const engine::Clock& clock_;
  mutable std::mutex mutex_;
  std::uint64_t next_number_ = 1;
  std::deque<Shared> ring_;
  std::list<std::unique_ptr<EventSubscription>> listeners_;
  std::atomic<std::uint64_t> lost_{0};
};

}  // namespace sluice::observe
