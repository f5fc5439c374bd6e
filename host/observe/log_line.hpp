// One log line as text or as a JSON object. Whatever a peer sent stays on its line: control characters,
// broken UTF-8 and excess length never reach the terminal or the file as they are.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "observe/log.hpp"

namespace sluice::observe {

struct LogLine {
  std::chrono::system_clock::time_point when;
  Level level = Level::info;
  std::string_view module;  // empty: the host
  std::string_view message;
  std::span<const Field> fields;
  std::uint64_t held_back = 0;  // 0: none
};

// "2026-11-22T15:04:05.123Z INFO  [module] message key=value", without the line's end.
std::string to_text(const LogLine& line);
std::string to_json(const LogLine& line);

}  // namespace sluice::observe
