// Loader suite, case 18: no handle, no room for an answer, the handle of what has ended, the wrong thread,
// for every method of every table. Each is answered with a status and, where the host checks calls, with a
// line in the log that names module, interface and method; the host and another module's stream go on.
//
// All of it runs in a child process that says what it tries next, so that a crash has the method's name.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "clumsy.hpp"
#include "engine/frame.hpp"

using namespace sluice;
using namespace sluice::conformance;
using namespace std::chrono_literals;

namespace {

// A new method makes one of these fail, until it is tried below and its number is raised.
template <class Table>
constexpr std::size_t methods = (sizeof(Table) - 2 * sizeof(std::uint32_t)) / sizeof(void (*)());
static_assert(methods<sluice_registry> == 8);
static_assert(methods<sluice_engine> == 25);
static_assert(methods<sluice_net> == 4);
static_assert(methods<sluice_events> == 3);
static_assert(methods<sluice_log> == 2);
static_assert(methods<sluice_metrics> == 3);
static_assert(methods<sluice_clock> == 2);
static_assert(methods<sluice_services> == 12);
static_assert(methods<sluice_report> == 2);
constexpr std::size_t all_methods = 8 + 25 + 4 + 3 + 2 + 3 + 2 + 12 + 2;

constexpr sluice_status argument = SLUICE_STATUS_ARGUMENT;
constexpr sluice_status state = SLUICE_STATUS_STATE;
constexpr sluice_status not_found = SLUICE_STATUS_NOT_FOUND;
constexpr sluice_status gone = SLUICE_STATUS_GONE;
constexpr sluice_status nothing = 0;        // of a method that answers nothing
constexpr sluice_status not_zeroed = 1000;  // an output was left as it was

enum class Kind { absent, ended, elsewhere };

struct Try {
  const char* iface;
  const char* method;
  Kind kind;
  sluice_status expected;
  std::function<sluice_status()> call;
};

// Whatever a method answers, as a number.
template <class Call>
sluice_status answer_of(const Call& call) {
  using Result = decltype(call());
  if constexpr (std::is_void_v<Result>) {
    call();
    return nothing;
  } else if constexpr (std::is_pointer_v<Result>) {
    return call() == nullptr ? nothing : not_zeroed;
  } else {
    return static_cast<sluice_status>(call());
  }
}

// An output full of rubbish, which a refusal has to zero.
template <class T>
T rubbish() {
  T value;
  std::memset(static_cast<void*>(&value), 0x5a, sizeof value);
  return value;
}
template <class T>
bool is_zero(const T& value) {
  const T zero{};
  return std::memcmp(&value, &zero, sizeof value) == 0;
}

struct Tries {
  Clumsy& c;
  Handles live, ended;
  std::vector<Try> all;

// The table's member of Clumsy, the method, what is wrong, the answer, and the arguments.
#define TRY(table, id, name, kind, expected, ...) \
  all.push_back({id, #name, Kind::kind, expected, \
                 [this] { return answer_of([&] { return c.table->name(__VA_ARGS__); }); }})
// With an output, which the arguments call `out`.
#define TRY_OUT(table, id, name, kind, expected, type, ...)                 \
  all.push_back({id, #name, Kind::kind, expected, [this] {                  \
                   auto out = rubbish<type>();                              \
                   const sluice_status status = c.table->name(__VA_ARGS__); \
                   return is_zero(out) ? status : not_zeroed;               \
                 }})
#define ENGINE(...) TRY(engine, SLUICE_ENGINE_ID, __VA_ARGS__)
#define ENGINE_OUT(...) TRY_OUT(engine, SLUICE_ENGINE_ID, __VA_ARGS__)
#define REGISTRY(...) TRY(registry, SLUICE_REGISTRY_ID, __VA_ARGS__)
#define REGISTRY_OUT(...) TRY_OUT(registry, SLUICE_REGISTRY_ID, __VA_ARGS__)
#define NET(...) TRY(net, SLUICE_NET_ID, __VA_ARGS__)
#define NET_OUT(...) TRY_OUT(net, SLUICE_NET_ID, __VA_ARGS__)
#define EVENTS(...) TRY(events, SLUICE_EVENTS_ID, __VA_ARGS__)
#define EVENTS_OUT(...) TRY_OUT(events, SLUICE_EVENTS_ID, __VA_ARGS__)
#define SERVICES(...) TRY(services, SLUICE_SERVICES_ID, __VA_ARGS__)
#define SERVICES_OUT(...) TRY_OUT(services, SLUICE_SERVICES_ID, __VA_ARGS__)

  static void ignore(void*) {}
  static void ignore_events(void*, std::uint32_t) {}
  static void ignore_cached(void*, void*) {}
  static void ignore_event(void*, const sluice_event*) {}
  static void ignore_change(void*, const sluice_change*) {}
  static void ignore_record(void*, const sluice_record_change*) {}
  static void ignore_accepted(void*, sluice_lane*, const sluice_accepted*) {}

  // Memory that is no lane; no method may look into it where calls are checked.
  static sluice_lane* no_lane() {
    static char place[8];
    return reinterpret_cast<sluice_lane*>(place);
  }
  static void* no_self() { return no_lane(); }
  // Nobody holds it, as after the last release.
  static const sluice_frame* dead_frame() {
    static engine::Frame frame;
    return &frame.view;
  }
  sluice_lane* lane() const { return c.lane(0); }
  sluice_draft* draft() {
    static sluice_draft copy;
    copy = ended.draft;
    return &copy;
  }
  static sluice_draft sized_draft() {
    sluice_draft draft = rubbish<sluice_draft>();
    draft.struct_size = sizeof draft;
    return draft;
  }
  sluice_status begin_into(sluice_publication* publication) {
    sluice_draft draft = sized_draft();
    const auto status = c.engine->frame_begin(publication, 1, &draft);
    return draft.data == nullptr && draft.handle == nullptr && draft.capacity == 0 ? status : not_zeroed;
  }
  sluice_status read_into(sluice_subscription* subscription) {
    auto batch = rubbish<sluice_batch>();
    batch.struct_size = sizeof batch;
    const auto status = c.engine->read(subscription, 1, &batch);
    return batch.entries == nullptr && batch.count == 0 && batch.skipped == 0 ? status : not_zeroed;
  }
  void engine(const char* name, Kind kind, sluice_status expected, std::function<sluice_status()> call) {
    all.push_back({SLUICE_ENGINE_ID, name, kind, expected, std::move(call)});
  }

  const sluice_publish_request publishes = c.publish_request();
  const sluice_publish_calls publish_calls = c.publish_calls();
  const sluice_subscribe_request subscribes = c.subscribe_request();
  const sluice_subscribe_calls subscribe_calls = c.subscribe_calls();
  const sluice_lease_request leases = c.lease_request();
  const sluice_lease_calls lease_calls = c.lease_calls();
  const sluice_call_request asks = c.call_request();
  const sluice_record page = c.record();
  const sluice_track picture = c.track();
  const sluice_publish_request unsized_publish{};
  const sluice_subscribe_request unsized_subscribe{};
  const sluice_track unsized_track{};
  const sluice_call_request unsized_call{};
  const sluice_call_answer unsized_answer{};
  const sluice_call_answer says{sizeof(sluice_call_answer), SLUICE_STATUS_OK, {}, nullptr, 0};
  const sluice_record unsized_record{};
  const sluice_event unsized_event{};
  const sluice_metric_spec unsized_metric{};
  const sluice_lease_request unsized_lease{};
  const sluice_str iface = page.iface;

  void lanes_absent();
  void lanes_wrong();
  void media_absent();
  void media_wrong();
  void registry_absent();
  void registry_wrong();
  void sockets_absent();
  void sockets_wrong();
  void services_absent();
  void services_wrong();
  void rest_absent();
  void rest_wrong();
};

void Tries::lanes_absent() {
  ENGINE(lane_count, absent, 0, nullptr);
  ENGINE(lane_at, absent, nothing, nullptr, 0);
  ENGINE(lane_fd, absent, argument, nullptr);
  ENGINE(lane_drain, absent, argument, nullptr);
  ENGINE(lane_sleep, absent, argument, lane(), nullptr);
  ENGINE_OUT(lane_sleep, absent, argument, std::int64_t, nullptr, &out);
  ENGINE(lane_awake, absent, nothing, nullptr);
  ENGINE(lane_run, absent, nothing, nullptr);
  ENGINE(lane_post, absent, argument, nullptr, ignore, nullptr);
  ENGINE(lane_post, absent, argument, lane(), nullptr, nullptr);
  ENGINE_OUT(timer_start, absent, argument, sluice_timer*, nullptr, 0, ignore, nullptr, &out);
  ENGINE_OUT(timer_start, absent, argument, sluice_timer*, lane(), 0, nullptr, nullptr, &out);
  ENGINE(timer_start, absent, argument, lane(), 0, ignore, nullptr, nullptr);
  ENGINE(timer_cancel, absent, nothing, nullptr);
  ENGINE_OUT(watch_start, absent, argument, sluice_watch*, nullptr, 0, 1, ignore_events, nullptr, &out);
  ENGINE_OUT(watch_start, absent, argument, sluice_watch*, lane(), 0, 1, nullptr, nullptr, &out);
  ENGINE(watch_start, absent, argument, lane(), 0, 1, ignore_events, nullptr, nullptr);
  ENGINE(watch_change, absent, argument, nullptr, 1);
  ENGINE(watch_stop, absent, nothing, nullptr);
  ENGINE(lane_on_cache_release, absent, nothing, nullptr, ignore_cached, nullptr);
}

void Tries::lanes_wrong() {
  ENGINE(lane_count, ended, 0, no_self());
  ENGINE(lane_at, ended, nothing, no_self(), 0);
  ENGINE(lane_fd, ended, argument, no_lane());
  ENGINE(lane_drain, ended, argument, no_lane());
  ENGINE_OUT(lane_sleep, ended, argument, std::int64_t, no_lane(), &out);
  ENGINE(lane_awake, ended, nothing, no_lane());
  ENGINE(lane_run, ended, nothing, no_lane());
  ENGINE(lane_post, ended, argument, no_lane(), ignore, nullptr);
  ENGINE_OUT(timer_start, ended, argument, sluice_timer*, no_lane(), 0, ignore, nullptr, &out);
  ENGINE(timer_cancel, ended, nothing, ended.timer);
  ENGINE_OUT(watch_start, ended, argument, sluice_watch*, no_lane(), 0, 1, ignore_events, nullptr, &out);
  ENGINE(watch_change, ended, argument, ended.watch, 1);
  ENGINE(watch_stop, ended, nothing, ended.watch);
  ENGINE(lane_on_cache_release, ended, nothing, no_lane(), ignore_cached, nullptr);

  ENGINE(lane_fd, elsewhere, state, lane());
  ENGINE(lane_drain, elsewhere, state, lane());
  ENGINE_OUT(lane_sleep, elsewhere, state, std::int64_t, lane(), &out);
  ENGINE(lane_awake, elsewhere, nothing, lane());
  ENGINE(lane_run, elsewhere, nothing, lane());
  ENGINE_OUT(timer_start, elsewhere, state, sluice_timer*, lane(), 0, ignore, nullptr, &out);
  ENGINE(timer_cancel, elsewhere, nothing, live.timer);
  ENGINE_OUT(watch_start, elsewhere, state, sluice_watch*, lane(), 0, 1, ignore_events, nullptr, &out);
  ENGINE(watch_change, elsewhere, state, live.watch, 1);
  ENGINE(watch_stop, elsewhere, nothing, live.watch);
  ENGINE(lane_on_cache_release, elsewhere, nothing, lane(), ignore_cached, nullptr);
}

void Tries::media_absent() {
  ENGINE_OUT(track_add, absent, argument, std::uint32_t, nullptr, &picture, &out, nullptr);
  ENGINE_OUT(track_add, absent, argument, std::uint32_t, live.publication, nullptr, &out, nullptr);
  ENGINE_OUT(track_add, absent, argument, std::uint32_t, live.publication, &unsized_track, &out, nullptr);
  ENGINE(track_add, absent, argument, live.publication, &picture, nullptr, nullptr);
  ENGINE(track_update, absent, argument, nullptr, 1, &picture, nullptr);
  ENGINE(track_update, absent, argument, live.publication, 1, nullptr, nullptr);
  ENGINE(track_update, absent, argument, live.publication, 1, &unsized_track, nullptr);
  engine("frame_begin", Kind::absent, argument, [this] { return begin_into(nullptr); });
  ENGINE(frame_begin, absent, argument, live.publication, 1, nullptr);
  ENGINE_OUT(frame_begin, absent, argument, sluice_draft, live.publication, 1, &(out = {}));
  ENGINE(frame_publish, absent, argument, nullptr, draft(), nullptr);
  ENGINE(frame_publish, absent, argument, live.publication, nullptr, nullptr);
  ENGINE(frame_abandon, absent, nothing, nullptr, draft());
  ENGINE(frame_abandon, absent, nothing, live.publication, nullptr);
  engine("read", Kind::absent, argument, [this] { return read_into(nullptr); });
  ENGINE(read, absent, argument, live.subscription, 1, nullptr);
  ENGINE_OUT(read, absent, argument, sluice_batch, live.subscription, 1, &(out = {}));
  ENGINE_OUT(tracks, absent, argument, std::uint32_t, nullptr, nullptr, 0, &out);
  ENGINE_OUT(tracks, absent, argument, std::uint32_t, live.subscription, nullptr, 1, &out);
  ENGINE(tracks, absent, argument, live.subscription, nullptr, 0, nullptr);
  ENGINE(sent, absent, nothing, nullptr, 1);
  ENGINE(request_key, absent, argument, nullptr, 0);
  ENGINE(frame_retain, absent, nothing, nullptr);
  ENGINE(frame_release, absent, nothing, nullptr);
}

void Tries::media_wrong() {
  ENGINE_OUT(track_add, ended, argument, std::uint32_t, ended.publication, &picture, &out, nullptr);
  ENGINE(track_update, ended, argument, ended.publication, 1, &picture, nullptr);
  engine("frame_begin", Kind::ended, argument, [this] { return begin_into(ended.publication); });
  ENGINE(frame_publish, ended, argument, ended.publication, draft(), nullptr);
  ENGINE(frame_publish, ended, argument, live.publication, draft(), nullptr);
  ENGINE(frame_abandon, ended, nothing, ended.publication, draft());
  ENGINE(frame_abandon, ended, nothing, live.publication, draft());
  engine("read", Kind::ended, argument, [this] { return read_into(ended.subscription); });
  ENGINE_OUT(tracks, ended, argument, std::uint32_t, ended.subscription, nullptr, 0, &out);
  ENGINE(sent, ended, nothing, ended.subscription, 1);
  ENGINE(request_key, ended, argument, ended.subscription, 0);
  ENGINE(frame_retain, ended, nothing, dead_frame());
  ENGINE(frame_release, ended, nothing, dead_frame());

  ENGINE_OUT(track_add, elsewhere, state, std::uint32_t, live.publication, &picture, &out, nullptr);
  ENGINE(track_update, elsewhere, state, live.publication, 1, &picture, nullptr);
  engine("frame_begin", Kind::elsewhere, state, [this] { return begin_into(live.publication); });
  ENGINE(frame_publish, elsewhere, state, live.publication, &live.draft, nullptr);
  ENGINE(frame_abandon, elsewhere, nothing, live.publication, &live.draft);
  engine("read", Kind::elsewhere, state, [this] { return read_into(live.subscription); });
  ENGINE_OUT(tracks, elsewhere, state, std::uint32_t, live.subscription, nullptr, 0, &out);
  ENGINE(sent, elsewhere, nothing, live.subscription, 1);
  ENGINE(request_key, elsewhere, state, live.subscription, 0);
}

void Tries::registry_absent() {
  REGISTRY_OUT(publish_begin, absent, argument, sluice_op*, nullptr, lane(), &publishes, &publish_calls,
               nullptr, &out, nullptr);
  REGISTRY_OUT(publish_begin, absent, argument, sluice_op*, c.self, nullptr, &publishes, &publish_calls,
               nullptr, &out, nullptr);
  REGISTRY_OUT(publish_begin, absent, argument, sluice_op*, c.self, lane(), nullptr, &publish_calls, nullptr,
               &out, nullptr);
  REGISTRY_OUT(publish_begin, absent, argument, sluice_op*, c.self, lane(), &unsized_publish, &publish_calls,
               nullptr, &out, nullptr);
  REGISTRY_OUT(publish_begin, absent, argument, sluice_op*, c.self, lane(), &publishes, nullptr, nullptr,
               &out, nullptr);
  REGISTRY(publication_end, absent, nothing, nullptr, SLUICE_END_CLEAN, {});
  REGISTRY_OUT(subscribe_begin, absent, argument, sluice_op*, nullptr, lane(), &subscribes, &subscribe_calls,
               nullptr, &out, nullptr);
  REGISTRY_OUT(subscribe_begin, absent, argument, sluice_op*, c.self, nullptr, &subscribes, &subscribe_calls,
               nullptr, &out, nullptr);
  REGISTRY_OUT(subscribe_begin, absent, argument, sluice_op*, c.self, lane(), nullptr, &subscribe_calls,
               nullptr, &out, nullptr);
  REGISTRY_OUT(subscribe_begin, absent, argument, sluice_op*, c.self, lane(), &unsized_subscribe,
               &subscribe_calls, nullptr, &out, nullptr);
  REGISTRY_OUT(subscribe_begin, absent, argument, sluice_op*, c.self, lane(), &subscribes, nullptr, nullptr,
               &out, nullptr);
  REGISTRY(subscription_close, absent, nothing, nullptr, {});
  REGISTRY(cancel, absent, nothing, nullptr);
  REGISTRY_OUT(list, absent, argument, sluice_text, nullptr, &(out = {nullptr, 0, 7}));
  REGISTRY(list, absent, argument, c.self, nullptr);
  REGISTRY_OUT(watch_start, absent, argument, sluice_registry_watch*, nullptr, lane(), 0, ignore_change,
               nullptr, &out);
  REGISTRY_OUT(watch_start, absent, argument, sluice_registry_watch*, c.self, nullptr, 0, ignore_change,
               nullptr, &out);
  REGISTRY_OUT(watch_start, absent, argument, sluice_registry_watch*, c.self, lane(), 0, nullptr, nullptr,
               &out);
  REGISTRY(watch_start, absent, argument, c.self, lane(), 0, ignore_change, nullptr, nullptr);
  REGISTRY(watch_stop, absent, nothing, nullptr);
}

void Tries::registry_wrong() {
  REGISTRY_OUT(publish_begin, ended, argument, sluice_op*, no_self(), lane(), &publishes, &publish_calls,
               nullptr, &out, nullptr);
  REGISTRY_OUT(publish_begin, ended, argument, sluice_op*, c.self, no_lane(), &publishes, &publish_calls,
               nullptr, &out, nullptr);
  REGISTRY(publication_end, ended, nothing, ended.publication, SLUICE_END_CLEAN, {});
  REGISTRY_OUT(subscribe_begin, ended, argument, sluice_op*, no_self(), lane(), &subscribes, &subscribe_calls,
               nullptr, &out, nullptr);
  REGISTRY_OUT(subscribe_begin, ended, argument, sluice_op*, c.self, no_lane(), &subscribes, &subscribe_calls,
               nullptr, &out, nullptr);
  REGISTRY(subscription_close, ended, nothing, ended.subscription, {});
  REGISTRY(cancel, ended, nothing, ended.op);
  REGISTRY_OUT(list, ended, argument, sluice_text, no_self(), &(out = {nullptr, 0, 7}));
  REGISTRY_OUT(watch_start, ended, argument, sluice_registry_watch*, no_self(), lane(), 0, ignore_change,
               nullptr, &out);
  REGISTRY_OUT(watch_start, ended, argument, sluice_registry_watch*, c.self, no_lane(), 0, ignore_change,
               nullptr, &out);
  REGISTRY(watch_stop, ended, nothing, ended.registry_watch);

  REGISTRY(publication_end, elsewhere, nothing, live.publication, SLUICE_END_CLEAN, {});
  REGISTRY(subscription_close, elsewhere, nothing, live.subscription, {});
  REGISTRY(cancel, elsewhere, nothing, live.op);
  REGISTRY(watch_stop, elsewhere, nothing, live.registry_watch);
}

void Tries::sockets_absent() {
  NET_OUT(listen, absent, argument, sluice_listener*, nullptr, {"door", 4}, ignore_accepted, nullptr, &out,
          nullptr);
  NET_OUT(listen, absent, argument, sluice_listener*, c.self, {"door", 4}, nullptr, nullptr, &out, nullptr);
  NET(listen, absent, argument, c.self, {"door", 4}, ignore_accepted, nullptr, nullptr, nullptr);
  NET_OUT(addresses, absent, argument, sluice_text, nullptr, &(out = {nullptr, 0, 7}));
  NET(addresses, absent, argument, live.listener, nullptr);
  NET(listener_close, absent, nothing, nullptr);
  NET(connection_close, absent, nothing, nullptr);
}

void Tries::sockets_wrong() {
  NET_OUT(listen, ended, argument, sluice_listener*, no_self(), {"door", 4}, ignore_accepted, nullptr, &out,
          nullptr);
  NET_OUT(addresses, ended, argument, sluice_text, ended.listener, &(out = {nullptr, 0, 7}));
  NET(listener_close, ended, nothing, ended.listener);
  NET(connection_close, ended, nothing, ended.connection);

  NET_OUT(listen, elsewhere, state, sluice_listener*, c.self, {"door", 4}, ignore_accepted, nullptr, &out,
          nullptr);
  NET_OUT(addresses, elsewhere, state, sluice_text, live.listener, &(out = {nullptr, 0, 7}));
  NET(listener_close, elsewhere, nothing, live.listener);
  NET(connection_close, elsewhere, nothing, live.connection);
}

void Tries::services_absent() {
  SERVICES_OUT(acquire, absent, argument, sluice_lease*, nullptr, lane(), &leases, &lease_calls, nullptr,
               nullptr, &out, nullptr);
  SERVICES_OUT(acquire, absent, argument, sluice_lease*, c.self, nullptr, &leases, &lease_calls, nullptr,
               nullptr, &out, nullptr);
  SERVICES_OUT(acquire, absent, argument, sluice_lease*, c.self, lane(), nullptr, &lease_calls, nullptr,
               nullptr, &out, nullptr);
  SERVICES_OUT(acquire, absent, argument, sluice_lease*, c.self, lane(), &unsized_lease, &lease_calls,
               nullptr, nullptr, &out, nullptr);
  SERVICES(acquire, absent, argument, c.self, lane(), &leases, &lease_calls, nullptr, nullptr, nullptr,
           nullptr);
  SERVICES(lease_release, absent, argument, nullptr, live.lease);
  SERVICES(lease_release, absent, not_found, c.self, nullptr);
  SERVICES_OUT(request, absent, argument, sluice_call*, nullptr, live.lease, &asks, &out, nullptr);
  SERVICES_OUT(request, absent, not_found, sluice_call*, c.self, nullptr, &asks, &out, nullptr);
  SERVICES_OUT(request, absent, argument, sluice_call*, c.self, live.lease, nullptr, &out, nullptr);
  SERVICES_OUT(request, absent, argument, sluice_call*, c.self, live.lease, &unsized_call, &out, nullptr);
  SERVICES_OUT(invoke, absent, argument, sluice_call*, nullptr, 1, &asks, &out, nullptr);
  SERVICES_OUT(invoke, absent, argument, sluice_call*, c.self, 1, nullptr, &out, nullptr);
  SERVICES(cancel, absent, argument, nullptr, live.call);
  SERVICES(cancel, absent, gone, c.self, nullptr);
  SERVICES(answer, absent, argument, nullptr, nullptr, SLUICE_STATUS_OK, {});
  SERVICES(answer, absent, argument, c.self, nullptr, SLUICE_STATUS_OK, {nullptr, 1});
  SERVICES(answer, absent, gone, c.self, nullptr, SLUICE_STATUS_OK, {});
  SERVICES(answer_with, absent, argument, nullptr, nullptr, &says);
  SERVICES(answer_with, absent, argument, c.self, nullptr, nullptr);
  SERVICES(answer_with, absent, argument, c.self, nullptr, &unsized_answer);
  SERVICES(answer_with, absent, gone, c.self, nullptr, &says);
  SERVICES_OUT(record_add, absent, argument, sluice_registration*, nullptr, &page, &out, nullptr);
  SERVICES_OUT(record_add, absent, argument, sluice_registration*, c.self, nullptr, &out, nullptr);
  SERVICES_OUT(record_add, absent, argument, sluice_registration*, c.self, &unsized_record, &out, nullptr);
  SERVICES(record_add, absent, argument, c.self, &page, nullptr, nullptr);
  SERVICES(record_withdraw, absent, argument, nullptr, live.registration);
  SERVICES(record_withdraw, absent, not_found, c.self, nullptr);
  SERVICES_OUT(record_watch_start, absent, argument, sluice_record_watch*, nullptr, lane(), iface,
               ignore_record, nullptr, &out, nullptr);
  SERVICES_OUT(record_watch_start, absent, argument, sluice_record_watch*, c.self, nullptr, iface,
               ignore_record, nullptr, &out, nullptr);
  SERVICES_OUT(record_watch_start, absent, argument, sluice_record_watch*, c.self, lane(), iface, nullptr,
               nullptr, &out, nullptr);
  SERVICES(record_watch_start, absent, argument, c.self, lane(), iface, ignore_record, nullptr, nullptr,
           nullptr);
  SERVICES(record_watch_stop, absent, argument, nullptr, live.record_watch);
  SERVICES(record_watch_stop, absent, not_found, c.self, nullptr);
  SERVICES_OUT(list, absent, argument, sluice_text, nullptr, &(out = {nullptr, 0, 7}));
  SERVICES(list, absent, argument, c.self, nullptr);
}

void Tries::services_wrong() {
  SERVICES_OUT(acquire, ended, argument, sluice_lease*, c.self, no_lane(), &leases, &lease_calls, nullptr,
               nullptr, &out, nullptr);
  SERVICES(lease_release, ended, not_found, c.self, ended.lease);
  SERVICES_OUT(request, ended, not_found, sluice_call*, c.self, ended.lease, &asks, &out, nullptr);
  SERVICES_OUT(invoke, ended, argument, sluice_call*, no_self(), 1, &asks, &out, nullptr);
  SERVICES(cancel, ended, gone, c.self, ended.call);
  SERVICES(answer, ended, gone, c.self, reinterpret_cast<sluice_ticket*>(ended.lease), SLUICE_STATUS_OK, {});
  SERVICES(answer_with, ended, gone, c.self, reinterpret_cast<sluice_ticket*>(ended.lease), &says);
  SERVICES_OUT(record_add, ended, argument, sluice_registration*, no_self(), &page, &out, nullptr);
  SERVICES(record_withdraw, ended, not_found, c.self, ended.registration);
  SERVICES_OUT(record_watch_start, ended, argument, sluice_record_watch*, c.self, no_lane(), iface,
               ignore_record, nullptr, &out, nullptr);
  SERVICES(record_watch_stop, ended, not_found, c.self, ended.record_watch);
  SERVICES_OUT(list, ended, argument, sluice_text, no_self(), &(out = {nullptr, 0, 7}));

  SERVICES(lease_release, elsewhere, state, c.self, live.lease);
  SERVICES(record_withdraw, elsewhere, state, c.self, live.registration);
  SERVICES(record_watch_stop, elsewhere, state, c.self, live.record_watch);
}

void Tries::rest_absent() {
  EVENTS(emit, absent, argument, nullptr, &unsized_event);
  EVENTS(emit, absent, argument, c.self, nullptr);
  EVENTS(emit, absent, argument, c.self, &unsized_event);
  EVENTS_OUT(subscribe, absent, argument, sluice_event_subscription*, nullptr, lane(), {}, ignore_event,
             nullptr, &out);
  EVENTS_OUT(subscribe, absent, argument, sluice_event_subscription*, c.self, nullptr, {}, ignore_event,
             nullptr, &out);
  EVENTS_OUT(subscribe, absent, argument, sluice_event_subscription*, c.self, lane(), {}, nullptr, nullptr,
             &out);
  EVENTS(subscribe, absent, argument, c.self, lane(), {}, ignore_event, nullptr, nullptr);
  EVENTS(unsubscribe, absent, nothing, nullptr);
  TRY(log, SLUICE_LOG_ID, enabled, absent, 0, nullptr, SLUICE_LOG_ERROR);
  TRY(log, SLUICE_LOG_ID, write, absent, nothing, nullptr, SLUICE_LOG_ERROR, nullptr, {}, nullptr, 0);
  TRY_OUT(metrics, SLUICE_METRICS_ID, open, absent, argument, sluice_metric*, nullptr, nullptr, &out);
  TRY_OUT(metrics, SLUICE_METRICS_ID, open, absent, argument, sluice_metric*, c.self, nullptr, &out);
  TRY_OUT(metrics, SLUICE_METRICS_ID, open, absent, argument, sluice_metric*, c.self, &unsized_metric, &out);
  TRY(metrics, SLUICE_METRICS_ID, open, absent, argument, c.self, &unsized_metric, nullptr);
  TRY(metrics, SLUICE_METRICS_ID, add, absent, nothing, nullptr, 1);
  TRY(metrics, SLUICE_METRICS_ID, set, absent, nothing, nullptr, 1);
  TRY(clock, SLUICE_CLOCK_ID, monotonic, absent, 0, nullptr);
  TRY(clock, SLUICE_CLOCK_ID, wall, absent, 0, nullptr);
  TRY_OUT(report, SLUICE_REPORT_ID, health, absent, argument, sluice_text, nullptr, &(out = {nullptr, 0, 7}));
  TRY(report, SLUICE_REPORT_ID, health, absent, argument, c.self, nullptr);
  TRY_OUT(report, SLUICE_REPORT_ID, metrics, absent, argument, sluice_text, nullptr,
          &(out = {nullptr, 0, 7}));
  TRY(report, SLUICE_REPORT_ID, metrics, absent, argument, c.self, nullptr);
}

void Tries::rest_wrong() {
  EVENTS(emit, ended, argument, no_self(), &unsized_event);
  EVENTS_OUT(subscribe, ended, argument, sluice_event_subscription*, c.self, no_lane(), {}, ignore_event,
             nullptr, &out);
  EVENTS(unsubscribe, ended, nothing, ended.events);
  EVENTS(unsubscribe, elsewhere, nothing, live.events);
  TRY(log, SLUICE_LOG_ID, enabled, ended, 0, no_self(), SLUICE_LOG_ERROR);
  TRY(log, SLUICE_LOG_ID, write, ended, nothing, no_self(), SLUICE_LOG_ERROR, nullptr, {}, nullptr, 0);
  TRY_OUT(metrics, SLUICE_METRICS_ID, open, ended, argument, sluice_metric*, no_self(), nullptr, &out);
  // A metric has no end: a handle of another kind stands for one.
  TRY(metrics, SLUICE_METRICS_ID, add, ended, nothing, reinterpret_cast<sluice_metric*>(ended.timer), 1);
  TRY(metrics, SLUICE_METRICS_ID, set, ended, nothing, reinterpret_cast<sluice_metric*>(ended.timer), 1);
  TRY(clock, SLUICE_CLOCK_ID, monotonic, ended, 0, no_self());
  TRY(clock, SLUICE_CLOCK_ID, wall, ended, 0, no_self());
  TRY_OUT(report, SLUICE_REPORT_ID, health, ended, argument, sluice_text, no_self(),
          &(out = {nullptr, 0, 7}));
  TRY_OUT(report, SLUICE_REPORT_ID, metrics, ended, argument, sluice_text, no_self(),
          &(out = {nullptr, 0, 7}));
}

// ---- The child ----

const char* name_of(Kind kind) {
  return kind == Kind::absent ? "without" : kind == Kind::ended ? "with what has ended" : "elsewhere";
}

std::size_t lines_about(const std::string& log, const Try& one) {
  const std::string name = std::string(one.iface) + " " + one.method + " ";
  std::size_t count = 0;
  std::istringstream text(log);
  for (std::string line; std::getline(text, line);) {
    count += line.find(name) != std::string::npos && line.find(Clumsy::id) != std::string::npos ? 1 : 0;
  }
  return count;
}

std::uint64_t frames_of(const Room& room, const std::string& key) {
  for (const auto& stream : room.engine->streams()) {
    if (stream["key"] == key) return stream["frames"];
  }
  return 0;
}

// The example in a folder of its own: in the one it was built into lie others.
std::string picture_folder(const Room& room) {
  const std::filesystem::path built = std::filesystem::path(SLUICE_ANNEXB).parent_path();
  const auto folder = room.runtime / "picture";
  std::filesystem::create_directory(folder);
  for (const auto* file : {"test-picture.so", "test-picture.json"})
    std::filesystem::copy_file(built / file, folder / file);
  return folder.string();
}

class Child {
 public:
  Child(int out, bool checked) : out_(out), checked_(checked) {}

  void run() {
    Room room;
    room.start({fixture_folder("service-provider"), picture_folder(room)});
    const std::string picture = "example/test";
    if (!eventually([&] { return frames_of(room, picture) != 0; })) return say("fault: no stream flows");
    {
      Clumsy clumsy(room, checked_);
      misbehave(room, clumsy);
      const auto before = frames_of(room, picture);
      if (!eventually([&] { return frames_of(room, picture) > before; })) {
        say("fault: the other module's stream stands still");
      }
      if (!clumsy.seat.ledger.empty()) say("fault: not all that lived could be closed");
    }
    if (!room.stop().in_time) say("fault: the other modules did not stop in time");
    say("done");
  }

 private:
  void say(const std::string& line) {
    const std::string text = line + "\n";
    [[maybe_unused]] const ssize_t written = ::write(out_, text.data(), text.size());
  }

  void misbehave(Room& room, Clumsy& clumsy) {
    say("step: opening and closing everything");
    Tries tries{clumsy, {}, clumsy.open(), {}};
    clumsy.close(tries.ended);
    tries.live = clumsy.open();
    tries.lanes_absent();
    tries.media_absent();
    tries.registry_absent();
    tries.sockets_absent();
    tries.services_absent();
    tries.rest_absent();
    if (checked_) {
      tries.lanes_wrong();
      tries.media_wrong();
      tries.registry_wrong();
      tries.sockets_wrong();
      tries.services_wrong();
      tries.rest_wrong();
    }
    std::set<std::string> tried;
    for (const auto& one : tries.all) tried.insert(std::string(one.iface) + one.method);
    if (tried.size() != all_methods) say("fault: " + std::to_string(tried.size()) + " methods are tried");
    clumsy.with_open_begins(tries.live, [&] {
      for (const auto& one : tries.all) {
        if (one.kind != Kind::elsewhere) attempt(room, one, "on its lane");
      }
      for (const auto& one : tries.all) {
        if (one.kind != Kind::elsewhere) continue;
        clumsy.on_lane(1, [&] { attempt(room, one, "on another lane"); });
        std::jthread([&] { attempt(room, one, "on a thread of its own"); });
      }
    });
    say("step: closing what lives");
    clumsy.close(tries.live);
  }

  void attempt(const Room& room, const Try& one, const char* where) {
    const std::string name =
        std::string(one.iface) + " " + one.method + " " + name_of(one.kind) + ", " + where;
    say("step: " + name);
    const auto before = lines_about(room.log_text(), one);
    const auto status = one.call();
    if (status != one.expected) {
      say("fault: " + name + " answered " + std::to_string(status) + ", expected " +
          std::to_string(one.expected));
    }
    if (!checked_) return;
    if (lines_about(room.log_text(), one) == before) say("fault: " + name + " left no line in the log");
  }

  const int out_;
  const bool checked_;
};

struct Heard {
  std::vector<std::string> faults;
  std::string step;
  std::size_t steps = 0;
  bool done = false;
  int status = 0;
};

Heard run_in_child(bool checked) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    int code = 0;
    try {
      Child(ends[1], checked).run();
    } catch (const std::exception& error) {
      const std::string text = std::string("fault: ") + error.what() + "\n";
      [[maybe_unused]] const ssize_t written = ::write(ends[1], text.data(), text.size());
      code = 1;
    }
    ::_exit(code);
  }
  ::close(ends[1]);
  Heard heard;
  std::string text;
  char bytes[4096];
  for (ssize_t got = 0; (got = ::read(ends[0], bytes, sizeof bytes)) > 0;) {
    text.append(bytes, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  ::waitpid(child, &heard.status, 0);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("step: ")) heard.step = line, ++heard.steps;
    if (line.starts_with("fault: ")) heard.faults.push_back(line);
    if (line == "done") heard.done = true;
  }
  return heard;
}

void check_survived(bool checked) {
  const auto heard = run_in_child(checked);
  CAPTURE(heard.step);
  CHECK(heard.faults == std::vector<std::string>{});
  CHECK(heard.done);
  CHECK(heard.steps > all_methods);
  CHECK(WIFEXITED(heard.status));
  CHECK(WEXITSTATUS(heard.status) == 0);
}

}  // namespace

TEST_CASE("a host that checks calls: what no module may call is refused and told, method by method") {
  check_survived(true);
}

TEST_CASE("an ordinary host: calls without handle, arguments or room for the answer are refused") {
  check_survived(false);
}
