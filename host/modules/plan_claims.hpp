// What only one module can have: singleton services, schemes, addresses, a bundled library's name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "modules/plan_draft.hpp"

namespace sluice::modules {

class Claims {
 public:
  explicit Claims(const Draft& draft) : draft_(draft) {}

  // Either takes everything the entry claims, or says what is taken already and by whom.
  std::optional<Refusal> take(std::size_t i);

 private:
  struct Bound {
    Transport proto;
    config::ListenAddress address;
    std::string listener;
    std::size_t owner;
  };

  std::optional<Refusal> refuse_conflict(std::size_t i) const;
  std::optional<Refusal> refuse_singleton(std::size_t i) const;
  std::optional<Refusal> refuse_scheme(std::size_t i) const;
  std::optional<Refusal> refuse_address(std::size_t i) const;
  std::optional<Refusal> refuse_library(std::size_t i) const;
  std::vector<Bound> addresses_of(std::size_t i) const;

  const Draft& draft_;
  std::vector<std::size_t> admitted_;
  std::map<std::string, std::size_t> providers_;   // interface -> first provider
  std::map<std::string, std::size_t> singletons_;  // interface -> the provider that said so
  std::map<std::pair<std::string, std::string>, std::size_t> schemes_;  // interface and scheme
  std::vector<Bound> bound_;
  std::map<std::string, std::size_t> libraries_;  // SONAME -> bundle
};

}  // namespace sluice::modules
