// The packagings' part of the stream table: who provides a format, who wants it, and who writes it now.
#include "engine/packaging.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "abi/seat.hpp"
#include "engine/lane.hpp"
#include "engine/packager_session.hpp"
#include "engine/stream_table.hpp"
#include "engine/subscription.hpp"

namespace sluice::engine {
namespace {

constexpr std::int64_t kept_unwatched = 5'000'000'000;  // ns
constexpr std::size_t packagings_most = 32;             // of one stream
constexpr std::size_t parameters_most = 4096;

// The same wish in other words is the same wish. Empty: it is no JSON object.
std::string canonical(const std::string& parameters) {
  if (parameters.empty()) return "{}";
  if (parameters.size() > parameters_most) return {};
  const auto json = nlohmann::json::parse(parameters, nullptr, false);
  return json.is_object() ? json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                          : std::string();
}

std::string text_until_zero(const char* text, std::size_t room) { return {text, ::strnlen(text, room)}; }

}  // namespace

// ---- who provides

void StreamTable::packager_up(PackagerOffer offer) {
  const std::lock_guard lock(mutex_);
  offers_.push_back(std::move(offer));
}

void StreamTable::packager_down(Seat& seat) {
  const std::lock_guard lock(mutex_);
  std::erase_if(offers_, [&](const PackagerOffer& offer) { return offer.seat == &seat; });
  for (PackagerSession* const session : sessions_) {
    if (&session->seat() != &seat) continue;
    // A stream that waits for its publisher shows no key frame to end at, but goes on with one.
    const bool can_wait =
        offer_for(session->packaging()->format) != nullptr && session->source()->state == StreamState::live;
    session->order(can_wait ? PackagerSession::hand_on : PackagerSession::dismissed);
  }
}

std::size_t StreamTable::packagings(const Seat& seat) const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count_if(
      sessions_.begin(), sessions_.end(), [&](const auto* session) { return &session->seat() == &seat; }));
}

void StreamTable::dismiss_packagings(Seat& seat) {
  const std::lock_guard lock(mutex_);
  std::erase_if(offers_, [&](const PackagerOffer& offer) { return offer.seat == &seat; });
  for (PackagerSession* const session : sessions_) {
    if (&session->seat() == &seat) session->order(PackagerSession::dismissed);
  }
}

// A thread that does not come back still holds its session, and may yet write: its viewers go elsewhere.
void StreamTable::abandon_packagings(Seat& seat) {
  constexpr std::string_view why = "its packager does not come back";
  Turn turn(*this);
  for (auto each = sessions_.begin(); each != sessions_.end();) {
    PackagerSession& session = **each;
    if (&session.seat() != &seat) {
      ++each;
      continue;
    }
    each = sessions_.erase(each);
    Packaging& packaging = *session.packaging();
    packaging.session = nullptr;
    unlist_packaging(turn, packaging, *session.source(), {Errc::gone, std::string(why), ""});
    for (const auto& [id, subscription] : subscriptions_) {
      if (&subscription->stream() == packaging.chunks.get())
        revoke_subscription(*subscription, Errc::gone, why);
    }
  }
}

// Of several the one with the highest priority, else the one that came first.
const PackagerOffer* StreamTable::offer_for(const std::string& format) const {
  const PackagerOffer* best = nullptr;
  for (const PackagerOffer& offer : offers_) {
    if (offer.format == format && (best == nullptr || offer.priority > best->priority)) best = &offer;
  }
  return best;
}

// ---- who wants

// Null: the operation is decided.
std::shared_ptr<Packaging> StreamTable::packaging_for(Turn& turn, Operation& operation,
                                                      const std::shared_ptr<Stream>& source) {
  const std::string& format = operation.subscribe.format;
  const std::string parameters = canonical(operation.subscribe.parameters);
  if (parameters.empty()) {
    decide(operation,
           {Errc::argument, "the parameters of " + format + " are no JSON object", "give {} for none"});
    return nullptr;
  }
  const std::string name = format + " " + parameters;
  if (const auto found = source->packagings.find(name); found != source->packagings.end())
    return found->second;
  const PackagerOffer* const offer = offer_for(format);
  if (offer == nullptr) {
    decide(operation, {Errc::not_supported, "no running module makes the format \"" + format + "\"",
                       "enable the module that provides sluice.packager/1 under this name"});
    return nullptr;
  }
  if (source->packagings.size() >= packagings_most) {
    decide(operation,
           {Errc::limit, source->key + " is packaged in " + std::to_string(packagings_most) + " ways already",
            ""});
    return nullptr;
  }
  auto packaging = std::make_shared<Packaging>();
  packaging->format = format;
  packaging->parameters = parameters;
  packaging->chunks = make_stream(source->key, source->options);
  packaging->chunks->source = source;
  source->packagings.emplace(name, packaging);
  turn.tell("packaging.started", source->key, offer->seat->id,
            {{"format", format}, {"parameters", parameters}});
  begin_session(packaging, source, *offer, 0);
  return packaging;
}

void StreamTable::begin_session(const std::shared_ptr<Packaging>& packaging,
                                const std::shared_ptr<Stream>& source, const PackagerOffer& offer,
                                std::uint64_t from_seq) {
  const auto& lanes = offer.seat->lanes;
  Lane& lane = *lanes[next_session_++ % lanes.size()];
  packaging->session = new PackagerSession(*this, packaging, source, offer, lane, from_seq);
  sessions_.insert(packaging->session);
  packaging->session->order(PackagerSession::begin);
}

// ---- what sessions tell, on their lanes

void StreamTable::packaging_ready(PackagerSession& session) {
  const std::lock_guard lock(mutex_);
  Packaging& packaging = *session.packaging();
  packaging.ready = true;
  for (const auto& operation : std::exchange(packaging.waiting, {})) {
    if (operation->phase == Operation::Phase::waiting) decide(*operation, {});
  }
}

void StreamTable::packaging_described(Packaging& packaging, const sluice_packager_description& description) {
  const std::lock_guard lock(mutex_);
  packaging.mime = text_until_zero(description.mime, sizeof description.mime);
  packaging.codecs = text_until_zero(description.codecs, sizeof description.codecs);
}

void StreamTable::session_over(PackagerSession& session, SessionEnd end) {
  Turn turn(*this);
  sessions_.erase(&session);
  const std::shared_ptr<Packaging> packaging = session.packaging();
  if (packaging->session != &session) return;  // abandoned
  packaging->session = nullptr;
  const bool goes_on = end.kind == SessionEnd::Kind::handed_on || end.kind == SessionEnd::Kind::dismissed;
  if (goes_on && !packaging->closed) {
    if (const PackagerOffer* const offer = offer_for(packaging->format)) {
      begin_session(packaging, session.source(), *offer, end.next_seq);
      return;
    }
    end.failure = {Errc::not_supported,
                   "the module that makes the format \"" + packaging->format + "\" was taken away", ""};
  }
  if (end.failure.message.empty()) end.failure = {Errc::not_found, "the stream ended", ""};
  packaging->chunks->ended_why = end.failure.message;
  unlist_packaging(turn, *packaging, *session.source(), end.failure);
  packaging->chunks->log.finish();
}

// ---- ends

// Who comes from now on gets another. Its chunks end when its session does.
void StreamTable::unlist_packaging(Turn& turn, Packaging& packaging, Stream& source, const Failure& why) {
  if (std::exchange(packaging.closed, true)) return;
  for (const auto& operation : std::exchange(packaging.waiting, {})) {
    if (operation->phase == Operation::Phase::waiting) decide(*operation, why);
  }
  turn.tell("packaging.ended", source.key, "", {{"format", packaging.format}, {"reason", why.message}});
  source.packagings.erase(packaging.format + " " + packaging.parameters);
}

void StreamTable::end_packagings(Turn& turn, Stream& source) {
  // Their sessions end with the source's log.
  for (const auto& [name, packaging] : std::exchange(source.packagings, {})) {
    unlist_packaging(turn, *packaging, source, {Errc::not_found, source.key + " has ended", ""});
  }
}

void StreamTable::flush_packagings(const Stream& source) {
  for (const auto& [name, packaging] : source.packagings) {
    if (packaging->session != nullptr) packaging->session->order(PackagerSession::flush);
  }
}

void StreamTable::keep_packagings(Turn& turn, Stream& source, std::int64_t now) {
  std::vector<std::shared_ptr<Packaging>> unwanted;
  for (const auto& [name, packaging] : source.packagings) {
    if (packaging->chunks->readers.load(std::memory_order_relaxed) != 0) {
      packaging->unwatched_since = 0;
    } else if (packaging->unwatched_since == 0) {
      packaging->unwatched_since = now;
    } else if (now - packaging->unwatched_since >= kept_unwatched) {
      unwanted.push_back(packaging);
    }
  }
  for (const auto& packaging : unwanted) {
    unlist_packaging(turn, *packaging, source, {Errc::cancelled, "nobody wants it", ""});
    if (packaging->session != nullptr) packaging->session->order(PackagerSession::dismissed);
  }
}

nlohmann::json StreamTable::packaging_facts(const Stream& source) {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& [name, packaging] : source.packagings) {
    const Stream& chunks = *packaging->chunks;
    list.push_back({{"format", packaging->format},
                    {"parameters", nlohmann::json::parse(packaging->parameters)},
                    {"module", packaging->session != nullptr ? packaging->session->seat().id : ""},
                    {"mime", packaging->mime},
                    {"codecs", packaging->codecs},
                    {"viewers", chunks.viewers.load(std::memory_order_relaxed)},
                    {"chunks", chunks.counters.frames.load(std::memory_order_relaxed)},
                    {"bytes", chunks.counters.bytes.load(std::memory_order_relaxed)},
                    {"dropped", chunks.counters.dropped_memory.load(std::memory_order_relaxed)},
                    {"cache_bytes", chunks.log.held_bytes()}});
  }
  return list;
}

}  // namespace sluice::engine
