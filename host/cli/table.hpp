// Rows for a terminal: aligned columns, nothing in a cell that could steer it.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace sluice::cli {

class Table {
 public:
  explicit Table(std::vector<std::string> headers);
  void row(std::vector<std::string> cells);
  bool empty() const { return rows_.size() == 1; }
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;  // the first is the headers
};

std::string short_bytes(std::uint64_t bytes);           // "12.4 MB"
std::string short_bits(std::uint64_t bits_per_second);  // "2.1 Mbit/s"
std::string short_age(std::chrono::seconds age);        // "1d 02h", "3h 07m", "12m 05s", "42s"

}  // namespace sluice::cli
