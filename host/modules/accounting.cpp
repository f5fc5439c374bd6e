#include "modules/accounting.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "abi/seat.hpp"
#include "engine/engine.hpp"
#include "engine/lane.hpp"
#include "modules/lane_threads.hpp"
#include "observe/metrics.hpp"

namespace sluice::modules {
namespace {

using nlohmann::json;
using std::chrono::nanoseconds;

std::int64_t ms(nanoseconds time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

// A release on a lane that never retained makes the difference negative for a moment.
std::uint64_t not_below_zero(std::uint64_t difference) {
  return static_cast<std::int64_t>(difference) < 0 ? 0 : difference;
}

void add(engine::LaneFigures& sum, const engine::LaneFigures& one) {
  sum.wakeups += one.wakeups;
  sum.late += one.late;
  sum.window_frames += one.window_frames;
  sum.window_bytes += one.window_bytes;
  sum.retained_frames += one.retained_frames;
  sum.retained_bytes += one.retained_bytes;
  sum.lost_drafts += one.lost_drafts;
  sum.skipped += one.skipped;
  sum.dropped += one.dropped;
  sum.inbox_depth += one.inbox_depth;
  sum.inbox_highest = std::max(sum.inbox_highest, one.inbox_highest);
  sum.inbox_refused += one.inbox_refused;
}

json lane_json(const LaneAccount& lane) {
  const auto& figures = lane.figures;
  return {{"cpu_ms", ms(lane.cpu)},
          {"wakeups", figures.wakeups},
          {"late", figures.late},
          {"away_ms", ms(lane.away)},
          {"inbox", figures.inbox_depth},
          {"inbox_highest", figures.inbox_highest},
          {"inbox_refused", figures.inbox_refused},
          {"skipped_frames", figures.skipped},
          {"dropped_frames", figures.dropped}};
}

}  // namespace

LaneAccount Account::total() const {
  LaneAccount sum;
  for (const auto& lane : lanes) {
    sum.cpu += lane.cpu;
    sum.away = std::max(sum.away, lane.away);
    add(sum.figures, lane.figures);
  }
  sum.figures.retained_frames = not_below_zero(sum.figures.retained_frames);
  sum.figures.retained_bytes = not_below_zero(sum.figures.retained_bytes);
  return sum;
}

Accounting::Accounting(const Seat& seat, const LaneThreads& threads)
    : seat_(seat), lanes_(seat.lanes), threads_(threads) {}

Account Accounting::now() const {
  Account account;
  const auto cpu = threads_.cpu_time();
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    account.lanes.push_back({.cpu = cpu[i], .away = nanoseconds(0), .figures = lanes_[i]->figures()});
  }
  account.connections = seat_.ledger.counts()[static_cast<std::size_t>(Ledger::Kind::connection)];
  const auto holdings = seat_.host.engine->holdings(seat_);
  account.stream_bytes = holdings.memory;
  account.open_drafts = holdings.drafts;
  return account;
}

json to_json(const Account& account) {
  const auto total = account.total();
  const auto& figures = total.figures;
  json out = lane_json(total);
  out["frames_held"] = figures.window_frames;
  out["bytes_held"] = figures.window_bytes;
  out["frames_retained"] = figures.retained_frames;
  out["bytes_retained"] = figures.retained_bytes;
  out["drafts_held"] = account.open_drafts + figures.lost_drafts;
  out["stream_bytes"] = account.stream_bytes;
  out["connections"] = account.connections;
  out["lanes"] = json::array();
  for (const auto& lane : account.lanes) out["lanes"].push_back(lane_json(lane));
  return out;
}

void measure(const std::string& module, std::uint32_t generation, const Account& account,
             std::vector<observe::Sample>& out) {
  using observe::MetricKind;
  const auto total = account.total();
  const auto& figures = total.figures;
  const std::string label = "generation=" + std::to_string(generation);
  const auto add = [&](MetricKind kind, const char* name, const char* help, auto value) {
    out.push_back({kind, name, help, module, label, static_cast<std::int64_t>(value)});
  };
  const auto counter = MetricKind::counter, gauge = MetricKind::gauge;
  add(counter, "module_cpu_ns_total", "CPU time of its lanes' threads", total.cpu.count());
  add(counter, "module_wakeups_total", "times its lanes woke from sleep", figures.wakeups);
  add(counter, "module_late_total", "times a lane came round more than 200 ms late", figures.late);
  add(counter, "module_inbox_refused_total", "calls refused because a lane's inbox was full",
      figures.inbox_refused);
  add(counter, "module_skipped_frames_total", "frames its subscriptions passed over", figures.skipped);
  add(counter, "module_dropped_frames_total", "frames its publications could not get out", figures.dropped);
  add(gauge, "module_lanes", "threads the host runs for it", account.lanes.size());
  add(gauge, "module_away_ns", "how long its latest lane has been away, if more than 200 ms",
      total.away.count());
  add(gauge, "module_inbox_depth", "calls waiting in its lanes' inboxes", figures.inbox_depth);
  add(gauge, "module_inbox_highest", "most calls that waited in one inbox", figures.inbox_highest);
  add(gauge, "module_frames_held", "frames in the windows its lanes have of streams", figures.window_frames);
  add(gauge, "module_bytes_held", "payload of these frames", figures.window_bytes);
  add(gauge, "module_frames_retained", "frames it retained, whether in a window as well or not",
      figures.retained_frames);
  add(gauge, "module_bytes_retained", "payload of these frames", figures.retained_bytes);
  add(gauge, "module_drafts_held", "frames begun, neither published nor abandoned",
      account.open_drafts + figures.lost_drafts);
  add(gauge, "module_stream_bytes", "frame memory of the streams it publishes", account.stream_bytes);
  add(gauge, "module_connections", "connections open now", account.connections);
}

}  // namespace sluice::modules
