#include "cli/account_table.hpp"

#include <chrono>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "cli/table.hpp"

namespace sluice::cli {
namespace {

using nlohmann::json;

std::uint64_t number(const json& account, const char* name) { return account.value(name, std::uint64_t{0}); }
std::string text(const json& account, const char* name) { return std::to_string(number(account, name)); }

std::string seconds(std::uint64_t ms) {
  const std::string fraction = std::to_string(ms % 1000 / 10);
  return std::to_string(ms / 1000) + (fraction.size() == 1 ? ".0" : ".") + fraction + " s";
}

// "7", or "7, now 3.20 s" while a lane is away.
std::string late(const json& account) {
  const auto away = number(account, "away_ms");
  return text(account, "late") + (away == 0 ? "" : ", now " + seconds(away));
}

std::vector<std::string> cells(const std::string& id, const json& generation, const json& account) {
  return {id,
          text(generation, "generation"),
          std::to_string(account.value("lanes", json::array()).size()),
          seconds(number(account, "cpu_ms")),
          text(account, "wakeups"),
          late(account),
          text(account, "inbox") + " of at most " + text(account, "inbox_highest"),
          text(account, "frames_held") + ", " + short_bytes(number(account, "bytes_held")),
          text(account, "frames_retained") + ", " + short_bytes(number(account, "bytes_retained")),
          short_bytes(number(account, "stream_bytes")),
          text(account, "skipped_frames"),
          text(account, "dropped_frames"),
          text(account, "connections")};
}

}  // namespace

void show_accounts(std::ostream& out, const json& list) {
  Table table({"ID", "GEN", "LANES", "CPU", "WAKE-UPS", "LATE", "INBOX", "FRAMES HELD", "RETAINED",
               "STREAMS HOLD", "SKIPPED", "DROPPED", "CONNECTIONS"});
  for (const json& module : list) {
    for (const json& generation : module.value("generations", json::array())) {
      if (generation.contains("account"))
        table.row(cells(module.value("id", ""), generation, generation["account"]));
    }
  }
  if (table.empty()) return;
  out << '\n';
  table.print(out);
}

}  // namespace sluice::cli
