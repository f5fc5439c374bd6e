#include "cli/table.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ostream>
#include <utility>

#include "observe/printable.hpp"

namespace sluice::cli {
namespace {

// Code points stand for columns: right for what stream names and addresses hold.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

template <class... Values>
std::string format(const char* pattern, Values... values) {
  std::array<char, 64> out;
  const int size = std::snprintf(out.data(), out.size(), pattern, values...);
  return {out.data(), static_cast<std::size_t>(std::max(size, 0))};
}

std::string scaled(double value, const char* const (&units)[5]) {
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < std::size(units)) {
    value /= 1000;
    ++unit;
  }
  return format(unit == 0 || value >= 99.95 ? "%.0f %s" : "%.1f %s", value, units[unit]);
}

}  // namespace

Table::Table(std::vector<std::string> headers) { rows_.push_back(std::move(headers)); }

void Table::row(std::vector<std::string> cells) {
  cells.resize(rows_.front().size());
  for (std::string& cell : cells) cell = cell.empty() ? "-" : observe::printable(cell, 300);
  rows_.push_back(std::move(cells));
}

void Table::print(std::ostream& out) const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out << row[i];
      if (i + 1 < row.size()) out << std::string(widths[i] - width(row[i]) + 2, ' ');
    }
    out << '\n';
  }
}

std::string short_bytes(std::uint64_t bytes) {
  return scaled(static_cast<double>(bytes), {"B", "kB", "MB", "GB", "TB"});
}

std::string short_bits(std::uint64_t bits_per_second) {
  return scaled(static_cast<double>(bits_per_second), {"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"});
}

std::string short_age(std::chrono::seconds age) {
  const auto total = static_cast<long long>(std::max<std::chrono::seconds::rep>(age.count(), 0));
  if (total >= 86400) return format("%lldd %02lldh", total / 86400, total / 3600 % 24);
  if (total >= 3600) return format("%lldh %02lldm", total / 3600, total / 60 % 60);
  if (total >= 60) return format("%lldm %02llds", total / 60, total % 60);
  return format("%llds", total);
}

}  // namespace sluice::cli
