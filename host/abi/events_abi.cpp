#include "abi/events_abi.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "abi/handles.hpp"
#include "abi/struct_check.hpp"
#include "engine/lane.hpp"
#include "observe/events.hpp"

namespace sluice::abi {

namespace {

// What a module's subscription handle is: the host's listener and the module's call.
struct ModuleListener {
  Seat* seat = nullptr;
  observe::EventSubscription* listener = nullptr;
  void (*fn)(void* ctx, const sluice_event* event) = nullptr;
  void* ctx = nullptr;
};

bool printable(std::string_view text) {
  for (const char c : text) {
    if (c < 0x21 || c == 0x7f) return false;
  }
  return true;
}

bool json_object(std::string_view text) {
  return text.empty() ||
         (text.size() <= observe::Events::max_details && text.front() == '{' && nlohmann::json::accept(text));
}

// A module speaks only for itself: its kinds start with its id.
bool own_kind(std::string_view kind, const std::string& id) {
  return kind.size() > id.size() + 1 && kind.size() <= 128 && kind.starts_with(id) &&
         kind[id.size()] == '.' && printable(kind);
}

sluice_status emit(void* self, const sluice_event* event) noexcept {
  if (self == nullptr) return SLUICE_STATUS_ARGUMENT;
  sluice_event known;
  if (const auto status = read_struct(event, known); status != SLUICE_STATUS_OK) return status;
  if (!readable(known.kind) || !readable(known.stream, 255) || !readable(known.details))
    return SLUICE_STATUS_ARGUMENT;
  const Seat& seat = seat_of(self);
  if (!own_kind(view(known.kind), seat.id) || !json_object(view(known.details)))
    return SLUICE_STATUS_ARGUMENT;
  seat.host.events->emit(view(known.kind), view(known.stream), seat.id, std::string(view(known.details)));
  return SLUICE_STATUS_OK;
}

void hear(void* context, const observe::Event& event) {
  const auto& listener = *static_cast<ModuleListener*>(context);
  sluice_event told{};
  told.struct_size = sizeof told;
  told.number = event.number;
  told.wall = event.wall;
  told.kind = borrow(event.kind);
  told.stream = borrow(event.stream);
  told.module = borrow(event.module);
  told.details = borrow(event.details);
  listener.fn(listener.ctx, &told);
}

void close(void* thing) {
  auto* listener = static_cast<ModuleListener*>(thing);
  listener->seat->host.events->unsubscribe(listener->listener);
  delete listener;
}

sluice_status subscribe(void* self, sluice_lane* lane, sluice_str prefix,
                        void (*fn)(void* ctx, const sluice_event* event), void* ctx,
                        sluice_event_subscription** out) noexcept {
  if (out != nullptr) *out = nullptr;
  if (self == nullptr || lane == nullptr || fn == nullptr || out == nullptr || !readable(prefix, 128)) {
    return SLUICE_STATUS_ARGUMENT;
  }
  Seat& seat = seat_of(self);
  auto* listener = new ModuleListener{&seat, nullptr, fn, ctx};
  const auto post = [lane = lane_of(lane)](void (*call)(void*), void* with) {
    return lane->post(call, with) == engine::Errc::ok;
  };
  listener->listener = seat.host.events->subscribe(std::string(view(prefix)), post, &hear, listener);
  seat.ledger.add(modules::Ledger::Kind::event_subscription, listener, &close);
  *out = handed<sluice_event_subscription>(seat, listener, lane_of(lane));
  return SLUICE_STATUS_OK;
}

void unsubscribe(sluice_event_subscription* subscription) noexcept {
  if (subscription == nullptr) return;
  auto* listener = reinterpret_cast<ModuleListener*>(subscription);
  listener->seat->ledger.remove(listener);
  close(listener);
}

}  // namespace

const sluice_events& events_table() {
  static constexpr sluice_events table{sizeof(sluice_events), 0, &emit, &subscribe, &unsubscribe};
  return table;
}

}  // namespace sluice::abi
