#include "engine/stream_table.hpp"

#include <nlohmann/json.hpp>
#include <sluice/stream_key.hpp>

#include "abi/seat.hpp"
#include "engine/lane.hpp"
#include "engine/publication.hpp"
#include "engine/subscription.hpp"

namespace sluice::engine {
namespace {

using Kind = modules::Ledger::Kind;

nlohmann::json peer_facts(const Peer& peer) {
  return {{"protocol", peer.protocol}, {"peer", peer.address}, {"agent", peer.user_agent}};
}

// What a stranger says of itself ends up in lists and events: short, and nothing a terminal would obey.
void make_printable(std::string& text, std::size_t most) {
  if (text.size() > most) text.resize(most);
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
}

void make_printable(Peer& peer) {
  make_printable(peer.protocol, 32);
  make_printable(peer.address, 128);
  make_printable(peer.user_agent, 256);
}

AuthQuestion question_of(const std::string& key, Action action, const Peer& peer, const Credentials& shown) {
  return {action,         key,         peer.protocol, peer.address, peer.user_agent, shown.user,
          shown.password, shown.token, shown.query};
}

}  // namespace

StreamTable::StreamTable(const Options& options, Clock& clock, EventSink& events, Authoriser& authoriser,
                         SlabStore& slabs)
    : options_(options),
      clock_(clock),
      events_(events),
      authoriser_(authoriser),
      slabs_(slabs),
      age_limit_(INT64_MAX) {}

StreamTable::~StreamTable() {
  operations_.clear();
  streams_.clear();
  reap();
}

StreamTable::Turn::~Turn() {
  lock_.unlock();
  for (Event& event : events_) {
    table_.events_.emit(event.kind, event.stream, event.module, std::move(event.details));
  }
}

void StreamTable::Turn::tell(std::string kind, const std::string& stream, const std::string& module,
                             const nlohmann::json& details) {
  events_.push_back({std::move(kind), stream, module,
                     details.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)});
}

AppOptions StreamTable::app_options(const std::string& key) const {
  return options_.app_options ? options_.app_options(stream_app(key)) : AppOptions{};
}

// ---- begins
// ------------------------------------------------------------------------------------------------

Operation::Operation(StreamTable& of, Seat& on, Lane& at, AppOptions options)
    : table(of), seat(on), lane(at), app(options), post(*this) {}

Operation::~Operation() = default;

void Operation::deliver(Letter& letter, bool lane_runs) {
  Operation& operation = static_cast<Post&>(letter).owner;
  operation.table.deliver(operation, lane_runs);
}

Errc StreamTable::publish_begin(Seat& seat, Lane& lane, PublishRequest request,
                                std::unique_ptr<PublishListener> listener, Operation** out) {
  auto operation = std::make_shared<Operation>(*this, seat, lane, app_options(request.key));
  operation->publish = std::move(request);
  make_printable(operation->publish.peer);
  operation->publish_listener = std::move(listener);
  return begin(std::move(operation), out);
}

Errc StreamTable::subscribe_begin(Seat& seat, Lane& lane, SubscribeRequest request,
                                  std::unique_ptr<SubscribeListener> listener, Operation** out) {
  auto operation = std::make_shared<Operation>(*this, seat, lane, app_options(request.key));
  operation->subscribe = std::move(request);
  make_printable(operation->subscribe.peer);
  operation->subscribe_listener = std::move(listener);
  return begin(std::move(operation), out);
}

Errc StreamTable::begin(std::shared_ptr<Operation> operation, Operation** out) {
  {
    const std::lock_guard lock(mutex_);
    if (shut_.contains(&operation->seat)) return Errc::state;
    if (operations_.size() >= options_.max_operations) return Errc::busy;
    operation->deadline = clock_.monotonic() + options_.begin_timeout.count();
    operations_.emplace(operation.get(), operation);
  }
  operation->seat.ledger.add(Kind::operation, operation.get(), &StreamTable::reclaim_operation);
  if (out != nullptr) *out = operation.get();
  const bool publishes = operation->publishes();
  const std::string& key = operation->key();
  if (!is_canonical_stream_key(key)) {
    const std::lock_guard lock(mutex_);
    decide(*operation, {Errc::argument, "\"" + key.substr(0, 80) + "\" is no stream key",
                        "app/name of letters, digits, '.', '_' and '-'"});
    return Errc::ok;
  }
  if (operation->peer().local_module) {
    authorised(*operation, {true, {}});
    return Errc::ok;
  }
  AuthQuestion question =
      publishes ? question_of(key, Action::publish, operation->publish.peer, operation->publish.credentials)
                : question_of(key, Action::play, operation->subscribe.peer, operation->subscribe.credentials);
  authoriser_.authorise(std::move(question),
                        [this, weak = std::weak_ptr(operation)](const AuthDecision& decision) {
                          if (const auto waiting = weak.lock()) authorised(*waiting, decision);
                        });
  return Errc::ok;
}

void StreamTable::authorised(Operation& operation, const AuthDecision& decision) {
  Turn turn(*this);
  if (operation.phase != Operation::Phase::authorising) return;
  if (!decision.allowed) {
    deny(turn, operation, decision.reason);
  } else if (operation.publishes()) {
    claim(turn, operations_.at(&operation));
  } else {
    admit(turn, operation);
  }
}

void StreamTable::deny(Turn& turn, Operation& operation, const std::string& reason) {
  nlohmann::json facts = peer_facts(operation.peer());
  facts["reason"] = reason;
  turn.tell(operation.publishes() ? "publish.denied" : "play.denied", operation.key(), operation.seat.id,
            std::move(facts));
  decide(operation, {Errc::denied, reason.empty() ? "not allowed" : reason, ""});
}

void StreamTable::claim(Turn& turn, const std::shared_ptr<Operation>& operation) {
  const std::string& key = operation->publish.key;
  const auto found = streams_.find(key);
  if (found == streams_.end()) {
    if (streams_.size() >= options_.max_streams) {
      decide(*operation,
             {Errc::limit, "this host has " + std::to_string(streams_.size()) + " streams already",
              "raise the limit on streams"});
      return;
    }
    // Whoever lets go last only puts the stream aside: taking it apart may take 50 us and is no lane's work.
    const auto bury = [this](Stream* stream) {
      const std::lock_guard lock(grave_mutex_);
      grave_.push_back(stream);
    };
    const std::shared_ptr<Stream> stream(new Stream(next_stream_++, key, operation->app, slabs_), bury);
    stream->since = clock_.monotonic();
    streams_.emplace(key, stream);
    grant(turn, *operation, stream);
    return;
  }
  Stream& stream = *found->second;
  if (stream.state == StreamState::grace) {
    grant(turn, *operation, found->second);
  } else if (!operation->app.takeover || stream.successor) {
    nlohmann::json facts = peer_facts(operation->peer());
    facts["reason"] = "somebody publishes it";
    turn.tell("publish.denied", key, operation->seat.id, std::move(facts));
    decide(*operation,
           {Errc::busy, "somebody publishes " + key, "stop it, kick it, or allow takeover for the app"});
  } else {
    operation->phase = Operation::Phase::waiting;
    stream.successor = operation;
    revoke_publication(*stream.publication, Errc::cancelled, "taken over by another publisher", End::lost);
  }
}

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
  turn.tell(returns ? "publish.returned" : "publish.started", stream.key, operation.seat.id,
            std::move(facts));
  decide(operation, {});
}

void StreamTable::decide(Operation& operation, Failure failure) {
  operation.phase = Operation::Phase::decided;
  operation.failure = std::move(failure);
  operation.lane.send(operation.post);
}

std::shared_ptr<Operation> StreamTable::take_operation(Operation& operation) {
  const std::lock_guard lock(mutex_);
  const auto found = operations_.find(&operation);
  auto taken = std::move(found->second);
  operations_.erase(found);
  return taken;
}

void StreamTable::deliver(Operation& operation, bool lane_runs) {
  if (!lane_runs && !operation.reclaimed) return;  // the ledger still has it
  const std::shared_ptr<Operation> kept = take_operation(operation);
  if (operation.reclaimed) return;
  operation.seat.ledger.remove(&operation);
  if (!operation.publishes()) {
    if (operation.stream) {
      open_subscription(operation);
    } else {
      operation.subscribe_listener->on_done(nullptr, operation.failure);
    }
    return;
  }
  if (!operation.publication) {
    operation.publish_listener->on_done(nullptr, operation.failure);
    return;
  }
  Publication* const publication = operation.publication.release();
  publication->listener_ = std::move(operation.publish_listener);
  operation.seat.ledger.add(Kind::publication, publication, &StreamTable::reclaim_publication);
  publication->listener_->on_done(publication, {});
}

void StreamTable::cancel(Operation& operation) {
  const std::lock_guard lock(mutex_);
  if (operation.phase == Operation::Phase::decided) return;
  if (operation.phase == Operation::Phase::waiting) {
    const auto found = streams_.find(operation.key());
    if (found != streams_.end() && found->second->successor.get() == &operation)
      found->second->successor.reset();
  }
  decide(operation, {Errc::cancelled, "cancelled", ""});
}

// The module's lanes have ended: nobody is told any more.
void StreamTable::reclaim_operation(void* thing) {
  Operation& operation = *static_cast<Operation*>(thing);
  StreamTable& table = operation.table;
  std::shared_ptr<Operation> kept;
  Turn turn(table);
  table.discard(turn, operation);
  if (operation.post.queued.load(std::memory_order_acquire)) return;  // goes when the lane is cleared
  const auto found = table.operations_.find(&operation);
  kept = std::move(found->second);
  table.operations_.erase(found);
}

void StreamTable::discard(Turn& turn, Operation& operation) {
  operation.reclaimed = true;
  if (operation.phase == Operation::Phase::waiting) {
    const auto found = streams_.find(operation.key());
    if (found != streams_.end() && found->second->successor.get() == &operation)
      found->second->successor.reset();
  }
  operation.phase = Operation::Phase::decided;
  if (operation.stream) {
    operation.stream->viewers.fetch_sub(1, std::memory_order_relaxed);
    --admitted_;
    operation.stream.reset();
  }
  if (operation.publication) {
    publications_.erase(operation.publication.get());
    if (operation.publication->live_) detach(turn, *operation.publication, End::clean, "its module ended");
    // Its letter, if any, is in the list of the same ended lane: it must outlive that.
    if (operation.publication->post_.queued.load(std::memory_order_acquire)) {
      operation.publication.release()->doomed_ = true;
    } else {
      operation.publication.reset();
    }
  }
}

// ---- publications
// ------------------------------------------------------------------------------------------

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
  turn.tell("publish.lost", stream.key, publication.seat_.id,
            {{"reason", reason}, {"grace_s", stream.options.grace.count() / 1'000'000'000}});
}

void StreamTable::end_stream(Turn& turn, Stream& stream, std::string_view reason) {
  const auto found = streams_.find(stream.key);
  const std::shared_ptr<Stream> handle = std::move(found->second);
  streams_.erase(found);
  stream.state = StreamState::ended;
  stream.log.finish();
  change(ChangeKind::ended, stream);
  turn.tell("publish.ended", stream.key, "",
            {{"reason", reason},
             {"frames", stream.counters.frames.load(std::memory_order_relaxed)},
             {"bytes", stream.counters.bytes.load(std::memory_order_relaxed)},
             {"duration_s", (clock_.monotonic() - stream.since) / 1'000'000'000}});
}

void StreamTable::request_key(Stream& stream, std::int64_t now, std::uint32_t track) {
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

// ---- a module's end, an operator's wish
// --------------------------------------------------------------------

void StreamTable::shut_for_new(Seat& seat) {
  const std::lock_guard lock(mutex_);
  shut_.insert(&seat);
}

void StreamTable::reopen(Seat& seat) {
  const std::lock_guard lock(mutex_);
  shut_.erase(&seat);
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
