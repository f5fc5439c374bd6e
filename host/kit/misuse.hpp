// What a module was seen doing with the host's tables that it may not do, collected over one process.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "abi/seat.hpp"

namespace sluice::kit {

struct Misuse {
  std::string rule;
  std::string finding;
  std::string remedy;
};

class Misuses {
 public:
  static constexpr std::size_t most = 64;

  // [any] The same finding is kept once.
  void note(Misuse misuse);
  std::vector<Misuse> all() const;
  void clear();

 private:
  mutable std::mutex mutex_;
  std::vector<Misuse> seen_;
};

// Of this process: the tables' functions have nobody else to tell.
Misuses& misuses();

// What the host's own look at the calls found: HostServices::on_misuse.
void note_call(CallFault fault, const std::string& finding);

}  // namespace sluice::kit
