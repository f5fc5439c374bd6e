// Cases for modules that other modules call: what they answer, and how often.
#include <algorithm>
#include <atomic>
#include <memory>
#include <random>

#include "abi/services_abi.hpp"
#include "kit/audience.hpp"
#include "kit/cases.hpp"
#include "kit/footprint.hpp"
#include "kit/trial.hpp"

namespace sluice::kit {
namespace {

using namespace std::chrono_literals;

struct Counted {
  std::atomic<std::size_t> asked{0};
  std::atomic<std::size_t> answers{0};
};

// One interface of the module, leased by the kit.
class Client {
 public:
  Client(Audience& audience, Room& room, const modules::Provision& provision)
      : room_(room), seat_(audience.seat()), lane_(*seat_.lanes.front()), iface_(provision.iface) {
    auto* const services = room.services.get();
    auto* const seat = &seat_;
    const auto leased =
        services->acquire(seat_, {.iface = iface_,
                                  .minor_min = 0,
                                  .selector = {},
                                  .lane = &lane_,
                                  .revoked = [services, seat](services::Number lease, std::string_view) {
                                    services->release(*seat, lease);
                                  }});
    if (leased.has_error()) {
      fail("SL-DEP-001", iface_ + " cannot be leased: " + leased.error().message,
           "Provide under `provides` what query finds.");
    }
    lease_ = leased->lease;
  }

  // What the host refuses at once the module never hears of.
  void ask(std::uint32_t method, services::Bytes bytes) {
    const auto call = room_.services->request(
        seat_, lease_,
        {.method = method,
         .bytes = std::move(bytes),
         .lane = &lane_,
         .done = [counted = counted_](sluice_status, services::BytesView) { ++counted->answers; }});
    if (call.has_value()) ++counted_->asked;
  }

  // How many have no answer when the time is over.
  std::size_t wait(milliseconds patience) {
    eventually([&] { return counted_->answers >= counted_->asked; }, patience);
    return counted_->asked - counted_->answers;
  }
  std::size_t asked() const { return counted_->asked; }
  const std::string& iface() const { return iface_; }

 private:
  Room& room_;
  Seat& seat_;
  engine::Lane& lane_;
  const std::string iface_;
  services::Number lease_ = 0;
  const std::shared_ptr<Counted> counted_ = std::make_shared<Counted>();  // answers may come late
};

services::Bytes random_bytes(std::mt19937& random, std::size_t size) {
  services::Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

void ask_everything(Client& client, bool quick) {
  std::mt19937 random(4711);
  const std::vector<std::size_t> sizes = quick
                                             ? std::vector<std::size_t>{0, 1, 100, 4096}
                                             : std::vector<std::size_t>{0, 1, 7, 8, 100, 4096, 65536, 262144};
  for (std::uint32_t method = 0; method < 16; ++method) {
    for (const auto size : sizes) {
      client.ask(method, services::Bytes(size, 0));
      client.ask(method, random_bytes(random, size));
    }
  }
  client.ask(0xffffffffu, {});
  client.ask(1, services::Bytes(1u << 20, 0));  // more than the host takes
}

// A call has no deadline of its own, but a module that answers none has misunderstood.
void judge(Trial& trial, Client& client) {
  const auto left = client.wait(5s);
  if (left == 0) return;
  const std::string finding = client.iface() + ": " + std::to_string(left) + " of " +
                              std::to_string(client.asked()) + " calls have no answer after 5 s";
  const char* remedy =
      "Answer each ticket exactly once, inside serve or later; or return a status that is the answer.";
  if (left == client.asked()) fail("R7", finding, remedy);
  trial.warn("R7", finding, remedy);
}

// Offered to others as the host would; those of its interfaces that can be called.
std::vector<modules::Provision> offer(Trial& trial, Life& life) {
  std::vector<modules::Provision> callable;
  for (const auto& provision : trial.subject().manifest().provides) {
    trial.step("query for " + provision.iface);
    const auto found = life.module().query(provision.iface, 0);
    if (found.has_error() && found.error().finding.find("threw") != std::string::npos) {
      fail("R9", found.error().finding, "Catch everything inside the module: sluice/boundary.hpp does.");
    }
    const auto serve = found.has_value() ? abi::serve_of(*found) : services::Serve();
    trial.room().services->provider_up(life.seat(), provision, serve);
    if (serve) callable.push_back(provision);
  }
  return callable;
}

}  // namespace

std::string try_service_calls(Trial& trial) {
  if (trial.subject().manifest().provides.empty()) skip("it provides nothing");
  const auto life = trial.serve();
  const auto callable = offer(trial, *life);
  if (callable.empty()) {
    trial.retire(*life);
    skip("nothing it provides can be called by other modules");
  }
  Audience audience(trial.room());
  std::size_t calls = 0;
  for (const auto& provision : callable) {
    trial.step("calls of " + provision.iface + " with bytes of every kind");
    Client client(audience, trial.room(), provision);
    ask_everything(client, trial.pace().quick);
    judge(trial, client);
    calls += client.asked();
  }
  trial.step("its stop among calls");
  Client last(audience, trial.room(), callable.front());
  for (std::uint32_t i = 0; i < 500; ++i) last.ask(i % 4, services::Bytes(i, 1));
  life->stop();
  trial.judge_end(life->picture());
  if (const auto left = last.wait(5s); left != 0) {
    fail("R7", std::to_string(left) + " calls have no answer though it has stopped",
         "Report this: the host ends them.");
  }
  return std::to_string(calls + last.asked()) + " calls, each answered once";
}

}  // namespace sluice::kit
