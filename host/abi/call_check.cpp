#include "abi/call_check.hpp"

#include <algorithm>
#include <cstddef>

#include "abi/struct_check.hpp"
#include "engine/lane.hpp"
#include "observe/log.hpp"

namespace sluice::abi {
namespace {

using engine::Lane;

std::string lane_text(const Lane* lane) {
  return lane == nullptr ? "a thread that is no lane's" : "lane " + std::to_string(lane->index());
}

// The module whose lane runs here.
Seat* seat_here() {
  const Lane* const here = Lane::of_this_thread();
  return here == nullptr ? nullptr : HandleBook::seat_with(here);
}

Judged refuse(Seat* seat, const Method& method, std::optional<CallFault> what, const std::string& finding,
              sluice_status status = SLUICE_STATUS_ARGUMENT) {
  report(seat, method, what, finding);
  return {status, seat};
}

Judged judge_thread(const Method& method, Seat& seat, const Lane* owner) {
  const Lane* const here = Lane::of_this_thread();
  if (here == owner) return {SLUICE_STATUS_OK, &seat};
  return refuse(&seat, method, CallFault::thread,
                "was called on " + lane_text(here) + ", it belongs to " + lane_text(owner),
                SLUICE_STATUS_STATE);
}

bool is_own(const Seat& seat, sluice_lane* lane) {
  return std::find(seat.lanes.begin(), seat.lanes.end(), lane_of(lane)) != seat.lanes.end();
}

template <class Struct>
const Struct* with_own_lane(const Judged& judged, const Method& method, const Struct* given) {
  constexpr std::size_t least = offsetof(Struct, lane) + sizeof(sluice_lane*);
  if (given == nullptr || given->struct_size < least || given->lane == nullptr) return given;
  return checked_argument(judged, method, given->lane) == nullptr ? nullptr : given;
}

}  // namespace

void report(Seat* seat, const Method& method, std::optional<CallFault> what, const std::string& finding) {
  if (seat == nullptr) return;
  const std::string name = std::string(method.iface) + " " + method.name;
  const std::string line = name + " " + finding;
  const std::string generation = std::to_string(seat->generation);
  const observe::Field fields[] = {{"generation", generation}};
  seat->host.log->write(observe::Level::warn, seat->id, line, fields, seat->id + " " + name);
  if (what && seat->host.on_misuse != nullptr) seat->host.on_misuse(*what, line);
}

Judged judge(const Method& method, On on, void*& self) {
  Seat* const seat = HandleBook::seat_known(self);
  if (seat == nullptr) {
    const bool none = self == nullptr;
    self = nullptr;
    if (none) return refuse(seat_here(), method, std::nullopt, "was given no self");
    return refuse(seat_here(), method, CallFault::handle, "was given a self that is none of this host's");
  }
  if (on != On::control) return {SLUICE_STATUS_OK, seat};
  const Judged judged = judge_thread(method, *seat, seat->lanes.empty() ? nullptr : seat->lanes.front());
  if (judged.status != SLUICE_STATUS_OK) self = nullptr;
  return judged;
}

Judged judge(const Method& method, On on, sluice_lane*& lane) {
  if (lane == nullptr) return refuse(seat_here(), method, std::nullopt, "was given no lane");
  const Lane* const owner = lane_of(lane);
  Judged judged{SLUICE_STATUS_OK, HandleBook::seat_with(owner)};
  if (judged.seat == nullptr) {
    judged = refuse(seat_here(), method, CallFault::handle, "was given a lane that has ended or never was");
  } else if (on != On::any) {
    judged = judge_thread(method, *judged.seat, owner);
  }
  if (judged.status != SLUICE_STATUS_OK) lane = nullptr;
  return judged;
}

Judged judge_number(const Method& method, On on, HandleKind kind, std::uint64_t number, void*& thing) {
  if (number == 0) return refuse(seat_here(), method, std::nullopt, "was given no handle");
  const auto entry = HandleBook::find(number);
  if (!entry || entry->kind != kind) {
    Seat* const had = entry ? entry->seat : HandleBook::seat_that_had(number);
    return refuse(had != nullptr ? had : seat_here(), method, CallFault::handle,
                  "was given a handle that has ended or never was");
  }
  const Judged judged = on == On::any ? Judged{SLUICE_STATUS_OK, entry->seat}
                                      : judge_thread(method, *entry->seat, entry->owner);
  if (judged.status == SLUICE_STATUS_OK) thing = entry->thing;
  return judged;
}

Judged judge_place(const Method& method, Seat& seat, std::uint64_t number) {
  const Lane* const owner = seat.book->place_of(number);
  if (owner == nullptr) return {SLUICE_STATUS_OK, &seat};  // its room knows better
  return judge_thread(method, seat, owner);
}

sluice_status told(const Judged& judged, const Method& method, sluice_status status, const sluice_err* err) {
  if (judged.status != SLUICE_STATUS_OK) return judged.status;
  if (status != SLUICE_STATUS_ARGUMENT && status != SLUICE_STATUS_NEWER_FIELD) return status;
  std::string finding = status == SLUICE_STATUS_ARGUMENT ? "was given arguments it cannot take"
                                                         : "was given a struct with a field not known here";
  if (err != nullptr && err->struct_size >= sizeof *err) {
    if (const auto text = text_of(*err); !text.empty()) finding += ": " + text;
  }
  report(judged.seat, method, std::nullopt, finding);
  return status;
}

sluice_lane* checked_argument(const Judged& judged, const Method& method, sluice_lane* lane) {
  if (judged.status != SLUICE_STATUS_OK || lane == nullptr || is_own(*judged.seat, lane)) return lane;
  report(judged.seat, method, CallFault::handle, "was given a lane that is not this module's");
  return nullptr;
}

const sluice_call_request* checked_argument(const Judged& judged, const Method& method,
                                            const sluice_call_request* request) {
  return with_own_lane(judged, method, request);
}

const sluice_record* checked_argument(const Judged& judged, const Method& method,
                                      const sluice_record* record) {
  return with_own_lane(judged, method, record);
}

}  // namespace sluice::abi
