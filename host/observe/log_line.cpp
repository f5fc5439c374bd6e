#include "observe/log_line.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "observe/printable.hpp"

namespace sluice::observe {
namespace {

constexpr std::size_t message_bytes = 2048;
constexpr std::size_t value_bytes = 1024;
constexpr std::size_t field_count = 32;

std::string timestamp(std::chrono::system_clock::time_point when) {
  const auto since = when.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(since - seconds).count();
  const std::time_t time = seconds.count();
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 40> out;
  const int size = std::snprintf(out.data(), out.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                                 parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                                 parts.tm_min, parts.tm_sec, static_cast<int>(millis));
  return {out.data(), static_cast<std::size_t>(size)};
}

bool wants_quotes(std::string_view value) {
  return value.empty() || value.find_first_of(" \"=\\") != std::string_view::npos;
}

void append_value(std::string& out, std::string_view value) {
  const bool quotes = wants_quotes(value);
  if (quotes) out += '"';
  append_printable(out, value, value_bytes, quotes ? Escapes::quoted : Escapes::plain);
  if (quotes) out += '"';
}

void append_member(std::string& out, std::string_view key, std::string_view value, std::size_t limit) {
  out += out.size() == 1 ? "\"" : ",\"";
  append_printable(out, key, 64, Escapes::json);
  out += "\":\"";
  append_printable(out, value, limit, Escapes::json);
  out += '"';
}

constexpr std::string_view names_text[] = {"TRACE", "DEBUG", "INFO ", "WARN ", "ERROR"};
constexpr std::string_view names_json[] = {"trace", "debug", "info", "warn", "error"};

bool taken(std::string_view key) {
  return key == "time" || key == "level" || key == "module" || key == "message" || key == "held_back";
}

}  // namespace

std::string to_text(const LogLine& line) {
  std::string out = timestamp(line.when);
  out += ' ';
  out += names_text[static_cast<std::size_t>(line.level)];
  out += " [";
  append_printable(out, line.module.empty() ? "host" : line.module, 64, Escapes::plain);
  out += "] ";
  append_printable(out, line.message, message_bytes, Escapes::plain);
  for (const Field& field : line.fields.first(std::min(line.fields.size(), field_count))) {
    out += ' ';
    append_printable(out, field.key, 64, Escapes::plain);
    out += '=';
    append_value(out, field.value);
  }
  if (line.held_back > 0) out += " held_back=" + std::to_string(line.held_back);
  return out;
}

std::string to_json(const LogLine& line) {
  std::string out = "{";
  append_member(out, "time", timestamp(line.when), 64);
  append_member(out, "level", names_json[static_cast<std::size_t>(line.level)], 16);
  append_member(out, "module", line.module.empty() ? "host" : line.module, 64);
  append_member(out, "message", line.message, message_bytes);
  for (const Field& field : line.fields.first(std::min(line.fields.size(), field_count))) {
    append_member(out, taken(field.key) ? "field_" + std::string(field.key) : std::string(field.key),
                  field.value, value_bytes);
  }
  if (line.held_back > 0) out += ",\"held_back\":" + std::to_string(line.held_back);
  out += '}';
  return out;
}

}  // namespace sluice::observe
