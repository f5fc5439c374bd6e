#include "observe/events.hpp"

#include <algorithm>
#include <utility>

namespace sluice::observe {

// `queue` and `posted` are under the listener's own lock, so that hearing does not hold up telling. A closed
// one that still has a delivery under way is freed by that delivery.
class EventSubscription {
 public:
  Events& events;
  const std::string prefix;
  const Events::Post post;
  const Events::Heard heard;
  void* const ctx;

  std::mutex mutex;
  std::deque<std::shared_ptr<const Event>> queue;
  bool posted = false;
  std::atomic<bool> closed = false;
};

Events::Events(const engine::Clock& clock) : clock_(clock) {}
Events::~Events() = default;

void Events::emit(std::string_view kind, std::string_view stream, std::string_view module,
                  std::string details) {
  if (details.empty() || details.size() > max_details) details = "{}";
  auto event = std::make_shared<Event>();
  event->kind = kind;
  event->stream = stream;
  event->module = module;
  event->details = std::move(details);

  std::lock_guard lock(mutex_);
  event->number = next_number_++;
  event->wall = clock_.wall();
  ring_.push_back(event);
  if (ring_.size() > remembered) ring_.pop_front();
  for (const auto& listener : listeners_) {
    if (kind.substr(0, listener->prefix.size()) == listener->prefix) offer(*listener, event);
  }
}

void Events::offer(EventSubscription& listener, const Shared& event) {
  std::lock_guard lock(listener.mutex);
  if (listener.closed) return;
  if (listener.queue.size() < queued_per_listener) {
    listener.queue.push_back(event);
  } else {
    lost_.fetch_add(1, std::memory_order_relaxed);
  }
  // A refused post is tried again with the next event; until then the queue keeps what it has.
  if (!listener.posted) listener.posted = listener.post(&Events::deliver, &listener);
}

void Events::deliver(void* subscription) {
  auto& listener = *static_cast<EventSubscription*>(subscription);
  std::deque<Shared> batch;
  {
    std::lock_guard lock(listener.mutex);
    batch.swap(listener.queue);
  }
  for (const auto& event : batch) {
    if (listener.closed) break;
    listener.heard(listener.ctx, *event);
  }
  bool finished = false;
  {
    std::lock_guard lock(listener.mutex);
    listener.posted = false;
    finished = listener.closed;
    if (!finished && !listener.queue.empty()) listener.posted = listener.post(&Events::deliver, &listener);
  }
  if (finished) listener.events.forget(&listener);
}

EventSubscription* Events::subscribe(std::string prefix, Post post, Heard heard, void* ctx) {
  std::unique_ptr<EventSubscription> listener(
      new EventSubscription{*this, std::move(prefix), std::move(post), heard, ctx, {}, {}, false, false});
  std::lock_guard lock(mutex_);
  return listeners_.emplace_back(std::move(listener)).get();
}

void Events::unsubscribe(EventSubscription* subscription) {
  {
    std::lock_guard lock(subscription->mutex);
    subscription->closed = true;
    subscription->queue.clear();
    if (subscription->posted) return;
  }
  forget(subscription);
}

void Events::forget(EventSubscription* subscription) {
  std::unique_ptr<EventSubscription> last;
  std::lock_guard lock(mutex_);
  const auto place = std::find_if(listeners_.begin(), listeners_.end(),
                                  [&](const auto& listener) { return listener.get() == subscription; });
  if (place == listeners_.end()) return;
  last = std::move(*place);
  listeners_.erase(place);
}

std::vector<Event> Events::recent(std::uint64_t after, std::size_t max) const {
  std::vector<Event> events;
  std::lock_guard lock(mutex_);
  for (const auto& event : ring_) {
    if (events.size() == max) break;
    if (event->number > after) events.push_back(*event);
  }
  return events;
}

}  // namespace sluice::observe
