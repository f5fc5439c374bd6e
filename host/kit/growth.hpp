// Whether something grows all the time, told apart from what grows once or goes up and down. Pure.
#pragma once

#include <cstddef>
#include <vector>

namespace sluice::kit {

// How much is added from one sample to the next: the median of the differences, so that a few steps up or
// down do not count. 0 where it shrinks, and for fewer than four samples.
std::size_t steady_growth(const std::vector<std::size_t>& samples);

}  // namespace sluice::kit
