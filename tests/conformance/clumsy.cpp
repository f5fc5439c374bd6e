#include "clumsy.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <stdexcept>

#include "abi/accept_lane.hpp"
#include "abi/handle_book.hpp"
#include "abi/handles.hpp"
#include "abi/host_abi.hpp"
#include "abi/struct_check.hpp"
#include "modules/control_call.hpp"

namespace sluice::conformance {
namespace {

using namespace std::chrono_literals;

// What completions brought; they come on the first lane.
std::atomic<sluice_publication*> published{nullptr};
std::atomic<sluice_subscription*> subscribed{nullptr};
std::atomic<sluice_connection*> accepted{nullptr};
std::atomic<int> calls_done{0};
std::atomic<int> begins_done{0};

void must(sluice_status status, const char* what) {
  if (status != SLUICE_STATUS_OK) {
    throw std::runtime_error(std::string(what) + " answered " + std::to_string(status));
  }
}
template <class Condition>
void await(const char* what, const Condition& condition) {
  if (!eventually(condition)) throw std::runtime_error(std::string(what) + " did not come");
}

sluice_peer local() { return {sizeof(sluice_peer), SLUICE_PEER_LOCAL_MODULE, {}, {}, {}}; }
sluice_credentials nobody() { return {sizeof(sluice_credentials), 0, {}, {}, {}, {}}; }

int watched_fd() {
  static const int fd = ::eventfd(0, EFD_CLOEXEC);
  return fd;
}

}  // namespace

Clumsy::Clumsy(Room& room, bool check_calls) : room_(room) {
  seat.id = id;
  seat.version = "1.0.0";
  seat.host = room.host_services();
  seat.listeners.push_back({"door", {{config::HostKind::ipv4, "127.0.0.1", 0}}});
  if (check_calls) seat.book = std::make_shared<abi::HandleBook>(seat);
  for (unsigned index = 0; index < 2; ++index) seat.lanes.push_back(room.engine->lane_open(seat, index));
  seat.accept_lanes.push_back(std::make_shared<abi::ModuleLane>(*seat.lanes.front()));
  if (seat.book != nullptr) seat.book->know_lanes(seat.lanes);
  room.services->join(seat, {});
  threads_.start(id, seat.lanes, [](engine::Lane& lane, unsigned) { lane.run(); });
  host = abi::host_for(seat);
  find(SLUICE_REGISTRY_ID, registry);
  find(SLUICE_ENGINE_ID, engine);
  find(SLUICE_NET_ID, net);
  find(SLUICE_EVENTS_ID, events);
  find(SLUICE_LOG_ID, log);
  find(SLUICE_METRICS_ID, metrics);
  find(SLUICE_CLOCK_ID, clock);
  find(SLUICE_SERVICES_ID, services);
  find(SLUICE_REPORT_ID, report);
}

Clumsy::~Clumsy() {
  for (auto* lane : seat.lanes) room_.engine->lane_end(lane);
  threads_.join(10s);
  room_.services->leave(seat);
  if (seat.book != nullptr) seat.book->know_lanes({});
  for (auto* lane : seat.lanes) room_.engine->lane_close(lane);
}

template <class Table>
void Clumsy::find(const char* name, const Table*& table) {
  sluice_interface found{};
  found.struct_size = sizeof found;
  must(host.get_interface(host.self, abi::borrow(name), 0, &found, nullptr), name);
  table = static_cast<const Table*>(found.table);
  self = found.self;
}

void Clumsy::on_lane(unsigned index, std::function<void()> work) {
  if (modules::call_on(*seat.lanes[index], 30s, std::move(work)) != modules::Called::done) {
    throw std::runtime_error("a lane of the clumsy module did not do its work");
  }
}

sluice_lane* Clumsy::lane(unsigned index) const { return abi::handle(seat.lanes[index]); }

Handles Clumsy::open() {
  Handles all;
  published = nullptr;
  subscribed = nullptr;
  accepted = nullptr;
  const int answered = calls_done;
  const auto publish = publish_request();
  const auto told = publish_calls();
  on_lane(0, [&] {
    must(registry->publish_begin(self, lane(0), &publish, &told, this, &all.op, nullptr), "publish_begin");
    must(engine->timer_start(lane(0), INT64_MAX - 1, [](void*) {}, this, &all.timer), "timer_start");
    must(engine->watch_start(
             lane(0), watched_fd(), SLUICE_WATCH_READ, [](void*, std::uint32_t) {}, this, &all.watch),
         "watch_start");
    must(registry->watch_start(
             self, lane(0), 0, [](void*, const sluice_change*) {}, this, &all.registry_watch),
         "registry watch_start");
    must(events->subscribe(
             self, lane(0), {}, [](void*, const sluice_event*) {}, this, &all.events),
         "subscribe");
    sluice_metric_spec spec{};
    spec.struct_size = sizeof spec;
    spec.kind = SLUICE_METRIC_GAUGE;
    spec.name = abi::borrow(std::string_view("clumsy_moves"));
    must(metrics->open(self, &spec, &all.metric), "metrics open");
    const auto wanted = lease_request();
    const auto revoked = lease_calls();
    must(services->acquire(self, lane(0), &wanted, &revoked, this, nullptr, &all.lease, nullptr), "acquire");
    const auto page = record();
    must(services->record_add(self, &page, &all.registration, nullptr), "record_add");
    must(services->record_watch_start(
             self, lane(0), page.iface, [](void*, const sluice_record_change*) {}, this, &all.record_watch,
             nullptr),
         "record_watch_start");
    const auto question = call_request();
    must(services->request(self, all.lease, &question, &all.call, nullptr), "request");
    must(net->listen(
             self, abi::borrow(std::string_view("door")),
             [](void*, sluice_lane*, const sluice_accepted* made) { accepted = made->connection; }, this,
             &all.listener, nullptr),
         "listen");
  });
  await("the publication", [&] { return published != nullptr; });
  await("the answer", [&] { return calls_done > answered; });
  all.publication = published;
  peers_.emplace_back(room_.bound_address(id));
  await("the connection", [&] { return accepted != nullptr; });
  all.connection = accepted;
  const auto subscribe = subscribe_request();
  const auto heard = subscribe_calls();
  on_lane(0, [&] {
    std::uint32_t number = 0;
    const auto picture = track();
    must(engine->track_add(all.publication, &picture, &number, nullptr), "track_add");
    must(registry->subscribe_begin(self, lane(0), &subscribe, &heard, this, nullptr, nullptr),
         "subscribe_begin");
    all.draft.struct_size = sizeof all.draft;
    must(engine->frame_begin(all.publication, 16, &all.draft), "frame_begin");
  });
  await("the subscription", [&] { return subscribed != nullptr; });
  all.subscription = subscribed;
  return all;
}

void Clumsy::close(const Handles& all) {
  on_lane(0, [&] {
    sluice_draft draft = all.draft;
    engine->frame_abandon(all.publication, &draft);
    registry->subscription_close(all.subscription, {});
    registry->publication_end(all.publication, SLUICE_END_CLEAN, {});
    registry->watch_stop(all.registry_watch);
    engine->timer_cancel(all.timer);
    engine->watch_stop(all.watch);
    events->unsubscribe(all.events);
    net->connection_close(all.connection);
    net->listener_close(all.listener);
    must(services->record_watch_stop(self, all.record_watch), "record_watch_stop");
    must(services->record_withdraw(self, all.registration), "record_withdraw");
    must(services->lease_release(self, all.lease), "lease_release");
  });
  peers_.clear();
}

void Clumsy::with_open_begins(Handles& handles, const std::function<void()>& work) {
  const int before = begins_done;
  const int calls_before = calls_done;
  on_lane(0, [&] {
    // Another publication of a key that is taken is refused, but not before this returns.
    const auto publish = publish_request();
    const auto told = publish_calls();
    must(registry->publish_begin(self, lane(0), &publish, &told, this, &handles.op, nullptr),
         "publish_begin");
    const auto question = call_request();
    must(services->request(self, handles.lease, &question, &handles.call, nullptr), "request");
    work();
  });
  await("the refusal", [&] { return begins_done > before; });
  await("the answer", [&] { return calls_done > calls_before; });
}

// ---- What it asks for ----

sluice_publish_request Clumsy::publish_request() const {
  return {sizeof(sluice_publish_request), 0, abi::borrow(std::string_view(key)), local(), nobody()};
}

sluice_publish_calls Clumsy::publish_calls() const {
  return {sizeof(sluice_publish_calls), 0,
          [](void*, sluice_status status, sluice_publication* publication, const sluice_err*) {
            if (status == SLUICE_STATUS_OK) published = publication;
            ++begins_done;
          },
          nullptr, nullptr};
}

sluice_subscribe_request Clumsy::subscribe_request() const {
  sluice_subscribe_request request{};
  request.struct_size = sizeof request;
  request.start = SLUICE_START_KEY;
  request.key = abi::borrow(std::string_view(key));
  request.peer = local();
  request.credentials = nobody();
  return request;
}

sluice_subscribe_calls Clumsy::subscribe_calls() const {
  return {sizeof(sluice_subscribe_calls), 0,
          [](void*, sluice_status, sluice_subscription* subscription, const sluice_err*) {
            subscribed = subscription;
          },
          [](void*, sluice_subscription*) {}, nullptr};
}

sluice_lease_request Clumsy::lease_request() const {
  return {sizeof(sluice_lease_request), 0, abi::borrow(std::string_view("com.example.turn/1")), {}};
}

sluice_lease_calls Clumsy::lease_calls() const {
  return {sizeof(sluice_lease_calls), 0, [](void*, sluice_lease*, sluice_str) {}};
}

sluice_call_request Clumsy::call_request() const {
  return {sizeof(sluice_call_request),
          1,
          {},
          lane(0),
          [](void*, sluice_status, sluice_bytes) { ++calls_done; },
          nullptr,
          nullptr};
}

sluice_record Clumsy::record() const {
  return {sizeof(sluice_record),
          0,
          abi::borrow(std::string_view("com.example.none/1")),
          abi::borrow(std::string_view("page")),
          abi::borrow(std::string_view("/clumsy")),
          {},
          lane(0),
          nullptr,
          nullptr};
}

sluice_track Clumsy::track() {
  sluice_track track{};
  track.struct_size = sizeof track;
  track.kind = SLUICE_TRACK_DATA;
  track.codec = 0x61746164;
  return track;
}

}  // namespace sluice::conformance
