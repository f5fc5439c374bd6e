#include "auth/auth_chain.hpp"

#include <algorithm>
#include <utility>

#include "net/address.hpp"
#include "observe/log.hpp"

namespace sluice::auth {

using engine::Action;
using engine::AuthDecision;
using engine::AuthQuestion;

AuthDecision decide_without_provider(const AuthPolicy& policy, const AuthQuestion& question) {
  if (!question.user.empty() || !question.password.empty() || !question.token.empty()) {
    return {false,
            "a credential was given and no module is enabled that could check it: enable one that provides "
            "sluice.auth/1, or leave the credential out"};
  }
  if (question.action == Action::play) return {true, "no auth module: playing is open"};
  if (policy.publish_from == AuthPolicy::PublishFrom::anywhere)
    return {true, "auth.publish_from is anywhere"};
  if (net::is_loopback_text(question.address)) return {true, "no auth module: publishing from this machine"};
  return {false,
          "without an auth module publishing is accepted from this machine only; to open it to everyone put "
          "\"auth\": {\"publish_from\": \"anywhere\"} into the config file, or enable a module that provides "
          "sluice.auth/1"};
}

struct AuthChain::Asked {
  AuthQuestion question;
  std::function<void(AuthDecision)> answer;
  std::vector<std::shared_ptr<Provider>> providers;  // as they were when it was asked
  std::int64_t deadline = 0;
  // Under the chain's lock:
  std::size_t step = 0;  // whose answer is awaited
  bool finished = false;
};

AuthChain::AuthChain(const AuthPolicy& policy, const engine::Clock& clock, observe::Log& log)
    : clock_(clock), log_(log), policy_(policy) {}

AuthChain::~AuthChain() {
  for (const auto& asked : asked_) asked->providers.clear();
}

void AuthChain::authorise(AuthQuestion question, std::function<void(AuthDecision)> answer) {
  auto asked = std::make_shared<Asked>();
  asked->question = std::move(question);
  asked->answer = std::move(answer);
  std::unique_lock lock(mutex_);
  if (!guarded_) {
    auto decision = decide_without_provider(policy_, asked->question);
    lock.unlock();
    finish(asked, std::move(decision));
    return;
  }
  if (asked_.size() >= max_waiting) {
    lock.unlock();
    finish(asked, {false, "too many are waiting for the auth module"});
    return;
  }
  asked->providers = providers_;
  asked->deadline = clock_.monotonic() + policy_.deadline;
  asked_.push_back(asked);
  lock.unlock();
  ask_next(asked);
}

void AuthChain::ask_next(const std::shared_ptr<Asked>& asked) {
  std::shared_ptr<Provider> provider;
  std::size_t step = 0;
  {
    std::lock_guard lock(mutex_);
    step = asked->step;
    if (step < asked->providers.size()) provider = asked->providers[step];
  }
  if (!provider) {
    finish(asked, {false, step == 0 ? "no module that decides is running, and one was enabled: mend it, "
                                      "or restart without it for the defaults"
                                    : "no auth module allows it"});
    return;
  }
  // The chain outlives its providers' answers: the supervisor takes them away and joins their lanes first.
  provider->ask(asked->question, [this, asked, step](Verdict verdict, std::string reason) {
    answered(asked, step, verdict, std::move(reason));
  });
}

void AuthChain::answered(const std::shared_ptr<Asked>& asked, std::size_t step, Verdict verdict,
                         std::string reason) {
  {
    std::lock_guard lock(mutex_);
    if (asked->finished || asked->step != step) return;  // late, or a second answer
    ++asked->step;
  }
  if (verdict == Verdict::abstain) {
    ask_next(asked);
  } else {
    finish(asked, {verdict == Verdict::allow, std::move(reason)});
  }
}

void AuthChain::finish(const std::shared_ptr<Asked>& asked, AuthDecision decision) {
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(asked->finished, true)) return;
    asked->providers.clear();  // they may still hold our answer, which holds us
    asked_.remove(asked);
  }
  const auto& question = asked->question;
  const auto* action = question.action == Action::publish ? "publish" : "play";
  // Reasons hold no secrets (contract of sluice.auth/1); credentials are never logged.
  if (decision.allowed) {
    log_.debug("allowed", {{"action", action},
                           {"stream", question.key},
                           {"peer", question.address},
                           {"reason", decision.reason}});
  } else {
    log_.warn("denied", {{"action", action},
                         {"stream", question.key},
                         {"peer", question.address},
                         {"reason", decision.reason}});
  }
  const auto answer = std::move(asked->answer);
  answer(std::move(decision));
}

void AuthChain::add(std::shared_ptr<Provider> provider) {
  std::lock_guard lock(mutex_);
  guarded_ = true;
  providers_.push_back(std::move(provider));
}

void AuthChain::remove(const Provider* provider) {
  std::lock_guard lock(mutex_);
  std::erase_if(providers_, [&](const auto& one) { return one.get() == provider; });
}

void AuthChain::expect_provider() {
  std::lock_guard lock(mutex_);
  guarded_ = true;
}

void AuthChain::expire() {
  std::vector<std::shared_ptr<Asked>> late;
  {
    std::lock_guard lock(mutex_);
    const auto now = clock_.monotonic();
    for (const auto& asked : asked_) {
      if (now >= asked->deadline) late.push_back(asked);
    }
  }
  for (const auto& asked : late) finish(asked, {false, "the auth module did not answer in time"});
}

void AuthChain::set_policy(const AuthPolicy& policy) {
  std::lock_guard lock(mutex_);
  policy_ = policy;
}

std::vector<std::string> AuthChain::providers() const {
  std::vector<std::string> ids;
  std::lock_guard lock(mutex_);
  ids.reserve(providers_.size());
  for (const auto& provider : providers_) ids.push_back(provider->module());
  return ids;
}

std::size_t AuthChain::waiting() const {
  std::lock_guard lock(mutex_);
  return asked_.size();
}

}  // namespace sluice::auth
