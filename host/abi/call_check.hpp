// Whether a module may call what it calls: its handle lives, and this is the thread the handle belongs to.
// What is wrong is told in the log, with the module, the interface and the method, and to whoever asked to
// be told (HostServices::on_misuse).
#pragma once

#include <sluice/abi/services.h>
#include <sluice/abi/types.h>

#include <optional>
#include <string>

#include "abi/handles.hpp"
#include "abi/seat.hpp"

namespace sluice::abi {

struct Method {
  const char* iface;
  const char* name;
};

enum class On { any, lane, control };  // as the headers say [any], [lane], [control]

// OK: `seat` made the call. ARGUMENT: no handle, or of what has ended. STATE: wrong thread.
struct Judged {
  sluice_status status = SLUICE_STATUS_OK;
  Seat* seat = nullptr;  // whose fault it is; null: nobody knows
};

// [any] One line, if it is known whom it is about.
void report(Seat* seat, const Method& method, std::optional<CallFault> what, const std::string& finding);

// [any] Each leaves in its last argument what the host's own method wants: the object's address, or null
// when the call is to be refused.
Judged judge(const Method& method, On on, void*& self);
Judged judge(const Method& method, On on, sluice_lane*& lane);
Judged judge_number(const Method& method, On on, HandleKind kind, std::uint64_t number, void*& thing);
template <class Handle>
Judged judge(const Method& method, On on, Handle*& handle) {
  void* thing = nullptr;
  const Judged judged = judge_number(method, on, KindOf<Handle>::value, number_of(handle), thing);
  handle = static_cast<Handle*>(thing);
  return judged;
}
// Of a handle its room numbers itself: only the thread is judged.
Judged judge_place(const Method& method, Seat& seat, std::uint64_t number);

// What an answer says about the call: a refusal of its arguments is told. Returns `status`.
sluice_status told(const Judged& judged, const Method& method, sluice_status status, const sluice_err* err);

// ---- Arguments that are not the first ----

// The lane given for answers to come: null unless it is one of the seat's own.
sluice_lane* checked_argument(const Judged& judged, const Method& method, sluice_lane* lane);
const sluice_call_request* checked_argument(const Judged& judged, const Method& method,
                                            const sluice_call_request* request);
const sluice_record* checked_argument(const Judged& judged, const Method& method,
                                      const sluice_record* record);
template <class Argument>
Argument checked_argument(const Judged&, const Method&, Argument argument) {
  return argument;
}

}  // namespace sluice::abi
