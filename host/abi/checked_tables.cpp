#include "abi/checked_tables.hpp"

#include "abi/checked_method.hpp"
#include "abi/clock_abi.hpp"
#include "abi/engine_abi.hpp"
#include "abi/events_abi.hpp"
#include "abi/log_abi.hpp"
#include "abi/metrics_abi.hpp"
#include "abi/net_abi.hpp"
#include "abi/registry_abi.hpp"
#include "abi/report_abi.hpp"
#include "engine/frame.hpp"
#include "engine/lane.hpp"

namespace sluice::abi {

template <>
struct Own<sluice_registry> {
  static constexpr const char* id = SLUICE_REGISTRY_ID;
  static const sluice_registry& table() { return *registry_table(); }
};
template <>
struct Own<sluice_engine> {
  static constexpr const char* id = SLUICE_ENGINE_ID;
  static const sluice_engine& table() { return *engine_table(); }
};
template <>
struct Own<sluice_net> {
  static constexpr const char* id = SLUICE_NET_ID;
  static const sluice_net& table() { return net_table(); }
};
template <>
struct Own<sluice_events> {
  static constexpr const char* id = SLUICE_EVENTS_ID;
  static const sluice_events& table() { return events_table(); }
};
template <>
struct Own<sluice_log> {
  static constexpr const char* id = SLUICE_LOG_ID;
  static const sluice_log& table() { return log_table(); }
};
template <>
struct Own<sluice_metrics> {
  static constexpr const char* id = SLUICE_METRICS_ID;
  static const sluice_metrics& table() { return metrics_table(); }
};
template <>
struct Own<sluice_clock> {
  static constexpr const char* id = SLUICE_CLOCK_ID;
  static const sluice_clock& table() { return clock_table(); }
};
template <>
struct Own<sluice_report> {
  static constexpr const char* id = SLUICE_REPORT_ID;
  static const sluice_report& table() { return report_table(); }
};

namespace {

// A method that was added to a table belongs into the list below it.
template <class Table>
constexpr std::size_t methods = (sizeof(Table) - 2 * sizeof(std::uint32_t)) / sizeof(void (*)());
static_assert(methods<sluice_registry> == 8 && methods<sluice_engine> == 25 && methods<sluice_net> == 4);
static_assert(methods<sluice_events> == 3 && methods<sluice_log> == 2 && methods<sluice_metrics> == 3);
static_assert(methods<sluice_clock> == 2 && methods<sluice_report> == 2);

// ---- Drafts: numbers as well, for as long as their frame is being written ----

sluice_status frame_begin(sluice_publication* publication, std::uint64_t size, sluice_draft* out) {
  static constexpr Method method{SLUICE_ENGINE_ID, "frame_begin"};
  const Judged judged = judge(method, On::lane, publication);
  const sluice_status status =
      told(judged, method, engine_table()->frame_begin(publication, size, out), nullptr);
  if (status == SLUICE_STATUS_OK) {
    out->handle = numbered<void>(judged.seat->book->lend(publication, out->handle));
  }
  return status;
}

// Puts the frame back into the draft; false: it is none of this publication's.
bool redeem(const Judged& judged, const Method& method, const sluice_publication* publication,
            sluice_draft* draft) {
  if (draft == nullptr || draft->handle == nullptr) return true;
  draft->handle = judged.seat->book->take_back(publication, number_of(draft->handle));
  if (draft->handle != nullptr) return true;
  draft->data = nullptr;
  report(judged.seat, method, CallFault::handle, "was given a draft that has ended or never was");
  return false;
}

sluice_status frame_publish(sluice_publication* publication, sluice_draft* draft,
                            const sluice_frame_facts* facts) {
  static constexpr Method method{SLUICE_ENGINE_ID, "frame_publish"};
  const Judged judged = judge(method, On::lane, publication);
  if (judged.status != SLUICE_STATUS_OK) return judged.status;
  if (!redeem(judged, method, publication, draft)) return SLUICE_STATUS_ARGUMENT;
  return told(judged, method, engine_table()->frame_publish(publication, draft, facts), nullptr);
}

void frame_abandon(sluice_publication* publication, sluice_draft* draft) {
  static constexpr Method method{SLUICE_ENGINE_ID, "frame_abandon"};
  const Judged judged = judge(method, On::lane, publication);
  if (judged.status != SLUICE_STATUS_OK || !redeem(judged, method, publication, draft)) return;
  if (draft == nullptr) report(judged.seat, method, std::nullopt, "was given no draft");
  engine_table()->frame_abandon(publication, draft);
}

// ---- Frames: their headers are never freed, so that one nobody holds can be told from one in use ----

bool held(const Method& method, const sluice_frame* frame) {
  const engine::Lane* const here = engine::Lane::of_this_thread();
  Seat* const seat = here == nullptr ? nullptr : HandleBook::seat_with(here);
  if (frame == nullptr) {
    report(seat, method, std::nullopt, "was given no frame");
    return false;
  }
  if (engine::Frame::of(frame)->refs.load(std::memory_order_relaxed) != 0) return true;
  report(seat, method, CallFault::handle, "was given a frame that nobody holds any more");
  return false;
}

void frame_retain(const sluice_frame* frame) {
  if (held({SLUICE_ENGINE_ID, "frame_retain"}, frame)) engine_table()->frame_retain(frame);
}
void frame_release(const sluice_frame* frame) {
  if (held({SLUICE_ENGINE_ID, "frame_release"}, frame)) engine_table()->frame_release(frame);
}

}  // namespace

const sluice_engine& checked_engine() {
  static const sluice_engine checked = [] {
    sluice_engine table = *engine_table();
    SLUICE_CHECKED(table, sluice_engine, lane_count, On::any);
    SLUICE_CHECKED(table, sluice_engine, lane_at, On::any);
    SLUICE_CHECKED(table, sluice_engine, lane_fd, On::lane);
    SLUICE_CHECKED(table, sluice_engine, lane_drain, On::lane);
    SLUICE_CHECKED(table, sluice_engine, lane_sleep, On::lane);
    SLUICE_CHECKED(table, sluice_engine, lane_awake, On::lane);
    SLUICE_CHECKED(table, sluice_engine, lane_run, On::lane);
    SLUICE_CHECKED(table, sluice_engine, lane_post, On::any);
    SLUICE_CHECKED(table, sluice_engine, timer_start, On::lane);
    SLUICE_CHECKED(table, sluice_engine, timer_cancel, On::lane);
    SLUICE_CHECKED(table, sluice_engine, watch_start, On::lane);
    SLUICE_CHECKED(table, sluice_engine, watch_change, On::lane);
    SLUICE_CHECKED(table, sluice_engine, watch_stop, On::lane);
    SLUICE_CHECKED(table, sluice_engine, lane_on_cache_release, On::lane);
    SLUICE_CHECKED(table, sluice_engine, track_add, On::lane);
    SLUICE_CHECKED(table, sluice_engine, track_update, On::lane);
    SLUICE_CHECKED(table, sluice_engine, read, On::lane);
    SLUICE_CHECKED(table, sluice_engine, tracks, On::lane);
    SLUICE_CHECKED(table, sluice_engine, sent, On::lane);
    SLUICE_CHECKED(table, sluice_engine, request_key, On::lane);
    table.frame_begin = &frame_begin;
    table.frame_publish = &frame_publish;
    table.frame_abandon = &frame_abandon;
    table.frame_retain = &frame_retain;
    table.frame_release = &frame_release;
    return table;
  }();
  return checked;
}

const sluice_registry& checked_registry() {
  static const sluice_registry checked = [] {
    sluice_registry table = *registry_table();
    SLUICE_CHECKED(table, sluice_registry, publish_begin, On::any);
    SLUICE_CHECKED(table, sluice_registry, publication_end, On::lane);
    SLUICE_CHECKED(table, sluice_registry, subscribe_begin, On::any);
    SLUICE_CHECKED(table, sluice_registry, subscription_close, On::lane);
    SLUICE_CHECKED(table, sluice_registry, cancel, On::lane);
    SLUICE_CHECKED(table, sluice_registry, list, On::any);
    SLUICE_CHECKED(table, sluice_registry, watch_start, On::any);
    SLUICE_CHECKED(table, sluice_registry, watch_stop, On::lane);
    return table;
  }();
  return checked;
}

const sluice_net& checked_net() {
  static const sluice_net checked = [] {
    sluice_net table = net_table();
    SLUICE_CHECKED(table, sluice_net, listen, On::control);
    SLUICE_CHECKED(table, sluice_net, addresses, On::lane);
    SLUICE_CHECKED(table, sluice_net, listener_close, On::lane);
    SLUICE_CHECKED(table, sluice_net, connection_close, On::lane);
    return table;
  }();
  return checked;
}

const sluice_events& checked_events() {
  static const sluice_events checked = [] {
    sluice_events table = events_table();
    SLUICE_CHECKED(table, sluice_events, emit, On::any);
    SLUICE_CHECKED(table, sluice_events, subscribe, On::any);
    SLUICE_CHECKED(table, sluice_events, unsubscribe, On::lane);
    return table;
  }();
  return checked;
}

const sluice_log& checked_log() {
  static const sluice_log checked = [] {
    sluice_log table = log_table();
    SLUICE_CHECKED(table, sluice_log, enabled, On::any);
    SLUICE_CHECKED(table, sluice_log, write, On::any);
    return table;
  }();
  return checked;
}

const sluice_metrics& checked_metrics() {
  static const sluice_metrics checked = [] {
    sluice_metrics table = metrics_table();
    SLUICE_CHECKED(table, sluice_metrics, open, On::any);
    SLUICE_CHECKED(table, sluice_metrics, add, On::any);
    SLUICE_CHECKED(table, sluice_metrics, set, On::any);
    return table;
  }();
  return checked;
}

const sluice_clock& checked_clock() {
  static const sluice_clock checked = [] {
    sluice_clock table = clock_table();
    SLUICE_CHECKED(table, sluice_clock, monotonic, On::any);
    SLUICE_CHECKED(table, sluice_clock, wall, On::any);
    return table;
  }();
  return checked;
}

const sluice_report& checked_report() {
  static const sluice_report checked = [] {
    sluice_report table = report_table();
    SLUICE_CHECKED(table, sluice_report, health, On::any);
    SLUICE_CHECKED(table, sluice_report, metrics, On::any);
    return table;
  }();
  return checked;
}

}  // namespace sluice::abi
