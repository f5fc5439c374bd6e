#include "wire/date.hpp"

#include <array>
#include <chrono>

#include "wire/text.hpp"

namespace sluice::http {
namespace {

namespace chrono = std::chrono;

constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string two(unsigned number) {
  return {static_cast<char>('0' + number / 10 % 10), static_cast<char>('0' + number % 10)};
}

}  // namespace

std::string http_date(std::int64_t seconds) {
  const chrono::sys_seconds at{chrono::seconds(seconds)};
  const auto day = chrono::floor<chrono::days>(at);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss time(at - day);
  std::string out(days[chrono::weekday(day).c_encoding()]);
  out += ", " + two(static_cast<unsigned>(date.day())) + ' ';
  out += months[static_cast<unsigned>(date.month()) - 1];
  out += ' ' + std::to_string(static_cast<int>(date.year())) + ' ';
  out += two(static_cast<unsigned>(time.hours().count())) + ':';
  out += two(static_cast<unsigned>(time.minutes().count())) + ':';
  out += two(static_cast<unsigned>(time.seconds().count())) + " GMT";
  return out;
}

std::optional<std::int64_t> read_http_date(std::string_view text) {
  // 0    5  8   12   17       26
  // Sun, 06 Nov 1994 08:49:37 GMT
  if (text.size() != 29 || text.substr(25) != " GMT" || text.substr(3, 2) != ", ") return std::nullopt;
  const auto day = whole_number(text.substr(5, 2)), year = whole_number(text.substr(12, 4));
  const auto hour = whole_number(text.substr(17, 2)), minute = whole_number(text.substr(20, 2)),
             second = whole_number(text.substr(23, 2));
  unsigned month = 0;
  while (month < months.size() && months[month] != text.substr(8, 3)) ++month;
  if (!day || !year || !hour || !minute || !second || month == months.size()) return std::nullopt;
  const chrono::year_month_day date{chrono::year(static_cast<int>(*year)), chrono::month(month + 1),
                                    chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year < 1970 || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::int64_t midnight = chrono::sys_days(date).time_since_epoch().count() * std::int64_t{86400};
  return midnight + static_cast<std::int64_t>(*hour * 3600 + *minute * 60 + *second);
}

}  // namespace sluice::http
