#include "call_answer.hpp"

#include <sluice/abi/http.h>
#include <algorithm>
#include <sluice/error.hpp>

namespace sluice::http {
namespace {

constexpr std::int64_t retry_ns = 5'000'000;

AnswerPtr failed(sluice_status status, std::string why) {
  auto answer = std::make_shared<Answer>();
  answer->status = status;
  answer->why = std::move(why);
  return answer;
}

AnswerPtr read(const Host& host, AnswerHeads& heads, const Route& route, sluice_status status,
               BytesView bytes, FramesView frames) {
  if (status != SLUICE_STATUS_OK) return failed(status, std::string(text_of(bytes)));
  try {
    auto answer = std::make_shared<Answer>();
    answer->head = heads.read(bytes);
    if (!answer->head->more.empty() && std::get<CallRoute>(route.answer).shared)
      throw Error(SLUICE_STATUS_PROTOCOL, "the answer of a shared route is to have more");
    answer->body = new FramesParcel(host, std::string(text_of(bytes.subspan(answer->head->body_at))), frames);
    return answer;
  } catch (const Error& error) {
    host.warn("an answer cannot be sent",
              {{"route", route.title}, {"owner", route.owner}, {"why", error.what()}});
    return failed(SLUICE_STATUS_PROTOCOL, "");
  }
}

// Why a call failed, as its peer may hear it.
void reply_failure(Responder& to, sluice_status status, std::string_view why) {
  switch (status) {
    case SLUICE_STATUS_DENIED:
      return reply_text(to, 403, why.empty() ? "This is not allowed." : why);
    case SLUICE_STATUS_NOT_FOUND:
      return reply_text(to, 404, why.empty() ? "There is no such thing here." : why);
    case SLUICE_STATUS_ARGUMENT:
      return reply_text(to, 400, why.empty() ? "The request has a part that cannot be used." : why);
    case SLUICE_STATUS_BUSY:
    case SLUICE_STATUS_GONE:
    case SLUICE_STATUS_UNASKED:
    case SLUICE_STATUS_LIMIT:
    case SLUICE_STATUS_CANCELLED:
      return reply_text(to, 503, "Whoever answers this is busy or was just replaced; try again.",
                        {{"Retry-After", "1"}});
    case SLUICE_STATUS_TIMEOUT:
      return reply_text(to, 504, "Whoever answers this took too long; try again.");
    default:
      return reply_text(to, 500, "Whoever answers this failed; the server's log says more.");
  }
}

Fields join(Fields fields, const Fields& more) {
  for (const auto& field : more) {
    const bool there =
        std::any_of(fields.begin(), fields.end(), [&](const auto& one) { return one.first == field.first; });
    if (!there) fields.push_back(field);
  }
  return fields;
}

}  // namespace

CallAnswer::CallAnswer(CallPlace& place, Responder& to, RoutePtr route)
    : place_(place), to_(to), route_(std::move(route)), call_(place.host), retry_timer_(place.host) {}

CallAnswer::~CallAnswer() {
  if (!shared_key_.empty()) place_.shared.leave(*this);
}

void CallAnswer::begin() { ask(); }

void CallAnswer::ask() {
  deadline_ = place_.host.now() + std::get<CallRoute>(route_->answer).timeout_ns;
  const Request& request = to_.request();
  const bool shared =
      std::get<CallRoute>(route_->answer).shared && (request.method & (method_get | method_head));
  if (shared) return place_.shared.want(*this, *route_, place_.lane);
  const std::string question = write_question(request, false, more_);
  const sluice_status status =
      call_.invoke_for_frames(route_->registration, place_.lane, {SLUICE_HTTP_REQUEST, bytes_of(question)},
                              [this](sluice_status answered, BytesView bytes, FramesView frames) {
                                deliver(read(place_.host, place_.heads, *route_, answered, bytes, frames));
                              });
  asked_ = status == SLUICE_STATUS_OK;
  if (!asked_) deliver(failed(status, ""));
}

// May end this object's work; the responder may let go of it then.
void CallAnswer::deliver(const AnswerPtr& answer) {
  if (done_) return;
  if (answer->status == SLUICE_STATUS_UNASKED) asked_ = false;
  if ((answer->status == SLUICE_STATUS_UNASKED || answer->status == SLUICE_STATUS_GONE) && retry()) return;
  if (answer->status != SLUICE_STATUS_OK) {
    place_.host.debug("a call for a route failed", {{"route", route_->title},
                                                    {"owner", route_->owner},
                                                    {"status", status_name(answer->status)},
                                                    {"why", answer->why}});
    return fail(answer->status, answer->why);
  }
  if (begun_ || !answer->head->more.empty()) return append(*answer);
  done_ = true;
  ResponseHead head = answer->head->head;
  head.fields = join(std::move(head.fields), route_->fields);
  reply_body(to_, std::move(head), answer->body, answer->head->ranges);
}

// One piece of a body that is made while it is sent.
void CallAnswer::append(const Answer& answer) {
  if (begun_ && answer.head->head.status != 200) return fail(SLUICE_STATUS_PROTOCOL, "");
  if (!begun_) {
    begun_ = true;
    ResponseHead head = answer.head->head;
    head.fields = join(std::move(head.fields), route_->fields);
    to_.begin(std::move(head));
  }
  more_ = answer.head->more;
  attempts_ = 0;
  if (to_.request().wants_body())
    to_.send(answer.body);
  else
    more_.clear();
  go_on();
}

// Asks for what follows once the peer has what there is, so that a slow one holds one piece.
void CallAnswer::go_on() {
  if (done_ || call_.is_open()) return;
  if (more_.empty()) {
    done_ = true;
    return to_.end();
  }
  deadline_ = INT64_MAX;  // while the peer is slow its own counts
  if (to_.flush()) ask();
}

void CallAnswer::fail(sluice_status status, std::string_view why) {
  done_ = true;
  if (begun_) return to_.abort("the answer broke off");
  reply_failure(to_, status, why);
}

// The handler went away before it answered. Its successor is there already, or this lane will be told of it
// soon: the host hears of a withdrawal at once, we of what came in its place with our next turn.
bool CallAnswer::retry() {
  if (attempts_ == attempt_limit) return false;
  if (asked_ && !(to_.request().method & methods_idempotent)) return false;  // it may have been done
  ++attempts_;
  retry_timer_.start(place_.lane, place_.host.now() + retry_ns, [this] {
    RoutePtr now = place_.find(to_.request());
    if (!now || !std::get_if<CallRoute>(&now->answer)) return fail(SLUICE_STATUS_GONE, "");
    route_ = std::move(now);
    ask();
  });
  return true;
}

void CallAnswer::tick(std::int64_t now) {
  if (now < deadline_) return;
  deadline_ = INT64_MAX;
  done_ = true;  // the call that is cancelled still completes
  if (!shared_key_.empty()) place_.shared.leave(*this);
  call_.cancel();
  retry_timer_.cancel();
  fail(SLUICE_STATUS_TIMEOUT, "");
}

// ---- SharedAnswers ----

void SharedAnswers::want(CallAnswer& waiter, const Route& route, sluice_lane* lane) {
  const Request& request = waiter.to_.request();
  const std::string key =
      std::to_string(route.registration) + " " + request.target.path + "?" + request.target.query;
  auto& place = entries_[key];
  if (place && place->answer && host_.now() < place->expires) {
    const AnswerPtr answer = place->answer;
    return waiter.deliver(answer);
  }
  const bool ask = !place || place->answer;
  if (ask) {
    if (place) forget(key);
    auto& fresh = entries_[key] = std::make_unique<Entry>(host_);
    fresh->waiters.push_back(&waiter);
    waiter.shared_key_ = key;
    const std::string question = write_question(request, true);
    const sluice_status status = fresh->call.invoke_for_frames(
        route.registration, lane, {SLUICE_HTTP_REQUEST, bytes_of(question)},
        [this, key, about = waiter.route_](sluice_status answered_with, BytesView bytes, FramesView frames) {
          answered(key, read(host_, heads_, *about, answered_with, bytes, frames));
        });
    if (status != SLUICE_STATUS_OK) answered(key, failed(status, ""));
    return;
  }
  place->waiters.push_back(&waiter);
  waiter.shared_key_ = key;
}

void SharedAnswers::answered(const std::string& key, AnswerPtr answer) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  std::list<CallAnswer*> waiters = std::move(found->second->waiters);
  for (CallAnswer* waiter : waiters) waiter->shared_key_.clear();
  const std::size_t bytes = answer->status == SLUICE_STATUS_OK ? answer->body->bytes() : 0;
  if (answer->status == SLUICE_STATUS_OK && answer->head->cache_ms != 0 && entries_.size() <= entry_limit &&
      kept_bytes_ + bytes <= bytes_limit) {
    found->second->answer = answer;
    found->second->expires = host_.now() + std::int64_t{answer->head->cache_ms} * 1'000'000;
    kept_bytes_ += bytes;
  } else {
    entries_.erase(found);
  }
  // A peer that is answered may ask again at once; it cannot be one of those still to be told.
  for (CallAnswer* waiter : waiters) waiter->deliver(answer);
}

void SharedAnswers::leave(CallAnswer& waiter) {
  const auto found = entries_.find(waiter.shared_key_);
  waiter.shared_key_.clear();
  if (found == entries_.end()) return;
  found->second->waiters.remove(&waiter);
  if (found->second->waiters.empty() && !found->second->answer) entries_.erase(found);  // nobody wants it now
}

void SharedAnswers::forget(const std::string& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  if (found->second->answer) kept_bytes_ -= found->second->answer->body->bytes();
  entries_.erase(found);
}

void SharedAnswers::sweep(std::int64_t now) {
  std::erase_if(entries_, [&](const auto& entry) {
    if (!entry.second->answer || now < entry.second->expires) return false;
    kept_bytes_ -= entry.second->answer->body->bytes();
    return true;
  });
}

}  // namespace sluice::http
