#include "kit/kit.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>

#include "kit/case_run.hpp"
#include "kit/cases.hpp"
#include "kit/room.hpp"
#include "modules/child_run.hpp"
#include "modules/describe.hpp"

namespace sluice::kit {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t log_most = 4096;

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string tail_of(const fs::path& file, std::size_t most) {
  std::string text = text_of(file);
  if (text.size() > most) text.erase(0, text.find('\n', text.size() - most) + 1);
  return text;
}

CaseResult skipped(const Case& one, std::string reason) {
  return {std::string(one.name), Verdict::skipped, std::string(one.rule), std::move(reason), {}, {}, {}};
}

std::string signal_text(int number) {
  const char* name = ::sigabbrev_np(number);
  return name != nullptr ? "SIG" + std::string(name) : std::to_string(number);
}

// What it means that a child ended without a word.
CaseResult broken_off(const Case& one, const modules::ChildEnd& end, const std::string& step) {
  CaseResult result{std::string(one.name), Verdict::fail, std::string(rule_of_crash(one)), {}, {}, {}, {}};
  if (!end.unable.empty()) {
    result.verdict = Verdict::skipped;
    result.finding = end.unable;
    return result;
  }
  if (end.late) {
    if (result.rule == "SL-RUN-003") result.rule = "SL-RUN-002";
    result.finding = "the host process did not end within " + std::to_string(one.deadline.count()) + " s";
    result.remedy = "Nothing may wait in a call of the host; see the step it hangs in.";
  } else if (end.signal != 0) {
    result.finding = "the host process ended with signal " + signal_text(end.signal);
    result.remedy = "Run `sluice run` with the module in a debugger, or build it with -fsanitize=address.";
  } else {
    result.finding = "the host process exited with code " + std::to_string(end.exit_code);
    result.remedy = "A module never ends its process: return a status with words instead.";
  }
  if (!step.empty()) result.finding += ", while trying: " + step;
  return result;
}

CaseResult try_case(const KitOrder& order, const Case& one) {
  const ScratchFolder folder("kit");
  const auto since = std::chrono::steady_clock::now();
  const auto end = modules::run_child({.program = order.program,
                                       .arguments = case_words(order, one.name, folder.path()),
                                       .log = folder.path() / output_file,
                                       .deadline = one.deadline});
  const auto json = Json::parse(text_of(folder.path() / verdict_file), nullptr, false);
  auto written = case_result_from(json);
  // A verdict counts only when the process also ended as it should: it may have crashed on its way out.
  const bool sound = written && end.unable.empty() && !end.late && end.signal == 0 && end.exit_code == 0;
  CaseResult result = sound ? std::move(*written) : broken_off(one, end, text_of(folder.path() / step_file));
  if (result.rule.empty()) result.rule = one.rule;
  result.took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - since);
  if (result.verdict == Verdict::fail) {
    result.log = tail_of(folder.path() / "log", log_most) + tail_of(folder.path() / output_file, log_most);
  }
  return result;
}

bool wanted(const KitOrder& order, const Case& one) {
  return order.only.empty() || std::find(order.only.begin(), order.only.end(), one.name) != order.only.end();
}

}  // namespace

Report check_module(const KitOrder& order, const modules::Platform& platform,
                    const std::function<void(const CaseResult&)>& told) {
  Report report;
  report.checked = modules::check_file(order.file, platform);
  if (order.static_only) return report;
  std::string hopeless;
  if (report.verdict() == Verdict::fail) hopeless = "no host would load it: see the library's rules";
  for (const Case& one : all_cases()) {
    const bool founding = &one < all_cases().data() + founding_cases;
    if (!founding && !wanted(order, one)) continue;
    report.cases.push_back(hopeless.empty() ? try_case(order, one) : skipped(one, hopeless));
    if (told) told(report.cases.back());
    const auto verdict = report.cases.back().verdict;
    if (!founding || !hopeless.empty()) continue;
    if (verdict == Verdict::fail) hopeless = "the case " + std::string(one.name) + " failed";
    if (verdict == Verdict::skipped) hopeless = "the case " + std::string(one.name) + " was skipped";
  }
  return report;
}

}  // namespace sluice::kit
