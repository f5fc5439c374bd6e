// The publishers' half of the stream table: claims granted, given back, taken away.
#include <nlohmann/json.hpp>

#include "abi/seat.hpp"
#include "engine/lane.hpp"
#include "engine/own_count.hpp"
#include "engine/peer_facts.hpp"
#include "engine/publication.hpp"
#include "engine/stream_table.hpp"
#include "engine/subscription.hpp"

namespace sluice::engine {
namespace {

using Kind = modules::Ledger::Kind;

}  // namespace

void StreamTable::grant(Turn& turn, Operation& operation, const std::shared_ptr<Stream>& handle) {
  Stream& stream = *handle;
  const bool returns = stream.epoch != 0;
  stream.epoch = next_epoch_++;
  stream.state = StreamState::live;
  stream.epoch_ran = false;
  stream.progressed = clock_.monotonic();
  stream.timeline.restart();
  stream.tracks.begin_epoch();
  operation.publication = std::make_unique<Publication>(*this, operation.lane, handle, operation.publish.peer,
                                                        stream.epoch, options_.max_frame);
  stream.publication = operation.publication.get();
  publications_.insert(stream.publication);
  change(ChangeKind::live, stream);
  nlohmann::json facts = peer_facts(operation.peer());
  facts["epoch"] = stream.epoch;
  turn.tell(returns ? "publish.returned" : "publish.started", stream.key, operation.seat.id, facts);
  decide(operation, {});
}

void Publication::deliver(Letter& letter, bool lane_runs) {
  Publication& publication = static_cast<Post&>(letter).owner;
  publication.table_.deliver_publication(publication, lane_runs);
}

void StreamTable::deliver_publication(Publication& publication, bool lane_runs) {
  if (publication.doomed_) {
    delete &publication;
    return;
  }
  if (!lane_runs) return;
  std::optional<Publication::Revocation> revocation;
  {
    Turn turn(*this);
    if (publication.live_ && publication.revocation_) {
      revocation = publication.revocation_;
      detach(turn, publication, revocation->how, revocation->reason);
    }
  }
  const std::uint64_t wanted = publication.key_wanted_.exchange(0, std::memory_order_relaxed);
  if (revocation) {
    publication.listener_->on_revoked(revocation->why, revocation->reason);
  } else if (wanted != 0 && publication.live_) {
    publication.listener_->on_key_wanted(static_cast<std::uint32_t>(wanted - 1));
  }
}

void StreamTable::revoke_publication(Publication& publication, Errc why, std::string_view reason, End how) {
  if (publication.revocation_ || !publication.live_) return;
  publication.revocation_ = {why, std::string(reason), how};
  publication.lane_.send(publication.post_);
}

void StreamTable::publication_end(Publication& publication, End how, std::string_view reason) {
  publication.seat_.ledger.remove(&publication);
  raise(publication.lane_.tally_.lost_drafts, publication.drafts_.load(std::memory_order_relaxed));
  Turn turn(*this);
  if (publication.live_) detach(turn, publication, how, reason);
  publications_.erase(&publication);
  if (publication.post_.queued.load(std::memory_order_acquire)) {
    publication.doomed_ = true;
  } else {
    delete &publication;
  }
}

void StreamTable::reclaim_publication(void* thing) {
  Publication& publication = *static_cast<Publication*>(thing);
  const End how = publication.peer_.local_module ? End::clean : End::lost;
  publication.table_.publication_end(publication, how, "its module ended");
}

// On the publication's lane, or after that has ended: from here on somebody else may be the writer.
void StreamTable::detach(Turn& turn, Publication& publication, End how, std::string_view reason) {
  const std::shared_ptr<Stream> handle = publication.stream_;
  Stream& stream = *handle;
  publication.live_ = false;
  stream.publication = nullptr;
  if (const std::shared_ptr<Operation> successor = std::move(stream.successor)) {
    grant(turn, *successor, handle);
    return;
  }
  if (how == End::clean || stream.options.grace.count() <= 0) {
    end_stream(turn, stream, reason);
    return;
  }
  stream.state = StreamState::grace;
  stream.grace_until = clock_.monotonic() + stream.options.grace.count();
  change(ChangeKind::grace, stream);
  flush_packagings(stream);
  turn.tell("publish.lost", stream.key, publication.seat_.id,
            {{"reason", reason}, {"grace_s", stream.options.grace.count() / 1'000'000'000}});
}

void StreamTable::end_stream(Turn& turn, Stream& stream, std::string_view reason) {
  const auto found = streams_.find(stream.key);
  const std::shared_ptr<Stream> handle = std::move(found->second);
  streams_.erase(found);
  stream.state = StreamState::ended;
  end_packagings(turn, stream);
  stream.log.finish();
  change(ChangeKind::ended, stream);
  turn.tell("publish.ended", stream.key, "",
            {{"reason", reason},
             {"frames", stream.counters.frames.load(std::memory_order_relaxed)},
             {"bytes", stream.counters.bytes.load(std::memory_order_relaxed)},
             {"duration_s", (clock_.monotonic() - stream.since) / 1'000'000'000}});
}

void StreamTable::request_key(Stream& stream, std::int64_t now, std::uint32_t track) {
  if (const auto source = stream.source.lock()) return request_key(*source, now, 0);
  constexpr std::int64_t at_most_every = 1'000'000'000;
  std::int64_t next = stream.next_key_request.load(std::memory_order_relaxed);
  if (now < next || !stream.next_key_request.compare_exchange_strong(next, now + at_most_every)) return;
  const std::lock_guard lock(mutex_);
  if (stream.publication == nullptr) return;
  stream.publication->key_wanted_.store(std::uint64_t{track} + 1, std::memory_order_relaxed);
  stream.publication->lane_.send(stream.publication->post_);
}

void StreamTable::change(ChangeKind kind, const Stream& stream) {
  changes_.add(kind, stream.key, stream.epoch);
  for (RegistryWatch* const watch : watches_) watch->lane_.send(watch->post_);
}

// ---- a module's end, an operator's wish ----

void StreamTable::shut_for_new(Seat& seat) {
  const std::lock_guard lock(mutex_);
  seat.shut = true;
}

// The claims that waited for this: each displaces the earlier generation's publication.
void StreamTable::activate(Seat& seat) {
  const std::lock_guard lock(mutex_);
  seat.standby = false;
  for (const auto& [operation, handle] : operations_) {
    if (&operation->seat != &seat || operation->phase != Operation::Phase::waiting) continue;
    operation->deadline = clock_.monotonic() + options_.begin_timeout.count();
    displace(*streams_.at(operation->key()));
  }
}

void StreamTable::displace(Stream& stream) {
  revoke_publication(*stream.publication, Errc::cancelled, "taken over by another publisher", End::lost);
}

void StreamTable::revoke(Seat& seat) {
  constexpr std::string_view reason = "its module drains";
  const std::lock_guard lock(mutex_);
  for (Publication* const publication : publications_) {
    if (&publication->seat_ != &seat) continue;
    const End how = publication->peer_.local_module ? End::clean : End::lost;
    revoke_publication(*publication, Errc::cancelled, reason, how);
  }
  for (const auto& [id, subscription] : subscriptions_) {
    if (&subscription->seat_ == &seat) revoke_subscription(*subscription, Errc::cancelled, reason);
  }
  for (const auto& [operation, handle] : operations_) {
    if (&operation->seat != &seat || operation->phase == Operation::Phase::decided) continue;
    if (operation->phase == Operation::Phase::waiting) {
      const auto found = streams_.find(operation->key());
      if (found != streams_.end() && found->second->successor == handle) found->second->successor.reset();
    }
    decide(*operation, {Errc::cancelled, std::string(reason), ""});
  }
}

std::size_t StreamTable::kick(std::string_view stream, std::optional<std::uint64_t> viewer,
                              std::string_view reason) {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  if (!viewer) {
    for (Publication* const publication : publications_) {
      if (!publication->live_ || publication->stream_->key != stream) continue;
      revoke_publication(*publication, Errc::cancelled, reason, End::clean);
      ++count;
    }
  }
  for (const auto& [id, subscription] : subscriptions_) {
    if (viewer ? id != *viewer || (!stream.empty() && subscription->stream().key != stream)
               : subscription->stream().key != stream) {
      continue;
    }
    revoke_subscription(*subscription, Errc::cancelled, reason);
    ++count;
  }
  return count;
}

}  // namespace sluice::engine
