// The module under test: its file, examined and planned as a host of its own would, listening on loopback
// ports the system chooses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "modules/plan.hpp"

namespace sluice::kit {

class Subject {
 public:
  // `file`: its library or its manifest. `config`: what stands in for the module's part of a config file.
  // Refused as the plan would.
  static modules::Accepted<Subject> read(const std::string& file, const modules::Platform& platform,
                                         const modules::Json& config);

  const modules::Manifest& manifest() const { return *entry_.candidate.manifest; }
  const std::string& id() const { return entry_.id; }
  // As the host would start it.
  const modules::Entry& entry() const { return entry_; }
  // The same with this instead of its effective configuration, right or wrong.
  modules::Entry entry_with(modules::Json effective) const;

  bool provides(std::string_view iface) const;
  // Interfaces of other modules it cannot do without; the kit runs it alone.
  const std::vector<std::string>& needs_of_others() const { return needs_of_others_; }
  bool listens() const;  // on TCP
  // Properties of its configuration that are the module's own business: not the addresses and the number of
  // threads, which are the host's.
  std::vector<std::string> own_properties() const;

 private:
  Subject(modules::Entry entry, std::vector<std::string> needs)
      : entry_(std::move(entry)), needs_of_others_(std::move(needs)) {}

  modules::Entry entry_;
  std::vector<std::string> needs_of_others_;
};

}  // namespace sluice::kit
