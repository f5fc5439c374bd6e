// Cases about hosts that are newer than the module, or that have less than it knows.
#include <algorithm>

#include "abi/host_abi.hpp"
#include "kit/cases.hpp"
#include "kit/tcp_peer.hpp"
#include "kit/trial.hpp"

namespace sluice::kit {
namespace {

using namespace std::chrono_literals;

// Whatever it does with such a host, it does not hang.
modules::LifePicture try_host(Trial& trial, HostShape shape, const std::string& step) {
  trial.step(step + ", its start");
  const auto life = trial.life(std::move(shape));
  const bool serves = life->start();
  auto picture = life->picture();
  if (serves) {
    for (const auto& address : life->addresses()) TcpPeer(address).close();
    trial.step(step + ", its drain and stop");
    life->drain(500ms);
    life->stop();
  }
  const auto end = life->picture();
  if (end.remains == modules::Remains::zombie) {
    fail("SL-RUN-002", step + ": " + end.message, "Return NOT_SUPPORTED instead of waiting.");
  }
  return picture;
}

bool requires_interface(const Subject& subject, const std::string& iface) {
  const auto& all = subject.manifest().requires_;
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& one) { return one.iface == iface && !one.optional; });
}

}  // namespace

std::string try_newer_host(Trial& trial) {
  const auto life = trial.serve({.newer = true, .iface = {}, .lack = Lack::nothing});
  for (const auto& address : life->addresses()) TcpPeer(address).close();
  trial.retire(*life);
  return "served on a host whose every struct and table is larger";
}

std::string try_absent_methods(Trial& trial) {
  trial.tolerate_trouble();
  std::size_t refused = 0, tried = 0;
  for (const auto& own : abi::host_interfaces()) {
    for (const auto lack : {Lack::methods, Lack::later_part}) {
      const auto step =
          own.iface + (lack == Lack::methods ? " with every method null" : " with a table that ends at once");
      const auto picture = try_host(trial, {.newer = false, .iface = own.iface, .lack = lack}, step);
      refused += picture.state != modules::State::serving ? 1 : 0;
      ++tried;
    }
  }
  return std::to_string(tried) + " poorer hosts: refused " + std::to_string(refused) + ", served the others";
}

std::string try_absent_interfaces(Trial& trial) {
  trial.retire(*trial.serve());
  trial.tolerate_trouble();
  std::string named;
  for (const auto& own : abi::host_interfaces()) {
    if (requires_interface(trial.subject(), own.iface)) continue;  // no host without it would start it
    const auto step = "a host without " + own.iface;
    const auto picture = try_host(trial, {.newer = false, .iface = own.iface, .lack = Lack::interface}, step);
    if (picture.state == modules::State::serving) continue;
    named += (named.empty() ? "" : ", ") + own.iface;
  }
  if (!named.empty()) {
    trial.warn("SL-DEP-001", "it does not start without " + named + ", which its manifest does not require",
               "Name it under module.requires, or do without it.");
  }
  return "served without what its manifest does not require";
}

}  // namespace sluice::kit
