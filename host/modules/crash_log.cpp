#include "modules/crash_log.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>

namespace sluice::modules {
namespace {

constexpr std::streamoff read_most = 64 * 1024;
constexpr std::size_t digest_size = 64;

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool is_digest(std::string_view text) {
  return text.size() == digest_size && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::vector<Crash> parse(std::istream& in) {
  std::vector<Crash> crashes;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    Crash crash;
    if (!(words >> crash.at >> crash.signal >> crash.library >> crash.id)) continue;
    if (crash.at > 0 && is_digest(crash.library) && is_word(crash.id)) crashes.push_back(std::move(crash));
  }
  return crashes;
}

std::string span_text(std::chrono::seconds span) {
  if (span == std::chrono::hours(1)) return "an hour";
  return std::to_string(span.count()) + " s";
}

}  // namespace

std::vector<Crash> read_crashes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return {};
  in.seekg(0, std::ios::end);
  const std::streamoff size = in.tellg();
  in.seekg(std::max<std::streamoff>(size - read_most, 0));
  return parse(in);
}

bool forget_crashes(const std::filesystem::path& file, const std::string& id) {
  std::string kept;
  {
    std::ifstream in(file, std::ios::binary);
    for (std::string line; std::getline(in, line);) {
      if (!line.ends_with(" " + id)) kept += line + "\n";
    }
  }
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << kept;
  return static_cast<bool>(out.flush());
}

std::string quarantine_reason(const std::vector<Crash>& crashes, const std::string& library, std::int64_t now,
                              const Quarantine& rule) {
  std::size_t count = 0;
  const Crash* last = nullptr;
  for (const Crash& crash : crashes) {
    if (crash.library != library || crash.at > now || now - crash.at > rule.within.count()) continue;
    ++count;
    last = &crash;
  }
  if (count < rule.most) return {};
  const char* const name = ::sigabbrev_np(last->signal);
  return "its code ended the server " + std::to_string(count) + " times within " + span_text(rule.within) +
         ", last by " +
         (name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(last->signal));
}

}  // namespace sluice::modules
