// What this process holds, to compare before and after.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace sluice::kit {

struct Footprint {
  std::size_t descriptors = 0;
  std::size_t threads = 0;
  std::size_t mappings_of_modules = 0;
  bool operator==(const Footprint&) const = default;
};

// Mapped files count as a module's when their path contains one of these words.
Footprint footprint(const std::vector<std::string>& module_paths);
std::ostream& operator<<(std::ostream& out, const Footprint& found);
std::string in_words(const Footprint& found);

std::vector<std::string> thread_names();
// Bytes given out by the allocator.
std::size_t heap_in_use();
// Bytes of memory that are neither a file's nor the allocator's: stacks, and what was mapped by hand. 0 under
// sanitizers, whose own would count.
std::size_t memory_mapped();

// Waits for a condition, `patience` at most.
bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds patience);

}  // namespace sluice::kit
