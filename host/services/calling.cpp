// Calls between modules: a copy of the question goes to the callee's lane, a copy of its answer to the
// asker's.
//
//   queued --> asked ------------> decided --> completed on the asker's lane
//     |          |                    ^
//     +----------+---- cancelled, ----+          the asker leaves: nobody is told
//                      callee gone
#include <exception>

#include "abi/seat.hpp"
#include "services/holdings.hpp"

namespace sluice::services {
namespace {

BytesView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Only statuses are answers.
sluice_status as_status(sluice_status status) { return status > 0 ? SLUICE_STATUS_INTERNAL : status; }

Failure busy(std::string found) { return {Errc::busy, std::move(found), "try again later"}; }

}  // namespace

Granted<Number> Services::request(Seat& seat, Number lease, CallRequest request) {
  const std::lock_guard lock(mutex_);
  const auto asker = asking(seat, request.lane);
  if (asker.has_error()) return asker.error();
  const auto held = held_by(leases_, seat, lease);
  if (!held) return Failure{Errc::not_found, "no such lease of module " + seat.id, ""};
  return begin_call(*asker, held->offer->door, std::move(request));
}

Granted<Number> Services::invoke(Seat& seat, Number registration, CallRequest request) {
  const std::lock_guard lock(mutex_);
  const auto asker = asking(seat, request.lane);
  if (asker.has_error()) return asker.error();
  const auto record = journal_.find(registration);
  if (!record) {
    return Failure{Errc::gone, "there is no registration " + std::to_string(registration) + " (any more)",
                   ""};
  }
  return begin_call(*asker, record->door, std::move(request));
}

Granted<Number> Services::begin_call(const PartyPtr& asker, const std::shared_ptr<Door>& door,
                                     CallRequest request) {
  Party& callee = *door->owner;
  if (!door->open) return Failure{Errc::gone, door->what + ": " + callee.text() + " has stopped", ""};
  if (!door->serve) {
    return Failure{Errc::not_supported, callee.text() + " serves no calls of " + door->what, ""};
  }
  if (request.bytes.size() > limits_.message_bytes) {
    return Failure{Errc::limit,
                   "the question has " + std::to_string(request.bytes.size()) + " bytes, expected at most " +
                       std::to_string(limits_.message_bytes),
                   ""};
  }
  if (callee.queued >= limits_.queued_calls)
    return busy(callee.text() + " has " + std::to_string(callee.queued) + " calls waiting");
  if (callee.owed >= limits_.open_calls || callee.question_bytes + request.bytes.size() > limits_.held_bytes)
    return busy(callee.text() + " owes " + std::to_string(callee.owed) + " answers");
  if (asker->open >= limits_.open_calls)
    return busy(asker->text() + " has " + std::to_string(asker->open) + " calls open");

  const auto call = std::make_shared<Call>(*this, ++last_number_, asker, std::move(request), door);
  calls_.emplace(call->number, call);
  ++asker->open;
  ++callee.owed;
  ++callee.queued;
  callee.question_bytes += call->request.bytes.size();
  asker->seat->ledger.add(modules::Ledger::Kind::operation, call.get(), &Call::reclaim);
  call->question.send(*door->lane, call);
  return call->number;
}

// ---- the callee's side ----

void Services::serve(const std::shared_ptr<Call>& call) {
  {
    const std::lock_guard lock(mutex_);
    if (call->phase != Call::Phase::queued) return;
    if (!call->door->open)
      return decide(call, SLUICE_STATUS_UNASKED, bytes_of(call->door->what + " was withdrawn"));
    call->phase = Call::Phase::asked;
    --call->door->owner->queued;
  }
  sluice_status status = SLUICE_STATUS_INTERNAL;
  bool threw = false;
  try {
    status = as_status(
        call->door->serve({call->request.method, call->request.bytes, call->owner->id, call->number}));
  } catch (...) {
    threw = true;
  }
  if (status == SLUICE_STATUS_OK) return;
  {
    const std::lock_guard lock(mutex_);
    const auto why = threw ? call->door->owner->id + " threw an exception" : std::string();
    if (call->phase == Call::Phase::asked) decide(call, status, bytes_of(why));
  }
  if (!threw) return;
  complain_(call->door->owner->id, "an exception left its function for " + call->door->what + ", method " +
                                       std::to_string(call->request.method));
}

Errc Services::answer(Seat& seat, Number ticket, sluice_status status, BytesView bytes, FramesView frames) {
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(ticket);
  if (found == calls_.end()) return Errc::gone;
  const auto call = found->second;
  if (call->door->owner->seat != &seat || call->phase != Call::Phase::asked) return Errc::gone;
  const auto too_many = [&](std::size_t found, const char* what, std::size_t most) {
    decide(call, SLUICE_STATUS_LIMIT,
           bytes_of("the answer of " + seat.id + " has " + std::to_string(found) + what +
                    ", expected at most " + std::to_string(most)));
    return Errc::limit;
  };
  if (bytes.size() > limits_.message_bytes) return too_many(bytes.size(), " bytes", limits_.message_bytes);
  if (frames.size() > limits_.message_frames)
    return too_many(frames.size(), " frames", limits_.message_frames);
  if (!frames.empty() && !call->request.answered) {
    decide(call, SLUICE_STATUS_NOT_SUPPORTED,
           bytes_of("the answer of " + seat.id + " has frames, and this call takes none"));
    return Errc::not_supported;
  }
  decide(call, as_status(status), bytes, status == SLUICE_STATUS_OK ? frames : FramesView());
  return Errc::ok;
}

// What the callee owed it owes no longer.
void Services::discharge(Call& call) {
  Party& callee = *call.door->owner;
  if (call.phase == Call::Phase::queued) --callee.queued;
  --callee.owed;
  callee.question_bytes -= call.request.bytes.size();
  call.phase = Call::Phase::decided;
}

void Services::decide(const std::shared_ptr<Call>& call, sluice_status status, BytesView answer,
                      FramesView frames) {
  discharge(*call);
  Party& asker = *call->owner;
  call->status = status;
  if (asker.answer_bytes + answer.size() > limits_.held_bytes ||
      asker.answer_frames + frames.size() > limits_.held_frames) {
    call->status = SLUICE_STATUS_LIMIT;
    answer = bytes_of("too many answers wait to be read");
    frames = {};
  }
  call->answer.assign(answer.begin(), answer.end());
  call->frames = FrameList(frames);
  asker.answer_bytes += call->answer.size();
  asker.answer_frames += call->frames.size();
  call->completion.send(call->lane, call);
}

// ---- the asker's side ----

Errc Services::cancel(Seat& seat, Number number) {
  const std::lock_guard lock(mutex_);
  const auto call = held_by(calls_, seat, number);
  if (!call || call->phase == Call::Phase::decided) return Errc::gone;
  decide(call, SLUICE_STATUS_CANCELLED, bytes_of("cancelled"));
  return Errc::ok;
}

void Services::complete(const std::shared_ptr<Call>& call) {
  {
    const std::lock_guard lock(mutex_);
    if (call->settled) return;
    settle(call);
  }
  if (call->request.answered)
    call->request.answered(call->status, call->answer, call->frames.view());
  else
    call->request.done(call->status, call->answer);
}

// Its asker was told, or has gone.
void Services::settle(std::shared_ptr<Call> call) {
  if (call->phase != Call::Phase::decided) discharge(*call);
  call->settled = true;
  --call->owner->open;
  call->owner->answer_bytes -= call->answer.size();
  call->owner->answer_frames -= call->frames.size();
  call->owner->seat->ledger.remove(call.get());
  calls_.erase(call->number);
}

void Call::reclaim(void* thing) {
  const auto& call = *static_cast<Call*>(thing);
  const std::lock_guard lock(call.room.mutex_);
  call.room.settle(call.room.calls_.at(call.number));
}

// A module has ended: nobody is told of what it asked, and what it was asked is answered for it.
std::size_t Services::end_calls_of(const Party& party) {
  std::vector<std::shared_ptr<Call>> its;
  for (const auto& [number, call] : calls_) {
    if (call->owner.get() == &party || call->door->owner.get() == &party) its.push_back(call);
  }
  std::size_t unanswered = 0;
  for (const auto& call : its) {
    if (call->owner.get() == &party) {
      settle(call);
    } else if (call->phase != Call::Phase::decided) {
      const bool was_asked = call->phase == Call::Phase::asked;
      unanswered += was_asked;
      decide(call, was_asked ? SLUICE_STATUS_GONE : SLUICE_STATUS_UNASKED,
             bytes_of(party.text() + " has ended"));
    }
  }
  return unanswered;
}

}  // namespace sluice::services
