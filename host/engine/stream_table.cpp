#include "engine/stream_table.hpp"

#include <nlohmann/json.hpp>
#include <sluice/stream_key.hpp>
#include <utility>

#include "abi/seat.hpp"
#include "engine/lane.hpp"
#include "engine/peer_facts.hpp"
#include "engine/publication.hpp"
#include "engine/subscription.hpp"

namespace sluice::engine {
namespace {

using Kind = modules::Ledger::Kind;

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
  // Each is held by its source, and holds it.
  for (const auto& [key, stream] : streams_) stream->packagings.clear();
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

// ---- begins ----

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
    if (operation->seat.shut) return Errc::state;
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
            facts);
  decide(operation, {Errc::denied, reason.empty() ? "not allowed" : reason, ""});
}

// A module's own stream, which an earlier generation of the same module writes.
bool StreamTable::succeeds(const Operation& operation, const Publication& publication) {
  return operation.peer().local_module && publication.peer().local_module &&
         operation.seat.id == publication.seat().id &&
         operation.seat.generation > publication.seat().generation;
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
    const std::shared_ptr<Stream> stream = make_stream(key, operation->app);
    stream->since = clock_.monotonic();
    streams_.emplace(key, stream);
    grant(turn, *operation, stream);
    return;
  }
  Stream& stream = *found->second;
  if (stream.state == StreamState::grace) {
    grant(turn, *operation, found->second);
  } else if (stream.successor || !(operation->app.takeover || succeeds(*operation, *stream.publication))) {
    nlohmann::json facts = peer_facts(operation->peer());
    facts["reason"] = "somebody publishes it";
    turn.tell("publish.denied", key, operation->seat.id, facts);
    decide(*operation,
           {Errc::busy, "somebody publishes " + key, "stop it, kick it, or allow takeover for the app"});
  } else {
    operation->phase = Operation::Phase::waiting;
    stream.successor = operation;
    if (!operation->seat.standby) displace(stream);
  }
}

// Whoever lets go last only puts the stream aside: taking it apart may take 50 us and is no lane's work.
std::shared_ptr<Stream> StreamTable::make_stream(const std::string& key, const AppOptions& app) {
  const auto bury = [this](Stream* stream) {
    const std::lock_guard lock(grave_mutex_);
    grave_.push_back(stream);
  };
  return {new Stream(next_stream_++, key, app, slabs_), bury};
}

void StreamTable::decide(Operation& operation, Failure failure) {
  if (failure.code != Errc::ok && operation.stream)
    leave(*std::exchange(operation.stream, nullptr), operation.peer());
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
    leave(*std::exchange(operation.stream, nullptr), operation.peer());
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

}  // namespace sluice::engine
