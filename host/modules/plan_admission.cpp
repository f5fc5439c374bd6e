// Who may start, in which order. A module is admitted after what it needs; whoever ranks first has first
// choice, and what it needs is admitted on its behalf. One that is refused claims nothing.
#include <algorithm>
#include <map>
#include <set>

#include "modules/plan_claims.hpp"
#include "modules/plan_draft.hpp"
#include "modules/selector.hpp"

namespace sluice::modules {
namespace {

using Indices = std::vector<std::size_t>;

enum class Fit { none, too_old, fits };

class Admission {
 public:
  Admission(Draft& draft, const Indices& ranked) : draft_(draft), pending_(ranked), claims_(draft) {
    for (std::size_t i = 0; i < draft.plan.entries.size(); ++i)
      if (draft.plan.entries[i].candidate.manifest) known_.push_back(i);
  }

  void run() {
    while (!pending_.empty()) {
      std::set<std::size_t> seen;
      if (const auto ready = find_ready(pending_.front(), seen)) {
        settle(*ready);
      } else if (!refuse_missing()) {
        refuse_circle(pending_.front());
      }
    }
    order();
  }

 private:
  Fit fit(std::size_t provider, const Requirement& need) const {
    Fit best = Fit::none;
    for (const Provision& provision : draft_.manifest(provider).provides) {
      if (provision.iface != need.iface) continue;
      if (!selects(need.selector, provision.name, provision.attributes)) continue;
      best = std::max(best, provision.minor >= need.minor_min ? Fit::fits : Fit::too_old);
    }
    return best;
  }

  bool host_provides(const Requirement& need) const {
    return std::any_of(draft_.interfaces.begin(), draft_.interfaces.end(), [&](const HostInterface& own) {
      return own.iface == need.iface && own.minor >= need.minor_min && need.selector.is_null();
    });
  }

  Indices providers(const Indices& among, const Requirement& need) const {
    Indices out;
    for (const std::size_t i : among)
      if (fit(i, need) == Fit::fits) out.push_back(i);
    return out;
  }

  // Hard requirements that neither the host nor anything admitted meets yet. A module may meet its own.
  std::vector<const Requirement*> open_needs(std::size_t i) const {
    std::vector<const Requirement*> out;
    for (const Requirement& need : draft_.manifest(i).requires_)
      if (!need.optional && !host_provides(need) && fit(i, need) != Fit::fits &&
          providers(admitted_, need).empty())
        out.push_back(&need);
    return out;
  }

  // Whoever replaces a module is asked before it.
  Indices replacing(std::size_t i) const {
    Indices out;
    for (const std::size_t other : pending_) {
      const auto& replaced = draft_.manifest(other).replaces;
      if (other != i && std::find(replaced.begin(), replaced.end(), draft_.manifest(i).id) != replaced.end())
        out.push_back(other);
    }
    return out;
  }

  std::optional<std::size_t> find_ready(std::size_t i, std::set<std::size_t>& seen) const {
    if (!seen.insert(i).second) return std::nullopt;
    for (const std::size_t other : replacing(i))
      if (const auto ready = find_ready(other, seen)) return ready;
    const auto needs = open_needs(i);
    if (needs.empty()) return i;
    for (const Requirement* need : needs)
      for (const std::size_t provider : providers(pending_, *need))
        if (const auto ready = find_ready(provider, seen)) return ready;
    return std::nullopt;
  }

  void settle(std::size_t i) {
    std::erase(pending_, i);
    for (const std::size_t other : admitted_) {
      const auto& replaced = draft_.manifest(other).replaces;
      if (std::find(replaced.begin(), replaced.end(), draft_.manifest(i).id) == replaced.end()) continue;
      return draft_.shadow(i, draft_.name_and_path(other) + " replaces it",
                           "To run this one, disable the other.");
    }
    if (auto refusal = claims_.take(i)) return draft_.refuse(i, std::move(*refusal));
    admitted_.push_back(i);
  }

  // One whose need nobody left can meet; its dependents follow in later rounds.
  bool refuse_missing() {
    for (const std::size_t i : pending_) {
      for (const Requirement* need : open_needs(i)) {
        if (!providers(pending_, *need).empty()) continue;
        draft_.refuse(i, missing(i, *need));
        std::erase(pending_, i);
        return true;
      }
    }
    return false;
  }

  Refusal missing(std::size_t i, const Requirement& need) const {
    std::string wanted = need.iface;
    if (need.minor_min) wanted += " minor " + std::to_string(need.minor_min);
    if (!need.selector.is_null()) wanted += " with " + need.selector.dump();
    std::string too_old, absent;
    for (const HostInterface& own : draft_.interfaces)
      if (own.iface == need.iface && own.minor < need.minor_min)
        too_old += ", this host provides minor " + std::to_string(own.minor);
    for (const std::size_t other : known_) {
      if (other == i || draft_.plan.entries[other].state == State::shadowed) continue;
      const Fit how = fit(other, need);
      if (how == Fit::fits && draft_.entered[other] && draft_.refusals[other])
        return provider_failed(other, wanted);
      if (how == Fit::fits) absent += "; " + draft_.name(other) + " would, but is " + why_not(other);
      if (how == Fit::too_old) too_old += ", " + draft_.name(other) + " provides it in an older minor";
    }
    const std::string path = draft_.manifest(i).path;
    if (!too_old.empty() && absent.empty())
      return {"SL-DEP-002", "needs " + wanted + " or newer" + too_old, path, "Update the provider."};
    return {"SL-DEP-001", "needs " + wanted + ", which nothing provides" + absent, path,
            absent.empty() ? "Install a module that provides it." : "Put that right first."};
  }

  std::string why_not(std::size_t i) const {
    const Entry& entry = draft_.plan.entries[i];
    if (entry.state == State::disabled) return "disabled by the " + entry.enabled.winner().source;
    return draft_.refusals[i] ? "refused, " + draft_.refusals[i]->rule + ": " + draft_.refusals[i]->finding
                              : std::string(state_name(entry.state));
  }

  Refusal provider_failed(std::size_t provider, const std::string& wanted) const {
    const Refusal& cause = *draft_.refusals[provider];
    std::string chain = cause.finding.substr(0, 2000);
    return {
        "SL-DEP-004",
        "needs " + wanted + " from " + draft_.name(provider) + " <- refused, " + cause.rule + ": " + chain,
        "", "Put that right first."};
  }

  Indices needed_by(std::size_t i) const {
    Indices out;
    for (const Requirement* need : open_needs(i))
      for (const std::size_t provider : providers(pending_, *need)) out.push_back(provider);
    return out;
  }

  std::set<std::size_t> reachable(std::size_t from) const {
    std::set<std::size_t> seen;
    Indices open = needed_by(from);
    while (!open.empty()) {
      const std::size_t i = open.back();
      open.pop_back();
      if (!seen.insert(i).second) continue;
      for (const std::size_t next : needed_by(i)) open.push_back(next);
    }
    return seen;
  }

  // Everything pending has providers, none is ready: following them must come round.
  void refuse_circle(std::size_t start) {
    Indices walk{start};
    for (bool met = false; !met;) {
      const Indices next = needed_by(walk.back());
      if (next.empty()) return refuse_stuck(walk.back());
      met = std::find(walk.begin(), walk.end(), next.front()) != walk.end();
      walk.push_back(next.front());
    }
    const auto first = std::find(walk.begin(), walk.end(), walk.back());
    std::string chain;
    for (auto at = first; at != walk.end(); ++at) {
      if (at != first) chain += " -> " + interface_between(*(at - 1), *at) + " -> ";
      chain += draft_.manifest(*at).id;
    }
    Indices members;
    const std::set<std::size_t> ahead = reachable(walk.back());
    for (const std::size_t i : pending_)
      if (i == walk.back() || (ahead.contains(i) && reachable(i).contains(walk.back()))) members.push_back(i);
    for (const std::size_t i : members) {
      draft_.refuse(i, {"SL-DEP-003", "requirements go round in a circle: " + chain, "",
                        "One of them has to make its requirement optional."});
      std::erase(pending_, i);
    }
  }

  // Only replaced modules whose replacement waits for them come here.
  void refuse_stuck(std::size_t i) {
    draft_.refuse(i, {"SL-DEP-003", "a module that replaces it needs it", "", "Disable one of the two."});
    std::erase(pending_, i);
  }

  std::string interface_between(std::size_t from, std::size_t to) const {
    for (const Requirement* need : open_needs(from))
      if (fit(to, *need) == Fit::fits) return need->iface;
    return "";
  }

  // Start order. Edges to what was admitted earlier cannot make a circle; the others (optional requirements,
  // further providers) are taken unless they would.
  void order() {
    std::map<std::size_t, std::set<std::size_t>> before;
    std::vector<std::pair<std::size_t, std::size_t>> soft;
    for (std::size_t at = 0; at < admitted_.size(); ++at) {
      const std::size_t i = admitted_[at];
      const Indices earlier(admitted_.begin(), admitted_.begin() + static_cast<std::ptrdiff_t>(at));
      for (const Requirement& need : draft_.manifest(i).requires_) {
        for (const std::size_t provider : providers(admitted_, need)) {
          if (provider == i) continue;
          const bool hard =
              !need.optional && std::find(earlier.begin(), earlier.end(), provider) != earlier.end();
          if (hard) {
            before[i].insert(provider);
          } else {
            soft.emplace_back(i, provider);
          }
        }
        if (need.optional) warn_without(i, need);
      }
    }
    for (const auto& [i, provider] : soft)
      if (!leads_to(before, provider, i)) before[i].insert(provider);
    for (const std::size_t i : admitted_) {
      Entry& entry = draft_.entry(i);
      entry.providers.assign(before[i].begin(), before[i].end());
      entry.level = level(before, i);
      if (draft_.plan.levels.size() <= entry.level) draft_.plan.levels.resize(entry.level + 1);
      draft_.plan.levels[entry.level].push_back(i);
    }
    for (Indices& one : draft_.plan.levels) std::sort(one.begin(), one.end());
  }

  void warn_without(std::size_t i, const Requirement& need) {
    if (host_provides(need) || !providers(admitted_, need).empty()) return;
    draft_.entry(i).warnings.push_back("module " + draft_.name(i) + " runs without " + need.iface +
                                       ", which is optional and which nothing provides");
  }

  static bool leads_to(const std::map<std::size_t, std::set<std::size_t>>& before, std::size_t from,
                       std::size_t to) {
    std::set<std::size_t> seen;
    Indices open{from};
    while (!open.empty()) {
      const std::size_t i = open.back();
      open.pop_back();
      if (i == to) return true;
      if (!seen.insert(i).second) continue;
      if (const auto found = before.find(i); found != before.end())
        open.insert(open.end(), found->second.begin(), found->second.end());
    }
    return false;
  }

  std::size_t level(const std::map<std::size_t, std::set<std::size_t>>& before, std::size_t i) {
    if (const auto found = levels_.find(i); found != levels_.end()) return found->second;
    std::size_t deepest = 0;
    if (const auto edges = before.find(i); edges != before.end())
      for (const std::size_t provider : edges->second)
        deepest = std::max(deepest, level(before, provider) + 1);
    return levels_[i] = deepest;
  }

  Draft& draft_;
  Indices pending_;   // by rank
  Indices admitted_;  // in the order of admission
  Indices known_;     // everything with a manifest, for the words
  Claims claims_;
  std::map<std::size_t, std::size_t> levels_;
};

}  // namespace

void admit(Draft& draft, const std::vector<std::size_t>& ranked) { Admission(draft, ranked).run(); }

}  // namespace sluice::modules
