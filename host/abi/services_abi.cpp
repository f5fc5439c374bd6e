#include "abi/services_abi.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "abi/engine_handles.hpp"
#include "services/services.hpp"

namespace sluice::abi {
namespace {

using services::BytesView;
using services::Number;

constexpr std::size_t id_most = 256;
constexpr std::size_t selector_most = 4096;
// One more than is allowed, so that the room that refuses says what it found.
constexpr std::size_t text_most = SLUICE_DETAILS_MOST + 1;

services::Services& room_of(void* self) { return *seat_of(self).host.services; }

services::Serve serve_by(sluice_serve serve, void* self) {
  if (serve == nullptr) return {};
  return [serve, self](const services::Question& asked) {
    sluice_question question{};
    question.struct_size = sizeof question;
    question.method = asked.method;
    question.bytes = borrow(asked.bytes);
    question.asker = borrow(asked.asker);
    question.ticket = numbered<sluice_ticket>(asked.ticket);
    return serve(self, &question);
  };
}

// ---- leases ----

sluice_status acquire(void* self, sluice_lane* lane, const sluice_lease_request* request,
                      const sluice_lease_calls* calls, void* ctx, sluice_lease_facts* facts,
                      sluice_lease** out, sluice_err* err) noexcept {
  if (out != nullptr) *out = nullptr;
  sluice_lease_request asked;
  sluice_lease_calls told;
  sluice_status status = facts != nullptr ? prepare_output(facts) : SLUICE_STATUS_OK;
  if (status == SLUICE_STATUS_OK) status = read_struct(request, asked);
  if (status == SLUICE_STATUS_OK) status = read_struct(calls, told);
  if (status != SLUICE_STATUS_OK)
    return fail(err, status, "acquire wants structs with their struct_size set");
  if (self == nullptr || lane == nullptr || out == nullptr || told.on_revoked == nullptr ||
      !readable(asked.iface, id_most) || !readable(asked.selector, selector_most)) {
    return fail(
        err, SLUICE_STATUS_ARGUMENT,
        "acquire wants a seat, a lane, an interface id, a selector of at most 4 KiB, on_revoked and room "
        "for the lease");
  }
  const auto leased = room_of(self).acquire(
      seat_of(self), {.iface = std::string(view(asked.iface)),
                      .minor_min = asked.minor_min,
                      .selector = std::string(view(asked.selector)),
                      .lane = lane_of(lane),
                      .revoked = [fn = told.on_revoked, ctx](Number lease, std::string_view reason) {
                        fn(ctx, numbered<sluice_lease>(lease), borrow(reason));
                      }});
  if (leased.has_error()) return fail(err, leased.error());
  const services::Offer& offer = *leased->offer;
  if (facts != nullptr) {
    write_struct(facts, {sizeof(sluice_lease_facts), offer.minor, offer.owner().generation, 0,
                         borrow(offer.owner().id), borrow(offer.name), borrow(offer.attributes_text)});
  }
  *out = numbered<sluice_lease>(leased->lease);
  return SLUICE_STATUS_OK;
}

sluice_status lease_release(void* self, sluice_lease* lease) noexcept {
  if (self == nullptr) return SLUICE_STATUS_ARGUMENT;
  return to_status(room_of(self).release(seat_of(self), number_of(lease)));
}

// ---- calls ----

// Empty unless the asker takes frames.
std::function<void(sluice_status, BytesView, services::FramesView)> answered_by(
    const sluice_call_request& asked) {
  if (asked.on_answer == nullptr) return {};
  return [fn = asked.on_answer, ctx = asked.ctx](sluice_status status, BytesView bytes,
                                                 services::FramesView frames) {
    const sluice_call_answer told{sizeof told, status, borrow(bytes), frames.data(), frames.size()};
    fn(ctx, &told);
  };
}

// Both ways to call take the same request; `begin` is one of them.
template <class Begin>
sluice_status call(void* self, const sluice_call_request* request, sluice_call** out, sluice_err* err,
                   const Begin& begin) {
  if (out != nullptr) *out = nullptr;
  sluice_call_request asked;
  if (const auto status = read_struct(request, asked, offsetof(sluice_call_request, on_answer));
      status != SLUICE_STATUS_OK) {
    return fail(err, status, "a call wants its request with struct_size set");
  }
  if (self == nullptr || asked.lane == nullptr || (asked.on_done == nullptr && asked.on_answer == nullptr) ||
      !readable(asked.bytes)) {
    return fail(err, SLUICE_STATUS_ARGUMENT,
                "a call wants a seat, bytes, a lane for the answer and on_done or on_answer");
  }
  if (asked.bytes.size > SLUICE_MESSAGE_MOST) {
    return fail(err, SLUICE_STATUS_LIMIT,
                "the question has " + std::to_string(asked.bytes.size) + " bytes, expected at most " +
                    std::to_string(SLUICE_MESSAGE_MOST));
  }
  const auto bytes = view(asked.bytes);
  const services::Granted<Number> begun = begin(services::CallRequest{
      .method = asked.method,
      .bytes = {bytes.begin(), bytes.end()},
      .lane = lane_of(asked.lane),
      .done = [fn = asked.on_done, ctx = asked.ctx](sluice_status status,
                                                    BytesView answer) { fn(ctx, status, borrow(answer)); },
      .answered = answered_by(asked)});
  if (begun.has_error()) return fail(err, begun.error());
  if (out != nullptr) *out = numbered<sluice_call>(*begun);
  return SLUICE_STATUS_OK;
}

sluice_status request(void* self, sluice_lease* lease, const sluice_call_request* asked, sluice_call** out,
                      sluice_err* err) noexcept {
  return call(self, asked, out, err, [&](services::CallRequest request) {
    return room_of(self).request(seat_of(self), number_of(lease), std::move(request));
  });
}

sluice_status invoke(void* self, std::uint64_t registration, const sluice_call_request* asked,
                     sluice_call** out, sluice_err* err) noexcept {
  return call(self, asked, out, err, [&](services::CallRequest request) {
    return room_of(self).invoke(seat_of(self), registration, std::move(request));
  });
}

sluice_status cancel(void* self, sluice_call* call) noexcept {
  if (self == nullptr) return SLUICE_STATUS_ARGUMENT;
  return to_status(room_of(self).cancel(seat_of(self), number_of(call)));
}

sluice_status answer(void* self, sluice_ticket* ticket, sluice_status status, sluice_bytes bytes) noexcept {
  if (self == nullptr || !readable(bytes)) return SLUICE_STATUS_ARGUMENT;
  return to_status(room_of(self).answer(seat_of(self), number_of(ticket), status, view(bytes)));
}

sluice_status answer_with(void* self, sluice_ticket* ticket, const sluice_call_answer* answer) noexcept {
  sluice_call_answer given;
  if (const auto status = read_struct(answer, given); status != SLUICE_STATUS_OK) return status;
  if (self == nullptr || !readable(given.bytes) || (given.frames == nullptr && given.frame_count != 0))
    return SLUICE_STATUS_ARGUMENT;
  // A count out of all bounds is not looked at: the room refuses it by its size.
  const services::FramesView frames(given.frames, given.frame_count);
  const bool whole =
      frames.size() > SLUICE_FRAMES_MOST || std::find(frames.begin(), frames.end(), nullptr) == frames.end();
  if (!whole) return SLUICE_STATUS_ARGUMENT;
  return to_status(
      room_of(self).answer(seat_of(self), number_of(ticket), given.status, view(given.bytes), frames));
}

// ---- records ----

sluice_status record_add(void* self, const sluice_record* record, sluice_registration** out,
                         sluice_err* err) noexcept {
  if (out != nullptr) *out = nullptr;
  sluice_record asked;
  if (const auto status = read_struct(record, asked); status != SLUICE_STATUS_OK) {
    return fail(err, status, "record_add wants a record with its struct_size set");
  }
  if (self == nullptr || out == nullptr || asked.lane == nullptr || !readable(asked.iface, id_most) ||
      !readable(asked.kind, text_most) || !readable(asked.name, text_most) ||
      !readable(asked.details, text_most)) {
    return fail(err, SLUICE_STATUS_ARGUMENT,
                "record_add wants a seat, a lane, texts within their bounds and room for the registration");
  }
  const auto added = room_of(self).record_add(seat_of(self), {.iface = std::string(view(asked.iface)),
                                                              .kind = std::string(view(asked.kind)),
                                                              .name = std::string(view(asked.name)),
                                                              .details = std::string(view(asked.details)),
                                                              .lane = lane_of(asked.lane),
                                                              .serve = serve_by(asked.serve, asked.ctx)});
  if (added.has_error()) return fail(err, added.error());
  *out = numbered<sluice_registration>(*added);
  return SLUICE_STATUS_OK;
}

sluice_status record_withdraw(void* self, sluice_registration* registration) noexcept {
  if (self == nullptr) return SLUICE_STATUS_ARGUMENT;
  return to_status(room_of(self).record_withdraw(seat_of(self), number_of(registration)));
}

using OnChange = void (*)(void* ctx, const sluice_record_change* change);

void tell(const services::RecordChange& change, OnChange fn, void* ctx) {
  const services::Record& record = *change.record;
  sluice_record_change told{};
  told.struct_size = sizeof told;
  told.change = static_cast<std::uint32_t>(change.kind);
  told.registration = record.number;
  told.replaced = change.replaced;
  told.kind = borrow(record.kind);
  told.name = borrow(record.name);
  told.details = borrow(record.details);
  told.module = borrow(record.owner().id);
  told.generation = record.owner().generation;
  fn(ctx, &told);
}

sluice_status record_watch_start(void* self, sluice_lane* lane, sluice_str iface, OnChange fn, void* ctx,
                                 sluice_record_watch** out, sluice_err* err) noexcept {
  if (out != nullptr) *out = nullptr;
  if (self == nullptr || lane == nullptr || fn == nullptr || out == nullptr || !readable(iface, id_most)) {
    return fail(
        err, SLUICE_STATUS_ARGUMENT,
        "record_watch_start wants a seat, a lane, an interface id, a function and room for the watch");
  }
  const auto watch =
      room_of(self).watch_start(seat_of(self), *lane_of(lane), std::string(view(iface)),
                                [fn, ctx](const services::RecordChange& change) { tell(change, fn, ctx); });
  if (watch.has_error()) return fail(err, watch.error());
  *out = numbered<sluice_record_watch>(*watch);
  return SLUICE_STATUS_OK;
}

sluice_status record_watch_stop(void* self, sluice_record_watch* watch) noexcept {
  if (self == nullptr) return SLUICE_STATUS_ARGUMENT;
  return to_status(room_of(self).watch_stop(seat_of(self), number_of(watch)));
}

sluice_status list(void* self, sluice_text* out) noexcept {
  if (self == nullptr) return write_nothing(out);
  return write_text(out, room_of(self).graph().dump());
}

}  // namespace

const sluice_services& services_table() {
  static constexpr sluice_services table{.struct_size = sizeof(sluice_services),
                                         .minor = 0,
                                         .acquire = acquire,
                                         .lease_release = lease_release,
                                         .request = request,
                                         .invoke = invoke,
                                         .cancel = cancel,
                                         .answer = answer,
                                         .record_add = record_add,
                                         .record_withdraw = record_withdraw,
                                         .record_watch_start = record_watch_start,
                                         .record_watch_stop = record_watch_stop,
                                         .list = list,
                                         .answer_with = answer_with};
  return table;
}

services::Serve serve_of(const sluice_interface& found) {
  const auto* table = static_cast<const sluice_service*>(found.table);
  if (table == nullptr || table->struct_size < offsetof(sluice_service, serve) + sizeof table->serve)
    return {};
  if (table->mark != SLUICE_SERVICE_MARK) return {};
  return serve_by(table->serve, found.self);
}

}  // namespace sluice::abi
