// The valid name a mistyped one was probably meant to be.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

// Edits (insert, drop, replace, swap of neighbours) between two words; words over 64 bytes count as
// infinitely far.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest candidate within a third of the word's length, ignoring case, `-` and `_`; empty when none is.
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace sluice::config
