#include "viewer_gate.hpp"

namespace sluice::hls {
namespace {

// A viewer whose right was taken away plays on no longer than this.
constexpr std::int64_t remembered_ns = 30'000'000'000;
constexpr std::size_t verdict_limit = 50'000;
constexpr std::size_t waiting_limit = 1024;

// Without its port: a player opens many connections.
std::string_view host_of(std::string_view address) { return address.substr(0, address.rfind(':')); }

std::string name_of(const SessionRequest& viewer) {
  std::string name = viewer.key;
  for (const std::string_view part :
       {host_of(viewer.address), std::string_view(viewer.user), std::string_view(viewer.password),
        std::string_view(viewer.token), std::string_view(viewer.query)}) {
    name += '\n';
    name += part;
  }
  return name;
}

}  // namespace

const SubscriberCalls& ViewerGate::calls() {
  static constexpr SubscriberCalls table{.on_open =
                                             [](void* ctx) {
                                               auto& verdict = *static_cast<Verdict*>(ctx);
                                               verdict.gate.settle(verdict, SLUICE_STATUS_OK, {});
                                             },
                                         .on_refused =
                                             [](void* ctx, sluice_status status, std::string_view why) {
                                               auto& verdict = *static_cast<Verdict*>(ctx);
                                               verdict.gate.settle(verdict, status, why);
                                             },
                                         .on_ready = [](void*) {},
                                         .on_closed = [](void*, sluice_status, std::string_view) {}};
  return table;
}

void ViewerGate::ask(const SessionRequest& viewer, Then then) {
  std::string name = name_of(viewer);
  if (const auto found = verdicts_.find(name); found != verdicts_.end()) {
    Verdict& verdict = *found->second;
    if (verdict.until > host_.now()) return then(SLUICE_STATUS_OK, {});
    if (verdict.until == 0) {
      if (verdict.waiting.size() >= waiting_limit) return then(SLUICE_STATUS_BUSY, {});
      verdict.waiting.push_back(std::move(then));
      return;
    }
    verdicts_.erase(found);
  }
  if (verdicts_.size() >= verdict_limit) return then(SLUICE_STATUS_BUSY, {});
  auto& verdict = *verdicts_.emplace(name, std::make_unique<Verdict>(*this)).first->second;
  verdict.name = std::move(name);
  verdict.waiting.push_back(std::move(then));
  const sluice_status status =
      verdict.probe.open(lane_, viewer, calls(), &verdict, {.start = SLUICE_START_LIVE});
  if (status != SLUICE_STATUS_OK) settle(verdict, status, status_name(status));
}

// A refusal is told and forgotten: the next request may show something better, or find the stream.
void ViewerGate::settle(Verdict& verdict, sluice_status status, std::string_view why) {
  const std::vector<Then> waiting = std::move(verdict.waiting);
  const std::string reason(why);
  verdict.waiting.clear();
  if (status == SLUICE_STATUS_OK) {
    verdict.until = host_.now() + remembered_ns;
    verdict.probe.close("may play");
  } else {
    verdicts_.erase(verdict.name);
  }
  for (const Then& then : waiting) then(status, reason);
}

void ViewerGate::sweep(std::int64_t now) {
  std::erase_if(verdicts_,
                [&](const auto& entry) { return entry.second->until != 0 && entry.second->until <= now; });
}

}  // namespace sluice::hls
