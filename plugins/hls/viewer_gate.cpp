#include "viewer_gate.hpp"

#include <iterator>
#include <limits>
#include <utility>

namespace sluice::hls {
namespace {

// How long a right holds without being asked for again, so one that expired meanwhile plays on no longer. Who
// is kicked is out at once, for what is left of it.
constexpr std::int64_t remembered_ns = 30'000'000'000;
constexpr std::size_t verdict_limit = 50'000;
// Of their names: ever other queries must not fill the memory.
constexpr std::size_t name_bytes_limit = 16 << 20;
constexpr std::size_t waiting_limit = 1024;
constexpr std::uint32_t batch_limit = 1024;

// Without its port: a player opens many connections.
std::string_view host_of(std::string_view address) { return address.substr(0, address.rfind(':')); }

// What decides: user and password stand in the query.
std::string name_of(const SessionRequest& viewer) {
  std::string name = viewer.key;
  for (const std::string_view part :
       {host_of(viewer.address), std::string_view(viewer.token), std::string_view(viewer.query)}) {
    name += '\n';
    name += part;
  }
  return name;
}

}  // namespace

const SubscriberCalls& ViewerGate::calls() {
  static constexpr SubscriberCalls table{
      .on_open =
          [](void* ctx) {
            auto& verdict = *static_cast<Verdict*>(ctx);
            verdict.gate.settle(verdict, SLUICE_STATUS_OK, {});
          },
      .on_refused =
          [](void* ctx, sluice_status status, std::string_view why) {
            auto& verdict = *static_cast<Verdict*>(ctx);
            verdict.gate.settle(verdict, status, why);
          },
      // What comes is sent as segments: it only stands for the viewer. Read with the next sweep, so that
      // viewers cost the lane nothing with each frame.
      .on_ready = [](void* ctx) { static_cast<Verdict*>(ctx)->unread = true; },
      .on_closed =
          [](void* ctx, sluice_status why, std::string_view) {
            auto& verdict = *static_cast<Verdict*>(ctx);
            verdict.seat.close("ended");
            verdict.sent_away = why == SLUICE_STATUS_CANCELLED;
          }};
  return table;
}

void ViewerGate::ask(const SessionRequest& viewer, Then then) {
  std::string name = name_of(viewer);
  if (const auto found = verdicts_.find(name); found != verdicts_.end()) {
    Verdict& verdict = *found->second;
    if (verdict.until > host_.now())
      return verdict.sent_away ? then(SLUICE_STATUS_DENIED, "This viewer was sent away.")
                               : then(SLUICE_STATUS_OK, {});
    if (verdict.until == 0) {
      if (verdict.waiting.size() >= waiting_limit) return then(SLUICE_STATUS_BUSY, {});
      verdict.waiting.push_back(std::move(then));
      return;
    }
    forget(found);
  }
  // Nobody loses a right by being forgotten: who comes again is asked again.
  if (is_full(name)) sweep(std::numeric_limits<std::int64_t>::max());
  if (is_full(name)) return then(SLUICE_STATUS_BUSY, {});
  name_bytes_ += name.size();
  const auto at = verdicts_.emplace(std::move(name), std::make_unique<Verdict>(*this)).first;
  Verdict& verdict = *at->second;
  verdict.at = at;
  verdict.waiting.push_back(std::move(then));
  const sluice_status status =
      verdict.seat.open(lane_, viewer, calls(), &verdict, {.start = SLUICE_START_LIVE});
  if (status != SLUICE_STATUS_OK) settle(verdict, status, status_name(status));
}

bool ViewerGate::is_full(std::string_view name) const {
  return verdicts_.size() >= verdict_limit || name_bytes_ + name.size() > name_bytes_limit;
}

// A refusal is told and forgotten: the next request may show something better, or find the stream.
void ViewerGate::settle(Verdict& verdict, sluice_status status, std::string_view why) {
  const std::vector<Then> waiting = std::exchange(verdict.waiting, {});
  const std::string reason(why);
  if (status == SLUICE_STATUS_OK) {
    verdict.until = host_.now() + remembered_ns;
  } else {
    forget(verdict.at);
  }
  for (const Then& then : waiting) then(status, reason);
}

ViewerGate::Verdicts::iterator ViewerGate::forget(Verdicts::iterator at) {
  name_bytes_ -= at->first.size();
  return verdicts_.erase(at);
}

void ViewerGate::sweep(std::int64_t now) {
  for (auto at = verdicts_.begin(); at != verdicts_.end();) {
    Verdict& verdict = *at->second;
    if (std::exchange(verdict.unread, false))
      while (!verdict.seat.read(batch_limit).empty()) {
      }
    const std::int64_t until = verdict.until;
    at = until != 0 && until <= now ? forget(at) : std::next(at);
  }
}

}  // namespace sluice::hls
