#include "kit/growth.hpp"

#include <algorithm>
#include <cstdint>

namespace sluice::kit {

std::size_t steady_growth(const std::vector<std::size_t>& samples) {
  constexpr std::size_t fewest = 4;
  if (samples.size() < fewest) return 0;
  std::vector<std::int64_t> steps;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    steps.push_back(static_cast<std::int64_t>(samples[i]) - static_cast<std::int64_t>(samples[i - 1]));
  }
  // Of an even number the lower one of the middle: in doubt for the module.
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>((steps.size() - 1) / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return static_cast<std::size_t>(std::max<std::int64_t>(*middle, 0));
}

}  // namespace sluice::kit
