#include "abi/net_abi.hpp"

#include <algorithm>
#include <string>

#include "abi/accept_lane.hpp"
#include "abi/handles.hpp"
#include "abi/struct_check.hpp"
#include "net/listeners.hpp"

namespace sluice::abi {

namespace {

using modules::Ledger;
using OnAccept = void (*)(void* ctx, sluice_lane* lane, const sluice_accepted* accepted);

struct ModuleListener {
  Seat* seat = nullptr;
  net::Listener* listener = nullptr;
};

ModuleListener* listener_of(sluice_listener* listener) { return reinterpret_cast<ModuleListener*>(listener); }

void close_listener(void* thing) {
  auto* listener = static_cast<ModuleListener*>(thing);
  listener->seat->host.listeners->close(listener->listener);
  delete listener;
}

void close_connection(void* thing) {
  auto* connection = static_cast<net::Connection*>(thing);
  connection->owner->close(connection);
}

void hand_to_module(net::Connection& connection, OnAccept fn, void* ctx) {
  sluice_accepted accepted{};
  accepted.struct_size = sizeof accepted;
  accepted.fd = connection.fd;
  accepted.remote = borrow(connection.remote);
  accepted.local = borrow(connection.local);
  accepted.loopback = connection.loopback ? 1 : 0;
  engine::Lane& lane = static_cast<ModuleLane*>(connection.lane)->lane();
  accepted.connection = handed<sluice_connection>(lane.seat(), &connection, &lane);
  fn(ctx, handle(&lane), &accepted);
}

const SeatListener* find(const Seat& seat, std::string_view name) {
  const auto found = std::find_if(seat.listeners.begin(), seat.listeners.end(),
                                  [&](const SeatListener& one) { return one.name == name; });
  return found == seat.listeners.end() ? nullptr : &*found;
}

net::ListenRequest request_for(Seat& seat, const SeatListener& wanted, OnAccept fn, void* ctx) {
  net::ListenRequest request;
  request.owner = seat.id;
  request.name = wanted.name;
  request.generation = seat.generation;
  request.standby = seat.standby;
  request.addresses = wanted.addresses;
  for (const auto& lane : seat.accept_lanes) request.lanes.push_back(lane.get());
  request.on_accept = [fn, ctx](net::Connection& connection) { hand_to_module(connection, fn, ctx); };
  request.on_open = [&seat](net::Connection& connection) {
    seat.ledger.add(Ledger::Kind::connection, &connection, &close_connection);
  };
  request.on_close = [&seat](net::Connection& connection) { seat.ledger.remove(&connection); };
  return request;
}

sluice_status listen(void* self, sluice_str name, OnAccept fn, void* ctx, sluice_listener** out,
                     sluice_err* err) noexcept {
  if (out != nullptr) *out = nullptr;
  if (self == nullptr || fn == nullptr || out == nullptr || !readable(name, 256)) {
    return fail(err, SLUICE_STATUS_ARGUMENT,
                "listen wants a seat, a name, a function and room for the listener");
  }
  Seat& seat = seat_of(self);
  const auto* wanted = find(seat, view(name));
  if (wanted == nullptr) {
    return fail(err, SLUICE_STATUS_NOT_FOUND,
                "the manifest has no listener \"" + std::string(view(name)) + "\"",
                "add it to module.listens of the manifest");
  }
  std::string why;
  const auto opened = seat.host.listeners->open(request_for(seat, *wanted, fn, ctx), why);
  if (opened.has_error()) {
    return fail(err, SLUICE_STATUS_IO, why, "set another address: modules." + seat.id + ".config.listen");
  }
  auto* listener = new ModuleListener{&seat, *opened};
  seat.ledger.add(Ledger::Kind::listener, listener, &close_listener);
  *out = handed<sluice_listener>(seat, listener, seat.lanes.empty() ? nullptr : seat.lanes.front());
  return SLUICE_STATUS_OK;
}

sluice_status addresses(sluice_listener* listener, sluice_text* out) noexcept {
  if (listener == nullptr || out == nullptr) return write_nothing(out);
  std::string text;
  for (const auto& address :
       listener_of(listener)->seat->host.listeners->addresses(listener_of(listener)->listener)) {
    text += address + "\n";
  }
  return write_text(out, text);
}

void listener_close(sluice_listener* listener) noexcept {
  if (listener == nullptr) return;
  listener_of(listener)->seat->ledger.remove(listener_of(listener));
  close_listener(listener_of(listener));
}

void connection_close(sluice_connection* connection) noexcept {
  if (connection != nullptr) close_connection(reinterpret_cast<net::Connection*>(connection));
}

}  // namespace

const sluice_net& net_table() {
  static constexpr sluice_net table{sizeof(sluice_net), 0, &listen, &addresses, &listener_close,
                                    &connection_close};
  return table;
}

}  // namespace sluice::abi
