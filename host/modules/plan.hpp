// A set of examined modules -> what starts in which order, and one precise reason for each that does not.
// Pure and deterministic: the order in which candidates are given does not matter.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/listen_address.hpp"
#include "config/module_config.hpp"
#include "modules/candidate.hpp"
#include "modules/crash_log.hpp"
#include "modules/enabled.hpp"

namespace sluice::modules {

// The static part of a module's life; the loader goes on from `preflighted`.
enum class State {
  found,
  preflighted,
  probed,
  staged,
  mapped,
  negotiated,
  configured,
  started,
  serving,
  draining,
  stopped,
  retired,
  refused,
  failed,
  quarantined,
  shadowed,
  disabled
};
std::string_view state_name(State state);

struct Listener {
  ListenDefault declared;
  std::vector<config::ListenAddress> addresses;  // configured, or the default port on every address
};

struct Entry {
  std::string id;
  std::string version;
  std::string path;  // of the manifest
  State state = State::found;
  std::string rule;     // of a refusal or shadowing; empty when all is well
  std::string message;  // the whole sentence; empty when all is well
  std::vector<std::string> warnings;

  Candidate candidate;
  EnabledDecision enabled;
  bool required = false;  // the host does not run without it
  bool preferred = false;
  std::string log_level;  // its own; empty: the host's
  config::ModuleConfig config;
  std::vector<Listener> listeners;
  std::vector<std::size_t> providers;  // entries this one needs started before it (hard and optional)
  std::size_t level = 0;               // of the start order, when planned

  bool planned() const { return state == State::preflighted; }
};

// A library that is already in this process, for SL-ELF-010.
struct LoadedLibrary {
  std::string soname;
  Digest sha256{};
  std::string owner;
};

struct PlanInputs {
  std::vector<Candidate> candidates;
  config::Settings settings;
  Filters filters;
  std::vector<HostInterface> interfaces;  // what the host itself provides
  std::vector<LoadedLibrary> loaded;
  std::vector<Crash> crashes;         // of servers before this one
  std::int64_t now = 0;               // s since 1970-01-01 UTC
  std::vector<std::string> warnings;  // of the search
};

struct Plan {
  std::vector<Entry> entries;                    // one per manifest found, by folder and path
  std::vector<std::vector<std::size_t>> levels;  // indices into entries: start order; stop in reverse
  std::vector<std::string> warnings;
  std::vector<std::string> looked_for;  // folders, whether they exist or not

  const Entry* find(const std::string& id) const;  // the planned one, else the first listed
  std::vector<config::ModuleSchema> schemas() const;
};

Plan make_plan(PlanInputs inputs);

// search + examine + make_plan, as `run`, `modules list` and `config check` all begin.
// `loaded`: libraries of bundles that this process has already; `crashes`: what read_crashes() gave.
Plan plan_modules(const SearchInputs& search, const config::Settings& settings, const Filters& filters,
                  const Platform& platform, std::vector<LoadedLibrary> loaded = {},
                  std::vector<Crash> crashes = {});

}  // namespace sluice::modules
