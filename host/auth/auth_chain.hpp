// Who may publish and who may play: asks the modules that can tell, in order; without any, the safe defaults.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/clock.hpp"
#include "engine/ports.hpp"

namespace sluice::observe {
class Log;
}

namespace sluice::auth {

enum class Verdict { abstain, allow, deny };

// One module's say. Implemented over sluice.auth/1 in host/abi, by hand in tests.
class Provider {
 public:
  using Answer = std::function<void(Verdict verdict, std::string reason)>;
  virtual ~Provider() = default;
  virtual const std::string& module() const = 0;
  // [any] Answers at most once, on any thread; no answer within the chain's deadline counts as deny.
  virtual void ask(const engine::AuthQuestion& question, Answer answer) = 0;
};

struct AuthPolicy {
  enum class PublishFrom { loopback, anywhere };
  PublishFrom publish_from = PublishFrom::loopback;  // only asked when no provider is there
  std::int64_t deadline = 5'000'000'000;             // ns for the whole chain
};

// Pure: what is decided when nobody is there to ask.
engine::AuthDecision decide_without_provider(const AuthPolicy& policy, const engine::AuthQuestion& question);

class AuthChain final : public engine::Authoriser {
 public:
  static constexpr std::size_t max_waiting = 4096;  // questions open at once; more are denied

  AuthChain(const AuthPolicy& policy, const engine::Clock& clock, observe::Log& log);
  ~AuthChain() override;

  void authorise(engine::AuthQuestion question, std::function<void(engine::AuthDecision)> answer) override;

  // [any] Asked after those already there. Once a provider was added, what nobody allows is denied, also
  // after it went away: a crashed auth module must not open the door. `expect_provider` says so before the
  // first one is up.
  void add(std::shared_ptr<Provider> provider);
  void remove(const Provider* provider);
  void expect_provider();

  // [any] Denies what has waited beyond its deadline. Called about five times a second.
  void expire();

  void set_policy(const AuthPolicy& policy);
  std::vector<std::string> providers() const;
  std::size_t waiting() const;

 private:
  struct Asked;
  void ask_next(const std::shared_ptr<Asked>& asked);
  void answered(const std::shared_ptr<Asked>& asked, std::size_t step, Verdict verdict, std::string reason);
  void finish(const std::shared_ptr<Asked>& asked, engine::AuthDecision decision);

  const engine::Clock& clock_;
  observe::Log& log_;
  mutable std::mutex mutex_;
  AuthPolicy policy_;
  bool guarded_ = false;
  std::vector<std::shared_ptr<Provider>> providers_;
  std::list<std::shared_ptr<Asked>> asked_;
};

}  // namespace sluice::auth
