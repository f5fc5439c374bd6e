#include "observe/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <atomic>
#include <mutex>

#include "observe/log_line.hpp"
#include "observe/log_throttle.hpp"

namespace sluice::observe {
namespace {

using Sink = std::shared_ptr<spdlog::sinks::sink>;

Sink open_sink(const std::string& file, std::string& complaint) {
  if (!file.empty()) {
    try {
      return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
    } catch (const spdlog::spdlog_ex& error) {
      complaint = error.what();
    }
  }
  return std::make_shared<spdlog::sinks::stderr_sink_mt>();
}

std::string_view value_of(std::span<const Field> fields, std::string_view key) {
  for (const Field& field : fields) {
    if (field.key == key) return field.value;
  }
  return {};
}

}  // namespace

struct Log::State {
  explicit State(const LogOptions& options)
      : level(options.level), json(options.json), throttle(options.lines_per_second) {}

  std::atomic<Level> level;
  bool json;
  std::unique_ptr<spdlog::logger>
      logger;  // of our own, not in spdlog's registry: two hosts may share a program
  std::mutex mutex;
  LogThrottle throttle;

  void put(const LogLine& line) {
    const std::string text = json ? to_json(line) : to_text(line);
    logger->log(spdlog::level::info, spdlog::string_view_t(text.data(), text.size()));
    if (line.level >= Level::warn) logger->flush();
  }
};

Log::Log(const LogOptions& options) : state_(std::make_unique<State>(options)) {
  std::string complaint;
  state_->logger = std::make_unique<spdlog::logger>("sluice", open_sink(options.file, complaint));
  state_->logger->set_level(spdlog::level::trace);
  // Lines come formatted; spdlog gives the sinks, their locks and a failure handler that does not throw.
  state_->logger->set_formatter(
      std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc, "\n"));
  if (!complaint.empty())
    error("the log file cannot be written, standard error is used", {{"reason", complaint}});
}

Log::~Log() { state_->logger->flush(); }

bool Log::enabled(Level level) const { return level >= state_->level.load(std::memory_order_relaxed); }

void Log::set_level(Level level) { state_->level.store(level, std::memory_order_relaxed); }

void Log::write(Level level, std::string_view module, std::string_view message, std::span<const Field> fields,
                std::string_view site) {
  std::string place(site);
  const auto about = module.empty() ? value_of(fields, "module") : module;
  if (!about.empty()) place.insert(0, std::string(about) + ' ');
  LogThrottle::Verdict verdict{};
  {
    const std::lock_guard lock(state_->mutex);
    verdict = state_->throttle.admit(place, value_of(fields, "stream"), static_cast<int>(level),
                                     std::chrono::steady_clock::now());
  }
  if (!verdict.write) return;
  state_->put({std::chrono::system_clock::now(), level, module, message, fields, verdict.held_back});
}

namespace {

void write_at(Log& log, Level level, std::string_view message, std::initializer_list<Field> fields,
              const std::source_location& where) {
  if (!log.enabled(level)) return;
  std::string_view file = where.file_name();
  file.remove_prefix(file.rfind('/') + 1);  // npos + 1 is 0
  const std::string site = std::string(file) + ':' + std::to_string(where.line());
  log.write(level, {}, message, {fields.begin(), fields.size()}, site);
}

}  // namespace

void Log::info(std::string_view message, std::initializer_list<Field> fields, std::source_location where) {
  write_at(*this, Level::info, message, fields, where);
}

void Log::warn(std::string_view message, std::initializer_list<Field> fields, std::source_location where) {
  write_at(*this, Level::warn, message, fields, where);
}

void Log::error(std::string_view message, std::initializer_list<Field> fields, std::source_location where) {
  write_at(*this, Level::error, message, fields, where);
}

void Log::debug(std::string_view message, std::initializer_list<Field> fields, std::source_location where) {
  write_at(*this, Level::debug, message, fields, where);
}

void Log::flush_counts() {
  std::vector<LogThrottle::Count> counts;
  {
    const std::lock_guard lock(state_->mutex);
    counts = state_->throttle.take_counts(std::chrono::steady_clock::now());
  }
  for (const LogThrottle::Count& count : counts) {
    const std::array<Field, 2> fields{Field{"site", count.site}, Field{"stream", count.stream}};
    state_->put({std::chrono::system_clock::now(),
                 static_cast<Level>(count.level),
                 {},
                 "more of the same was held back",
                 fields,
                 count.held_back});
  }
  state_->logger->flush();
}

}  // namespace sluice::observe
