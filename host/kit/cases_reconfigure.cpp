// The case of a configuration that changes while the module serves.
#include <algorithm>

#include "config/reload.hpp"
#include "config/schema_parts.hpp"
#include "engine/lane.hpp"
#include "kit/cases.hpp"
#include "kit/config_values.hpp"
#include "kit/rules.hpp"
#include "kit/tcp_peer.hpp"
#include "kit/trial.hpp"
#include "kit/wordless.hpp"
#include "modules/control_call.hpp"

namespace sluice::kit {
namespace {

using config::Json;

constexpr std::size_t quick_most = 16;
constexpr std::size_t hostile_most = 60;

// One module that serves throughout, and what it was started with.
class Serving {
 public:
  explicit Serving(Trial& trial)
      : trial_(trial), life_(trial.serve()), addresses_(life_->addresses()), first_(in_effect()) {}

  enum class Answer { taken, refused, not_supported };

  Answer hand(const Json& effective, const std::string& what) {
    trial_.step("reconfigure with " + what);
    auto config = trial_.subject().entry().config;
    config.effective = effective;
    const auto answer = life_->module().reconfigure(config);
    if (answer) return Answer::taken;
    const auto& refusal = answer.error();
    if (refusal.finding.find("threw an exception") != std::string::npos) {
      fail("R9", "with " + what + ": " + refusal.finding,
           "Catch everything inside the module: sluice/boundary.hpp does.");
    }
    if (refusal.rule == "SL-RUN-002") {
      fail(refusal.rule, "with " + what + ": " + refusal.finding, "reconfigure may not wait for anything.");
    }
    if (refusal.rule.empty()) return Answer::not_supported;
    if (wordless(refusal.finding)) {
      fail("SL-CFG-001", "reconfigure refuses " + what + " without a word",
           "Fill err->message with the JSON pointer, what was expected and what was found.");
    }
    return Answer::refused;
  }

  // There and back again; after both it serves on.
  Answer change_and_back(const ConfigTry& one) {
    const auto answer = hand(one.effective, "/config" + one.in_words());
    serves_on("/config" + one.in_words());
    go_back("/config" + one.in_words());
    return answer;
  }

  // What it was started with it has to take, unless it takes nothing.
  Answer go_back(const std::string& after) {
    const auto answer = hand(first_, "what it was started with, after " + after);
    if (answer == Answer::refused) {
      fail(rule_reconfigure,
           "after " + after + " reconfigure refuses the configuration the module was started with",
           "Read a configuration into a value of its own, check it, and only then put it in force.");
    }
    serves_on(after);
    return answer;
  }

  bool live(const Json& effective) const {
    auto before = trial_.subject().entry().config, after = before;
    after.effective = effective;
    return config::changes_live(trial_.subject().manifest().config_schema, before, after);
  }

  Life& life() { return *life_; }

 private:
  Json in_effect() const {
    const auto& effective = trial_.subject().entry().config.effective;
    return effective.is_object() ? effective : Json::object();
  }

  void serves_on(const std::string& after) {
    trial_.step("that it serves on after reconfigure with " + after);
    trial_.health(*life_);
    bool listens = life_->addresses() == addresses_;
    for (const auto& address : addresses_) listens = listens && TcpPeer(address).connected();
    if (!listens) {
      fail(rule_reconfigure, "after reconfigure with " + after + " it no longer listens where it did",
           "Leave sessions and listeners alone: what a running module cannot change it refuses with words.");
    }
    for (auto* lane : life_->seat().lanes) {
      if (modules::call_on(*lane, trial_.pace().patience, [] {}) == modules::Called::done) continue;
      fail("SL-RUN-002",
           "after reconfigure with " + after + " lane " + std::to_string(lane->index()) + " does not answer",
           "Nothing on a lane may wait: use timers, watches and callbacks.");
    }
  }

  Trial& trial_;
  const std::unique_ptr<Life> life_;
  const std::vector<std::string> addresses_;
  const Json first_;
};

// Also what only a new generation may change: a host would not ask for it, but a module must bear it.
std::vector<ConfigTry> changes_of(const Trial& trial) {
  const auto& schema = trial.subject().manifest().config_schema;
  std::vector<std::string> names;
  if (const Json* properties = config::keyword(schema, "properties"); properties != nullptr)
    for (const auto& [name, ignored] : properties->items()) names.push_back(name);
  auto tries = changed_configs(schema, trial.subject().entry().config.effective, names);
  return trial.pace().quick ? spread(std::move(tries), quick_most) : tries;
}

}  // namespace

std::string try_reconfigure(Trial& trial) {
  Serving serving(trial);
  using Answer = Serving::Answer;
  const bool supported = serving.go_back("its start") == Answer::taken;
  std::size_t live = 0, taken = 0, refused = 0, tried = 0;
  const auto count = [&](const ConfigTry& one) {
    const auto answer = serving.change_and_back(one);
    ++tried;
    taken += answer == Answer::taken;
    refused += answer == Answer::refused;
  };
  for (const auto& one : changes_of(trial)) {
    live += serving.live(one.effective);
    count(one);
  }
  const auto& subject = trial.subject();
  auto strange = hostile_configs(subject.manifest().config_schema, subject.entry().config.effective,
                                 subject.own_properties());
  if (supported)
    for (const auto& one : spread(std::move(strange), trial.pace().quick ? quick_most : hostile_most))
      count(one);
  if (live != 0 && !supported) {
    trial.warn(rule_reconfigure,
               "its schema promises x-reload: live, but reconfigure is NOT_SUPPORTED or not there",
               "Implement reconfigure, or say x-reload: module: a host then starts a new generation.");
  }
  trial.retire(serving.life());
  if (!supported)
    return "it takes no configuration while it runs; asked " + modules::counted(tried + 1, "time");
  return std::to_string(tried) + " changes there and back: " + std::to_string(taken) + " taken, " +
         std::to_string(refused) + " refused with words; " + std::to_string(live) + " of them x-reload: live";
}

}  // namespace sluice::kit
