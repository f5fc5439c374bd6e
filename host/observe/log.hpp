// The host's structured log: text or JSON lines, held back per site and stream when they flood.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::observe {

enum class Level { trace, debug, info, warn, error, off };

struct Field {
  std::string_view key;  // snake_case; "module", "stream", "peer" are the usual ones
  std::string_view value;
};

struct LogOptions {
  Level level = Level::info;
  bool json = false;
  std::string file;                // empty: standard error
  unsigned lines_per_second = 10;  // from one site about one stream
};

class Log {
 public:
  explicit Log(const LogOptions& options);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // [any]
  bool enabled(Level level) const;
  void set_level(Level level);

  // [any] One line, whatever its level: the caller has asked enabled(), or has a level of its own. What one
  // site of one module, or of the host about one module, says about one stream beyond its lines a second is
  // counted instead, and the count is spoken with the next line or by flush_counts.
  void write(Level level, std::string_view module, std::string_view message, std::span<const Field> fields,
             std::string_view site);

  void info(std::string_view message, std::initializer_list<Field> fields = {},
            std::source_location where = std::source_location::current());
  void warn(std::string_view message, std::initializer_list<Field> fields = {},
            std::source_location where = std::source_location::current());
  void error(std::string_view message, std::initializer_list<Field> fields = {},
             std::source_location where = std::source_location::current());
  void debug(std::string_view message, std::initializer_list<Field> fields = {},
             std::source_location where = std::source_location::current());

  // About once a second: speaks counts whose second is over.
  void flush_counts();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::observe
