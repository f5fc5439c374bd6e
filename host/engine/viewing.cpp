// The viewers' half of the stream table.
#include <nlohmann/json.hpp>

#include "abi/seat.hpp"
#include "engine/lane.hpp"
#include "engine/stream_table.hpp"
#include "engine/subscription.hpp"

namespace sluice::engine {
namespace {

using Kind = modules::Ledger::Kind;

}  // namespace

void StreamTable::admit(Turn& turn, Operation& operation) {
  const std::string& key = operation.subscribe.key;
  const auto found = streams_.find(key);
  if (found == streams_.end()) {
    decide(operation, {Errc::not_found, "nobody publishes " + key, ""});
    return;
  }
  Stream& stream = *found->second;
  const std::uint64_t most = stream.options.max_subscriptions;
  if (admitted_ >= options_.max_subscriptions || (most != 0 && !operation.peer().local_module &&
                                                  stream.viewers.load(std::memory_order_relaxed) >= most)) {
    turn.tell("play.denied", key, operation.seat.id,
              {{"protocol", operation.subscribe.peer.protocol},
               {"peer", operation.subscribe.peer.address},
               {"reason", "too many viewers"}});
    decide(operation, {Errc::limit, "too many viewers", "raise the limit on subscriptions"});
    return;
  }
  if (operation.subscribe.format.empty()) {
    admit_to(operation, found->second);
    decide(operation, {});
    return;
  }
  const auto packaging = packaging_for(turn, operation, found->second);
  if (!packaging) return;
  admit_to(operation, packaging->chunks);
  if (packaging->ready) {
    decide(operation, {});
    return;
  }
  operation.phase = Operation::Phase::waiting;
  operation.deadline = clock_.monotonic() + options_.begin_timeout.count();
  packaging->waiting.push_back(operations_.at(&operation));
}

void StreamTable::admit_to(Operation& operation, const std::shared_ptr<Stream>& stream) {
  ++admitted_;
  if (!operation.peer().local_module) ++viewers_;
  count(*stream, operation.peer(), 1);
  operation.stream = stream;
}

void StreamTable::leave(Stream& stream, const Peer& peer) {
  --admitted_;
  if (!peer.local_module) --viewers_;
  count(stream, peer, std::uint64_t{0} - 1);
}

// Who sees chunks of a stream is a viewer of the stream. A module that reads for viewers it serves itself is
// none of them.
void StreamTable::count(Stream& stream, const Peer& peer, std::uint64_t change) {
  const auto source = stream.source.lock();
  stream.readers.fetch_add(change, std::memory_order_relaxed);
  if (source) source->readers.fetch_add(change, std::memory_order_relaxed);
  if (peer.local_module) return;
  stream.viewers.fetch_add(change, std::memory_order_relaxed);
  if (source) source->viewers.fetch_add(change, std::memory_order_relaxed);
}

// On the operation's lane.
void StreamTable::open_subscription(Operation& operation) {
  Lane& lane = operation.lane;
  Window& window = lane.window_of(operation.stream);
  ++window.subscriptions;
  Subscription* subscription = nullptr;
  {
    Turn turn(*this);
    subscription = new Subscription(*this, window, lane, std::move(operation.subscribe), next_viewer_++);
    subscriptions_.emplace(subscription->id(), subscription);
    turn.tell("play.started", operation.stream->key, operation.seat.id,
              {{"viewer", subscription->id()},
               {"protocol", subscription->request_.peer.protocol},
               {"peer", subscription->request_.peer.address},
               {"agent", subscription->request_.peer.user_agent},
               {"format", subscription->request_.format}});
  }
  operation.stream.reset();
  operation.seat.ledger.add(Kind::subscription, subscription, &StreamTable::reclaim_subscription);
  subscription->listener_ = std::move(operation.subscribe_listener);
  if (subscription->readable()) {
    lane.pending_.push_back(*subscription);
  } else {
    window.armed.push_back(*subscription);
  }
  subscription->listener_->on_done(subscription, {});
}

void StreamTable::subscription_close(Subscription& subscription, std::string_view reason) {
  subscription.seat_.ledger.remove(&subscription);
  {
    Turn turn(*this);
    unlist(turn, subscription, reason);
  }
  leave_window(subscription);
  if (subscription.post_.queued.load(std::memory_order_acquire)) {
    subscription.doomed_ = true;
  } else {
    delete &subscription;
  }
}

void StreamTable::unlist(Turn& turn, Subscription& subscription, std::string_view reason) {
  Stream& stream = subscription.stream();
  subscriptions_.erase(subscription.id());
  leave(stream, subscription.request_.peer);
  turn.tell("play.ended", stream.key, subscription.seat_.id,
            {{"viewer", subscription.id()},
             {"peer", subscription.request_.peer.address},
             {"reason",
              reason.empty() && subscription.closing_ ? subscription.closing_->reason : std::string(reason)},
             {"bytes", subscription.bytes_.load(std::memory_order_relaxed)},
             {"frames", subscription.frames_.load(std::memory_order_relaxed)},
             {"skipped", subscription.skipped_.load(std::memory_order_relaxed)},
             {"duration_s", (clock_.monotonic() - subscription.since_) / 1'000'000'000}});
}

void StreamTable::leave_window(Subscription& subscription) {
  subscription.unlink();
  subscription.lane_.release_window(subscription.window_);
}

void StreamTable::reclaim_subscription(void* thing) {
  Subscription& subscription = *static_cast<Subscription*>(thing);
  subscription.table_.subscription_close(subscription, "its module ended");
}

void Subscription::deliver(Letter& letter, bool lane_runs) {
  Subscription& subscription = static_cast<Post&>(letter).owner;
  subscription.table_.deliver_subscription(subscription, lane_runs);
}

void StreamTable::deliver_subscription(Subscription& subscription, bool lane_runs) {
  if (subscription.doomed_) {
    delete &subscription;
    return;
  }
  if (!lane_runs || subscription.told_closed_) return;
  {
    const std::lock_guard lock(mutex_);
    subscription.closing_ = subscription.revocation_;
  }
  subscription.lane_.tell_closed(subscription);
}

void StreamTable::revoke_subscription(Subscription& subscription, Errc why, std::string_view reason) {
  if (subscription.revocation_) return;
  subscription.revocation_ = {why, std::string(reason)};
  subscription.lane_.send(subscription.post_);
}

void StreamTable::evicted(Subscription& subscription) {
  Turn turn(*this);
  turn.tell("subscription.evicted", subscription.stream().key, subscription.seat_.id,
            {{"viewer", subscription.id()},
             {"peer", subscription.request_.peer.address},
             {"reason", subscription.closing_->reason}});
}

// ---- watches ----

Errc StreamTable::watch_start(Seat& seat, Lane& lane, std::uint64_t revision,
                              std::unique_ptr<WatchListener> listener, RegistryWatch** out) {
  RegistryWatch* watch = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (seat.shut) return Errc::state;
    const std::uint64_t from = revision == 0 ? changes_.revision() : revision;
    watch = new RegistryWatch(*this, seat, lane, from, std::move(listener));
    watches_.insert(watch);
    seat.ledger.add(Kind::watch, watch, &StreamTable::reclaim_watch);
    *out = watch;
    if (from != changes_.revision()) lane.send(watch->post_);
  }
  return Errc::ok;
}

void StreamTable::watch_stop(RegistryWatch& watch) {
  watch.seat_.ledger.remove(&watch);
  const std::lock_guard lock(mutex_);
  watches_.erase(&watch);
  if (watch.stopped_within_ != nullptr) *watch.stopped_within_ = true;
  if (watch.post_.queued.load(std::memory_order_acquire)) {
    watch.doomed_ = true;
  } else {
    delete &watch;
  }
}

void StreamTable::reclaim_watch(void* thing) {
  RegistryWatch& watch = *static_cast<RegistryWatch*>(thing);
  watch.table_.watch_stop(watch);
}

void StreamTable::deliver_watch(RegistryWatch& watch, bool lane_runs) {
  constexpr int most_at_once = 64;
  if (watch.doomed_) {
    delete &watch;
    return;
  }
  if (!lane_runs) return;
  bool stopped = false;
  watch.stopped_within_ = &stopped;
  for (int told = 0; told < most_at_once; ++told) {
    Change change;
    {
      const std::lock_guard lock(mutex_);
      if (!changes_.next(watch.cursor_, change)) break;
    }
    watch.listener_->on_change(change);
    if (stopped) return;
  }
  watch.stopped_within_ = nullptr;
  const std::lock_guard lock(mutex_);
  if (watch.cursor_ != changes_.revision()) watch.lane_.send(watch.post_);
}

}  // namespace sluice::engine
