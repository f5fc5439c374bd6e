#include "spelling.hpp"

#include <algorithm>
#include <chrono>

namespace sluice::hls {
namespace {

std::string padded(std::uint64_t number, std::size_t digits) {
  std::string text = std::to_string(number);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return text;
}

std::string with_decimals(std::int64_t ns, std::uint64_t unit, std::size_t digits) {
  const std::uint64_t units = (static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0)) + unit / 2) / unit;
  const std::uint64_t one = 1'000'000'000 / unit;
  return std::to_string(units / one) + "." + padded(units % one, digits);
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

std::string spell_seconds(std::int64_t ns) { return with_decimals(ns, 10'000, 5); }

std::string spell_duration(std::int64_t ns) { return "PT" + with_decimals(ns, 1'000'000, 3) + "S"; }

std::string spell_date_time(std::int64_t ns) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{floor<milliseconds>(nanoseconds(ns))};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const auto of_day = static_cast<std::uint64_t>((time - day).count());
  const auto clock = [&](std::uint64_t unit, std::uint64_t wrap) { return padded(of_day / unit % wrap, 2); };
  return padded(static_cast<std::uint64_t>(std::max(static_cast<int>(date.year()), 0)), 4) + "-" +
         padded(static_cast<unsigned>(date.month()), 2) + "-" + padded(static_cast<unsigned>(date.day()), 2) +
         "T" + clock(3'600'000, 24) + ":" + clock(60'000, 60) + ":" + clock(1000, 60) + "." +
         padded(of_day % 1000, 3) + "Z";
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text)
    if (c != '"' && !is_control(c)) out += c;
  return out + '"';
}

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&apos;";
        break;
      default:
        if (!is_control(c)) out += c;
    }
  }
  return out;
}

}  // namespace sluice::hls
