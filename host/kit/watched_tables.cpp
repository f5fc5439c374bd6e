#include "kit/watched_tables.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "abi/engine_abi.hpp"
#include "abi/engine_handles.hpp"
#include "abi/net_abi.hpp"
#include "abi/registry_abi.hpp"
#include "engine/fd_watch.hpp"
#include "engine/lane.hpp"
#include "engine/publication.hpp"
#include "engine/subscription.hpp"
#include "engine/timer_queue.hpp"
#include "kit/frame_watch.hpp"
#include "kit/held_frames.hpp"
#include "kit/misuse.hpp"
#include "kit/rules.hpp"

namespace sluice::kit {
namespace {

using engine::Lane;

// The lane that owns the object a call is about.
const Lane* owner(sluice_lane* lane) { return abi::lane_of(lane); }
const Lane* owner(sluice_timer* timer) { return abi::behind(timer)->lane; }
const Lane* owner(sluice_watch* watch) { return &abi::behind(watch)->lane; }
const Lane* owner(sluice_publication* publication) { return &abi::behind(publication)->lane(); }
const Lane* owner(sluice_subscription* subscription) { return &abi::behind(subscription)->lane(); }
const Lane* owner(void* self) {  // [control]
  const auto& lanes = abi::seat_of(self).lanes;
  return lanes.empty() ? nullptr : lanes.front();
}

std::string lane_text(const Lane* lane) {
  return lane == nullptr ? "a thread that is no lane's" : "lane " + std::to_string(lane->index());
}

void look(const Lane* owning, const char* method) {
  const Lane* const here = Lane::of_this_thread();
  if (here == owning) return;
  misuses().note(
      {rule_threads,
       std::string(method) + " was called on " + lane_text(here) + ", it belongs to " + lane_text(owning),
       "Call it on its own lane: sluice_engine.lane_post brings a call there."});
}

// A method's name as a template's argument.
template <std::size_t Size>
struct Name {
  char text[Size];
  constexpr Name(const char (&name)[Size]) { std::copy_n(name, Size, text); }
};

template <class Table>
const Table& host_table();
template <>
const sluice_engine& host_table<sluice_engine>() {
  return *abi::engine_table();
}
template <>
const sluice_registry& host_table<sluice_registry>() {
  return *abi::registry_table();
}
template <>
const sluice_net& host_table<sluice_net>() {
  return abi::net_table();
}

template <auto Method, Name method>
struct Watched;
template <class Table, class Result, class First, class... Rest, Result (*Table::*Method)(First, Rest...),
          Name method>
struct Watched<Method, method> {
  static Result call(First first, Rest... rest) {
    if (first != nullptr) look(owner(first), method.text);
    return (host_table<Table>().*Method)(first, rest...);
  }
};

// Publishing is looked at twice: who calls, and what is said about the frame.
sluice_status frame_publish(sluice_publication* publication, sluice_draft* draft,
                            const sluice_frame_facts* facts) {
  if (publication != nullptr) {
    look(owner(publication), "frame_publish");
    const auto& written = *abi::behind(publication);
    if (facts != nullptr) frame_watch().look(written.stream().key, written.epoch(), *facts);
  }
  return host_table<sluice_engine>().frame_publish(publication, draft, facts);
}

// The kit's own frames are no frames of the host.
void frame_retain(const sluice_frame* frame) {
  if (!held_frames().retain(frame)) host_table<sluice_engine>().frame_retain(frame);
}
void frame_release(const sluice_frame* frame) {
  if (!held_frames().release(frame)) host_table<sluice_engine>().frame_release(frame);
}

}  // namespace

#define SLUICE_WATCH(table, type, method) table.method = &Watched<&type::method, #method>::call

const sluice_engine& watched_engine() {
  static const sluice_engine watched = [] {
    sluice_engine table = host_table<sluice_engine>();
    SLUICE_WATCH(table, sluice_engine, lane_fd);
    SLUICE_WATCH(table, sluice_engine, lane_drain);
    SLUICE_WATCH(table, sluice_engine, lane_sleep);
    SLUICE_WATCH(table, sluice_engine, lane_awake);
    SLUICE_WATCH(table, sluice_engine, lane_run);
    SLUICE_WATCH(table, sluice_engine, timer_start);
    SLUICE_WATCH(table, sluice_engine, timer_cancel);
    SLUICE_WATCH(table, sluice_engine, watch_start);
    SLUICE_WATCH(table, sluice_engine, watch_change);
    SLUICE_WATCH(table, sluice_engine, watch_stop);
    SLUICE_WATCH(table, sluice_engine, lane_on_cache_release);
    SLUICE_WATCH(table, sluice_engine, track_add);
    SLUICE_WATCH(table, sluice_engine, track_update);
    SLUICE_WATCH(table, sluice_engine, frame_begin);
    SLUICE_WATCH(table, sluice_engine, frame_abandon);
    SLUICE_WATCH(table, sluice_engine, read);
    SLUICE_WATCH(table, sluice_engine, tracks);
    SLUICE_WATCH(table, sluice_engine, sent);
    SLUICE_WATCH(table, sluice_engine, request_key);
    table.frame_publish = &frame_publish;
    table.frame_retain = &frame_retain;
    table.frame_release = &frame_release;
    return table;
  }();
  return watched;
}

const sluice_registry& watched_registry() {
  static const sluice_registry watched = [] {
    sluice_registry table = host_table<sluice_registry>();
    SLUICE_WATCH(table, sluice_registry, publication_end);
    SLUICE_WATCH(table, sluice_registry, subscription_close);
    return table;
  }();
  return watched;
}

const sluice_net& watched_net() {
  static const sluice_net watched = [] {
    sluice_net table = host_table<sluice_net>();
    SLUICE_WATCH(table, sluice_net, listen);
    return table;
  }();
  return watched;
}

#undef SLUICE_WATCH

}  // namespace sluice::kit
