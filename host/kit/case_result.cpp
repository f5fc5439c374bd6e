#include "kit/case_result.hpp"

#include "modules/describe.hpp"

namespace sluice::kit {
namespace {

std::optional<Verdict> verdict_named(const std::string& name) {
  for (const auto verdict : {Verdict::pass, Verdict::warn, Verdict::fail, Verdict::skipped}) {
    if (modules::verdict_name(verdict) == name) return verdict;
  }
  return std::nullopt;
}

}  // namespace

Json to_json(const CaseResult& result) {
  Json json{{"name", result.name},     {"verdict", modules::verdict_name(result.verdict)},
            {"rule", result.rule},     {"finding", result.finding},
            {"remedy", result.remedy}, {"took_ms", result.took.count()}};
  if (!result.log.empty()) json["log"] = result.log;
  return json;
}

std::optional<CaseResult> case_result_from(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  const auto text = [&](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const auto verdict = verdict_named(text("verdict"));
  if (!verdict || text("name").empty()) return std::nullopt;
  CaseResult result{text("name"), *verdict, text("rule"), text("finding"), text("remedy"), {}, text("log")};
  if (const auto took = json.find("took_ms"); took != json.end() && took->is_number_integer()) {
    result.took = std::chrono::milliseconds(took->get<std::int64_t>());
  }
  return result;
}

}  // namespace sluice::kit
