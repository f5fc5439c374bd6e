#include "kit/report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "kit/rules.hpp"
#include "modules/describe.hpp"
#include "observe/printable.hpp"

namespace sluice::kit {
namespace {

constexpr std::size_t text_most = 64 * 1024;

// What a rule found, in the form of a case: both halves read alike.
std::vector<CaseResult> static_cases(const Json& checked) {
  std::vector<CaseResult> cases;
  if (!checked.contains("findings")) return cases;
  for (const Json& finding : checked["findings"]) {
    Json json = finding;
    json["name"] = finding.value("rule", "");
    if (auto result = case_result_from(json)) cases.push_back(std::move(*result));
  }
  return cases;
}

// Control characters cannot stand in XML at all, so they are shown as escapes; lines stay lines.
std::string xml(std::string_view text) {
  std::string shown;
  for (bool first = true; first || !text.empty(); first = false) {
    const auto line = text.substr(0, text.find('\n'));
    if (!first) shown += '\n';
    observe::append_printable(shown, line, text_most, observe::Escapes::plain);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  std::string out;
  for (const char c : shown) {
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
      default:
        out += c;
    }
  }
  return out;
}

std::string seconds(std::chrono::milliseconds time) {
  std::array<char, 32> text;
  const auto size =
      std::snprintf(text.data(), text.size(), "%.3f", static_cast<double>(time.count()) / 1000.0);
  return {text.data(), static_cast<std::size_t>(std::max(size, 0))};
}

std::string explanation(const CaseResult& result) {
  std::string text = result.finding;
  if (!result.remedy.empty()) text += "\n" + result.remedy;
  if (const auto rule = rule_text(result.rule); !rule.empty()) {
    text += "\n" + result.rule + ": " + std::string(rule);
  }
  return text;
}

std::string test_case(const std::string& suite, const char* half, const CaseResult& result) {
  std::string out = "    <testcase classname=\"" + xml(suite) + "." + half + "\" name=\"" + xml(result.name) +
                    "\" time=\"" + seconds(result.took) + "\">\n";
  if (result.verdict == Verdict::fail) {
    out += "      <failure type=\"" + xml(result.rule) + "\" message=\"" + xml(result.finding) + "\">" +
           xml(explanation(result)) + "</failure>\n";
  } else if (result.verdict == Verdict::skipped) {
    out += "      <skipped message=\"" + xml(result.finding) + "\"/>\n";
  } else if (result.verdict == Verdict::warn) {
    out += "      <system-out>" + xml("warning: " + explanation(result)) + "</system-out>\n";
  }
  if (!result.log.empty()) out += "      <system-err>" + xml(result.log) + "</system-err>\n";
  return out + "    </testcase>\n";
}

}  // namespace

std::size_t Report::count(Verdict verdict) const {
  const auto is = [&](const CaseResult& result) { return result.verdict == verdict; };
  const auto found = static_cases(checked);
  return static_cast<std::size_t>(std::count_if(cases.begin(), cases.end(), is) +
                                  std::count_if(found.begin(), found.end(), is));
}

Verdict Report::verdict() const {
  if (count(Verdict::fail) != 0) return Verdict::fail;
  return count(Verdict::warn) != 0 ? Verdict::warn : Verdict::pass;
}

Json to_json(const Report& report) {
  Json json = report.checked;
  json["verdict"] = modules::verdict_name(report.verdict());
  json["cases"] = Json::array();
  for (const CaseResult& result : report.cases) {
    Json one = to_json(result);
    if (result.verdict == Verdict::fail) one["rule_text"] = rule_text(result.rule);
    json["cases"].push_back(std::move(one));
  }
  return json;
}

std::string to_junit(const Report& report) {
  const std::string suite = report.checked.value("id", "module");
  const auto found = static_cases(report.checked);
  std::chrono::milliseconds took{0};
  for (const CaseResult& result : report.cases) took += result.took;
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"" +
                    xml(suite + " " + report.checked.value("version", "")) + "\" tests=\"" +
                    std::to_string(found.size() + report.cases.size()) + "\" failures=\"" +
                    std::to_string(report.count(Verdict::fail)) + "\" errors=\"0\" skipped=\"" +
                    std::to_string(report.count(Verdict::skipped)) + "\" time=\"" + seconds(took) + "\">\n";
  for (const CaseResult& result : found) out += test_case(suite, "library", result);
  for (const CaseResult& result : report.cases) out += test_case(suite, "kit", result);
  return out + "  </testsuite>\n</testsuites>\n";
}

}  // namespace sluice::kit
