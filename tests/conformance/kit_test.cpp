// The kit over modules that keep the contract and over a set of those that break one rule each.
#include "kit/kit.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "abi/host_abi.hpp"
#include "kit/cases.hpp"
#include "kit/rules.hpp"
#include "modules/describe.hpp"

using namespace sluice;
using namespace sluice::kit;

namespace {

// One row of the table beside the bad modules.
struct Row {
  std::string module, what, rule, where;
};

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> found;
  std::istringstream in(line.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) {
    const auto first = cell.find_first_not_of(' ');
    if (first == std::string::npos) continue;
    found.push_back(cell.substr(first, cell.find_last_not_of(' ') + 1 - first));
  }
  return found;
}

std::vector<Row> table() {
  std::ifstream file(SLUICE_BAD_TABLE);
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| bad-")) continue;
    const auto row = cells(line);
    REQUIRE(row.size() == 4);
    rows.push_back({row[0], row[1], row[2], row[3]});
  }
  return rows;
}

KitOrder order_for(const std::string& file) {
  KitOrder order;
  order.file = file;
  order.program = SLUICE_PROGRAM;
  order.quick = true;
  return order;
}

modules::Platform platform() { return modules::this_platform(abi::host_interfaces()); }

struct Complaint {
  std::string name, rule, finding, remedy;
};

std::vector<Complaint> complaints(const Report& report) {
  std::vector<Complaint> all;
  for (const auto& one : report.checked["findings"]) {
    if (one["verdict"] == "fail") all.push_back({"library", one["rule"], one["finding"], one["remedy"]});
  }
  for (const auto& one : report.cases) {
    if (one.verdict == Verdict::fail) all.push_back({one.name, one.rule, one.finding, one.remedy});
  }
  return all;
}

std::string in_words(const std::vector<Complaint>& all) {
  std::string text;
  for (const auto& one : all) text += one.name + " " + one.rule + ": " + one.finding + "\n";
  return text;
}

}  // namespace

TEST_CASE("every bad module is built and stands in the table once", "[bad]") {
  const auto rows = table();
  CHECK(rows.size() >= 30);
  std::vector<std::string> named, built;
  for (const auto& row : rows) named.push_back(row.module);
  for (const auto& entry : std::filesystem::directory_iterator(SLUICE_BAD_MODULES)) {
    if (entry.path().extension() == ".so") built.push_back(entry.path().stem());
  }
  std::sort(named.begin(), named.end());
  std::sort(built.begin(), built.end());
  CHECK(named == built);
}

TEST_CASE("the kit names the rule that each bad module breaks, and is not harmed", "[bad]") {
  for (const auto& row : table()) {
    CAPTURE(row.module, row.what, row.rule, row.where);
#ifdef SLUICE_SANITIZED
    if (row.rule == "SL-ELF-006") continue;           // a sanitized host takes what is built like itself
    if (row.module == "bad-leaks-mapping") continue;  // and cannot tell mappings from its sanitizer's
#endif
    auto order = order_for(std::string(SLUICE_BAD_MODULES) + "/" + row.module + ".so");
    order.patience = std::chrono::milliseconds(2000);
    order.static_only = row.where == "library";
    order.only = {row.where};
    if (!order.static_only) REQUIRE(find_case(row.where) != nullptr);
    const auto report = check_module(order, platform());
    const auto found = complaints(report);
    CAPTURE(in_words(found));
    if (row.rule == "-") {
      CHECK(found.empty());
      continue;
    }
    CHECK_FALSE(found.empty());
    if (found.empty()) continue;  // the rest of the table is to be heard, too
    CHECK(found.front().rule == row.rule);
    // On a busy machine an earlier case may already be late enough to see it.
    CHECK((found.front().name == row.where || found.front().name == "entry" || found.front().name == "life"));
    CHECK_FALSE(found.front().finding.empty());
    CHECK_FALSE(found.front().remedy.empty());
    if (!order.static_only) CHECK_FALSE(rule_text(row.rule).empty());
  }
}

TEST_CASE("every module built here passes the kit", "[good]") {
  std::string all = SLUICE_BUILT_MODULES;
  while (!all.empty()) {
    const std::string library = all.substr(0, all.find(':'));
    all.erase(0, all.find(':') == std::string::npos ? all.size() : all.find(':') + 1);
    CAPTURE(library);
    auto order = order_for(library);
    order.quick = false;
    const auto report = check_module(order, platform());
    CHECK(report.cases.size() == all_cases().size());
    for (const auto& one : report.cases) {
      INFO(one.name << ": " << one.finding << "\n" << one.log);
      CHECK(one.verdict != Verdict::fail);
      // A machine that is busy with other things may well be late.
      if (one.name != "lanes" && one.name != "entry") CHECK(one.verdict != Verdict::warn);
      if (one.verdict == Verdict::skipped) CHECK_FALSE(one.finding.empty());
    }
    CHECK(report.verdict() != Verdict::fail);
  }
}

TEST_CASE("a module no host would load is not run at all", "[bad]") {
  const auto report =
      check_module(order_for(std::string(SLUICE_BAD_MODULES) + "/bad-exports.so"), platform());
  CHECK(report.verdict() == Verdict::fail);
  REQUIRE_FALSE(report.cases.empty());
  for (const auto& one : report.cases) CHECK(one.verdict == Verdict::skipped);
}
