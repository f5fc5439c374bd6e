// What belongs to the whole process and no module may change.
#pragma once

#include <array>
#include <string>

namespace sluice::kit {

class GlobalState {
 public:
  static GlobalState now();
  // Empty, or what is different, in words.
  std::string differs_from(const GlobalState& later) const;

 private:
  static constexpr int signals = 64;
  std::array<const void*, signals + 1> handlers_{};
  std::string folder_;
  std::string locale_;
  unsigned umask_ = 0;
  std::array<std::string, 3> streams_;  // what descriptors 0 to 2 are
  bool has_children_ = false;
};

}  // namespace sluice::kit
