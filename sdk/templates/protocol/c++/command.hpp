// What a peer may say and what it is told: text in, text out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

constexpr std::size_t line_limit = 512;  // bytes of one line of a peer, its end included

enum class Verb { list, watch, quit, unknown };

struct Command {
  Verb verb = Verb::unknown;
  std::string stream;  // of WATCH
};

// Takes the first line off `in`, its end (LF or CR LF) included; nothing while it is incomplete.
inline std::optional<std::string> take_line(std::string& in) {
  const std::size_t end = in.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = in.substr(0, end);
  in.erase(0, end + 1);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

inline Command parse_command(std::string_view line) {
  if (line == "LIST") return {Verb::list, {}};
  if (line == "QUIT") return {Verb::quit, {}};
  constexpr std::string_view watch = "WATCH ";
  if (line.substr(0, watch.size()) == watch && line.size() > watch.size())
    return {Verb::watch, std::string(line.substr(watch.size()))};
  return {};
}

// "track 1 dts 0.040 bytes 24691 key"
inline std::string frame_line(std::uint32_t track, std::int64_t dts_ns, std::uint64_t bytes, bool key) {
  const std::int64_t ms = dts_ns / 1'000'000;
  std::string fraction = std::to_string(1000 + (ms % 1000 + 1000) % 1000).substr(1);
  return "track " + std::to_string(track) + " dts " + std::to_string(ms / 1000) + "." + fraction + " bytes " +
         std::to_string(bytes) + (key ? " key\n" : "\n");
}
