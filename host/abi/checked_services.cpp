// sluice.services/1 numbers its handles itself, in every host. Here its [lane] methods are held to their
// lane, and what its room does not know any more is told.
#include <cstddef>

#include "abi/checked_method.hpp"
#include "abi/checked_tables.hpp"
#include "abi/services_abi.hpp"

namespace sluice::abi {

template <>
struct Own<sluice_services> {
  static constexpr const char* id = SLUICE_SERVICES_ID;
  static const sluice_services& table() { return services_table(); }
};

namespace {

static_assert((sizeof(sluice_services) - 2 * sizeof(std::uint32_t)) / sizeof(void (*)()) == 12,
              "a method that was added belongs into the table below");

constexpr const char* gone = "was given a handle that has ended or never was";

// Gives a handle out and remembers the lane it is to come back on.
template <class Handle>
sluice_status placed(const Judged& judged, sluice_status status, Handle** out, sluice_lane* lane) {
  if (status == SLUICE_STATUS_OK) judged.seat->book->place(number_of(*out), lane_of(lane));
  return status;
}

sluice_status acquire(void* self, sluice_lane* lane, const sluice_lease_request* request,
                      const sluice_lease_calls* calls, void* ctx, sluice_lease_facts* facts,
                      sluice_lease** out, sluice_err* err) {
  static constexpr Method method{SLUICE_SERVICES_ID, "acquire"};
  const Judged judged = judge(method, On::any, self);
  lane = checked_argument(judged, method, lane);
  const auto status = services_table().acquire(self, lane, request, calls, ctx, facts, out, err);
  return placed(judged, told(judged, method, status, err), out, lane);
}

sluice_status record_add(void* self, const sluice_record* record, sluice_registration** out,
                         sluice_err* err) {
  static constexpr Method method{SLUICE_SERVICES_ID, "record_add"};
  const Judged judged = judge(method, On::any, self);
  record = checked_argument(judged, method, record);
  const auto status = services_table().record_add(self, record, out, err);
  return placed(judged, told(judged, method, status, err), out, record == nullptr ? nullptr : record->lane);
}

sluice_status record_watch_start(void* self, sluice_lane* lane, sluice_str iface,
                                 void (*fn)(void* ctx, const sluice_record_change* change), void* ctx,
                                 sluice_record_watch** out, sluice_err* err) {
  static constexpr Method method{SLUICE_SERVICES_ID, "record_watch_start"};
  const Judged judged = judge(method, On::any, self);
  lane = checked_argument(judged, method, lane);
  const auto status = services_table().record_watch_start(self, lane, iface, fn, ctx, out, err);
  return placed(judged, told(judged, method, status, err), out, lane);
}

// A method that gives a handle back, on the lane it belongs to.
template <auto Call, Name name>
struct GivesBack;
template <class Handle, sluice_status (*sluice_services::*Call)(void*, Handle*), Name name>
struct GivesBack<Call, name> {
  static constexpr Method method{SLUICE_SERVICES_ID, name.text};

  static sluice_status call(void* self, Handle* handle) {
    Judged judged = judge(method, On::any, self);
    if (judged.status != SLUICE_STATUS_OK) return judged.status;
    judged = judge_place(method, *judged.seat, number_of(handle));
    if (judged.status != SLUICE_STATUS_OK) return judged.status;
    const sluice_status status = (services_table().*Call)(self, handle);
    if (status == SLUICE_STATUS_OK) judged.seat->book->forget_place(number_of(handle));
    if (status == SLUICE_STATUS_NOT_FOUND) report(judged.seat, method, CallFault::handle, gone);
    return status;
  }
};

// The rest is [any]. GONE of an answer or a cancel may be no fault of the module: it is told all the same.
sluice_status request(void* self, sluice_lease* lease, const sluice_call_request* asked, sluice_call** out,
                      sluice_err* err) {
  static constexpr Method method{SLUICE_SERVICES_ID, "request"};
  const Judged judged = judge(method, On::any, self);
  asked = checked_argument(judged, method, asked);
  const auto status = told(judged, method, services_table().request(self, lease, asked, out, err), err);
  if (status == SLUICE_STATUS_NOT_FOUND) report(judged.seat, method, CallFault::handle, gone);
  return status;
}

sluice_status cancel(void* self, sluice_call* call) {
  static constexpr Method method{SLUICE_SERVICES_ID, "cancel"};
  const Judged judged = judge(method, On::any, self);
  const auto status = told(judged, method, services_table().cancel(self, call), nullptr);
  if (status == SLUICE_STATUS_GONE) {
    report(judged.seat, method, std::nullopt, "was given a call that was decided already, or never was");
  }
  return status;
}

constexpr const char* too_late = "came too late: the question was answered or cancelled, or never was";

sluice_status answer(void* self, sluice_ticket* ticket, sluice_status status, sluice_bytes bytes) {
  static constexpr Method method{SLUICE_SERVICES_ID, "answer"};
  const Judged judged = judge(method, On::any, self);
  const auto answered = told(judged, method, services_table().answer(self, ticket, status, bytes), nullptr);
  if (answered == SLUICE_STATUS_GONE) {
    report(judged.seat, method, std::nullopt, too_late);
  }
  return answered;
}

sluice_status answer_with(void* self, sluice_ticket* ticket, const sluice_call_answer* given) {
  static constexpr Method method{SLUICE_SERVICES_ID, "answer_with"};
  const Judged judged = judge(method, On::any, self);
  given = checked_argument(judged, method, given);
  const auto answered = told(judged, method, services_table().answer_with(self, ticket, given), nullptr);
  if (answered == SLUICE_STATUS_GONE) report(judged.seat, method, std::nullopt, too_late);
  return answered;
}

}  // namespace

const sluice_services& checked_services() {
  static const sluice_services checked = [] {
    sluice_services table = services_table();
    table.acquire = &acquire;
    table.lease_release = &GivesBack<&sluice_services::lease_release, "lease_release">::call;
    table.request = &request;
    SLUICE_CHECKED(table, sluice_services, invoke, On::any);
    table.cancel = &cancel;
    table.answer = &answer;
    table.answer_with = &answer_with;
    table.record_add = &record_add;
    table.record_withdraw = &GivesBack<&sluice_services::record_withdraw, "record_withdraw">::call;
    table.record_watch_start = &record_watch_start;
    table.record_watch_stop = &GivesBack<&sluice_services::record_watch_stop, "record_watch_stop">::call;
    SLUICE_CHECKED(table, sluice_services, list, On::any);
    return table;
  }();
  return checked;
}

}  // namespace sluice::abi
