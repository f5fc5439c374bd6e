#include "abi/log_abi.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "abi/handles.hpp"
#include "abi/struct_check.hpp"
#include "observe/log.hpp"

namespace sluice::abi {

namespace {

constexpr std::size_t max_fields = 32;
constexpr std::size_t max_message = 8 * 1024;
constexpr std::size_t max_value = 4 * 1024;

observe::Level level_of(std::uint32_t level) {
  static constexpr std::array levels = {observe::Level::trace, observe::Level::debug, observe::Level::info,
                                        observe::Level::warn, observe::Level::error};
  return levels[std::min<std::size_t>(level, levels.size() - 1)];
}

std::string_view clipped(sluice_str text, std::size_t most) {
  if (text.data == nullptr) return {};
  return {text.data, static_cast<std::size_t>(std::min<std::uint64_t>(text.size, most))};
}

std::uint32_t enabled(void* self, std::uint32_t level) noexcept {
  if (self == nullptr) return 0;
  const Seat& seat = seat_of(self);
  const std::uint32_t own = seat.log_level.load(std::memory_order_relaxed);
  const std::uint32_t known = std::min<std::uint32_t>(level, SLUICE_LOG_ERROR);
  const bool wanted = own == log_level_of_host ? seat.host.log->enabled(level_of(known)) : known >= own;
  return wanted ? 1 : 0;
}

void write(void* self, std::uint32_t level, const sluice_log_site* site, sluice_str message,
           const sluice_log_field* fields, std::uint32_t count) noexcept {
  if (enabled(self, level) == 0) return;
  const Seat& seat = seat_of(self);
  std::array<observe::Field, max_fields> kept;
  std::size_t used = 0;
  for (; fields != nullptr && used < std::min<std::size_t>(count, max_fields); ++used) {
    kept[used] = {clipped(fields[used].key, 64), clipped(fields[used].value, max_value)};
  }
  sluice_log_site known{};
  std::string place = seat.id;  // who names no site has one for all its lines
  if (site != nullptr && read_struct(site, known) == SLUICE_STATUS_OK) {
    place += ':';
    place += clipped(known.file, 256);
    place += ':' + std::to_string(known.line);
  }
  seat.host.log->write(level_of(level), seat.id, clipped(message, max_message), {kept.data(), used}, place);
}

}  // namespace

const sluice_log& log_table() {
  static constexpr sluice_log table{sizeof(sluice_log), 0, &enabled, &write};
  return table;
}

std::uint32_t seat_log_level(std::string_view name) {
  constexpr std::array<std::string_view, 6> names = {"trace", "debug", "info", "warn", "error", "off"};
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? log_level_of_host : static_cast<std::uint32_t>(found - names.begin());
}

}  // namespace sluice::abi
