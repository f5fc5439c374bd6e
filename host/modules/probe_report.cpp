#include "modules/probe_report.hpp"

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <nlohmann/json.hpp>

namespace sluice::modules {

namespace {

using Json = nlohmann::json;

std::string to_line(const std::optional<Refusal>& refusal) {
  if (!refusal) return "null";
  const Json json{{"rule", refusal->rule},
                  {"finding", refusal->finding},
                  {"path", refusal->path},
                  {"remedy", refusal->remedy}};
  // Names inside may come from the module: whatever is not UTF-8 must not cost the verdict.
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

bool read_verdict(std::string_view line, ProbeReport& report) {
  const Json json = Json::parse(line, nullptr, false);
  if (json.is_null()) return report.judged = true;
  for (const char* field : {"rule", "finding", "path", "remedy"}) {
    if (!json.is_object() || !json.contains(field) || !json[field].is_string()) return false;
  }
  report.refusal = Refusal{json["rule"], json["finding"], json["path"], json["remedy"]};
  return report.judged = true;
}

std::optional<long> read_number(std::string_view text) {
  long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void read_line(std::string_view word, std::string_view rest, ProbeReport& report) {
  if (word == "step") {
    const auto number = read_number(rest);
    if (number && *number >= 0 && *number <= static_cast<long>(ProbeStep::unmapping))
      report.step = static_cast<ProbeStep>(*number);
  } else if (word == "forbidden") {
    report.forbidden = read_number(rest);
  } else if (word == "exhausted") {
    report.exhausted = true;
  } else if (word == "impossible") {
    report.impossible = rest;
  } else if (word == "verdict") {
    read_verdict(rest, report);
  }
}

// Without std::to_string, which may allocate.
std::string_view digits(long number, std::array<char, 24>& room) {
  const auto end = std::to_chars(room.data(), room.data() + room.size(), number).ptr;
  return {room.data(), static_cast<std::size_t>(end - room.data())};
}

}  // namespace

bool ProbeReporter::say(std::string_view word, std::string_view rest) const noexcept {
  constexpr std::string_view space = " ", end = "\n";
  std::array<iovec, 6> parts;
  std::size_t count = 0;
  for (const std::string_view part : {std::string_view(token_), space, word, space, rest, end})
    parts[count++] = {const_cast<char*>(part.data()), part.size()};
  // One call: on a pipe that waits for room it is written whole, and nobody's words come in between.
  ssize_t written = 0;
  do {
    written = ::writev(fd_, parts.data(), static_cast<int>(count));
  } while (written < 0 && errno == EINTR);
  return written > 0;
}

bool ProbeReporter::step(ProbeStep step) const noexcept {
  std::array<char, 24> room;
  return say("step", digits(static_cast<long>(step), room));
}

bool ProbeReporter::forbidden(long call) const noexcept {
  std::array<char, 24> room;
  return say("forbidden", digits(call, room));
}

bool ProbeReporter::exhausted() const noexcept { return say("exhausted", ""); }
bool ProbeReporter::impossible(const std::string& why) const { return say("impossible", why); }
bool ProbeReporter::verdict(const std::optional<Refusal>& refusal) const {
  return say("verdict", to_line(refusal));
}

ProbeReport read_probe_report(std::string_view said, std::string_view token) {
  ProbeReport report;
  while (!said.empty()) {
    const auto end = said.find('\n');
    if (end == std::string_view::npos) break;  // cut off in the middle of a word
    auto line = said.substr(0, end);
    said.remove_prefix(end + 1);
    // Somebody else's bytes may stand before it.
    const auto begin = line.find(token);
    if (token.empty() || begin == std::string_view::npos) continue;
    line.remove_prefix(std::min(line.size(), begin + token.size() + 1));
    const auto space = line.find(' ');
    read_line(line.substr(0, space), space == std::string_view::npos ? "" : line.substr(space + 1), report);
  }
  return report;
}

}  // namespace sluice::modules
