// Cases about configurations the module should refuse, or at least survive.
#include <algorithm>
#include <optional>

#include "config/schema.hpp"
#include "kit/cases.hpp"
#include "kit/config_values.hpp"
#include "kit/trial.hpp"
#include "kit/wordless.hpp"

namespace sluice::kit {
namespace {

constexpr std::size_t quick_most = 4;
constexpr std::size_t hostile_most = 400, hostile_quick = 40;

// A value its own schema refuses for that property; nothing when the schema takes anything.
std::optional<Json> wrong_value(const Json& schema, const Json& effective, const std::string& name) {
  for (const Json& candidate :
       {Json{{"kit", "wrong"}}, Json{"wrong"}, Json("wrong"), Json(true), Json(1u << 31)}) {
    Json whole = effective;
    whole[name] = candidate;
    if (!config::validate(schema, whole, {}).empty()) return candidate;
  }
  return std::nullopt;
}

// Of a life that did not come to serve with the value at `place`.
void judge_refusal(const modules::LifePicture& picture, const std::string& place) {
  if (picture.message.find("threw an exception") != std::string::npos) {
    fail("R9", "with " + place + ": " + picture.message,
         "Catch everything inside the module: sluice/boundary.hpp does.");
  }
  if (picture.message.find("did not come back") != std::string::npos) {
    fail("SL-RUN-002", "with " + place + ": " + picture.message,
         "Look at how large a value is before a loop or an allocation follows it.");
  }
  if (wordless(picture.message)) {
    fail("SL-CFG-001", "configure refuses " + place + " without a word",
         "Fill err->message with the JSON pointer, what was expected and what was found.");
  }
}

void refuse(Trial& trial, const std::string& name, const Json& value) {
  const auto place = "/config/" + name + " = " + value.dump();
  trial.step("configure with " + place);
  Json effective = trial.subject().entry().config.effective;
  effective[name] = value;
  const auto life = trial.life(trial.subject().entry_with(std::move(effective)));
  if (life->start()) {
    fail("SL-CFG-001", "configure takes " + place + ", which its schema forbids",
         "Check each value's type in configure, and refuse with ARGUMENT and the JSON pointer.");
  }
  const auto picture = life->picture();
  trial.judge_end(picture);
  judge_refusal(picture, place);
  if (picture.rule != "SL-CFG-001") {
    fail(picture.rule, "with " + place + ": " + picture.message,
         "Refuse in configure what cannot be right; start comes after it.");
  }
}

// Taken or refused, whatever its schema says of it; what is taken has to live.
void survive(Trial& trial, const ConfigTry& one) {
  const auto place = "/config" + one.in_words();
  trial.step("configure with " + place);
  const auto life = trial.life(trial.subject().entry_with(one.effective));
  if (life->start()) {
    trial.health(*life);
    trial.retire(*life);
    return;
  }
  const auto picture = life->picture();
  if (picture.message.find("cannot listen on") != std::string::npos) return;
  judge_refusal(picture, place);
  trial.judge_end(picture);
}

}  // namespace

std::string try_wrong_config(Trial& trial) {
  const auto& schema = trial.subject().manifest().config_schema;
  const auto names = trial.subject().own_properties();
  if (names.empty()) skip("its manifest names no configuration of its own");
  const auto& effective = trial.subject().entry().config.effective;
  std::size_t tried = 0;
  for (const auto& name : names) {
    if (trial.pace().quick && tried == quick_most) break;
    const auto value = wrong_value(schema, effective, name);
    if (!value) continue;
    refuse(trial, name, *value);
    ++tried;
  }
  if (tried == 0) {
    trial.warn("SL-CFG-001", "its schema forbids nothing: no property has a type",
               "Give each property of config_schema a type, a description and a default.");
  }
  return std::to_string(tried) + " wrong values refused";
}

std::string try_hostile_config(Trial& trial) {
  const auto& schema = trial.subject().manifest().config_schema;
  const auto names = trial.subject().own_properties();
  if (names.empty()) skip("its manifest names no configuration of its own");
  const auto tries = spread(hostile_configs(schema, trial.subject().entry().config.effective, names),
                            trial.pace().quick ? hostile_quick : hostile_most);
  const auto allowed =
      std::count_if(tries.begin(), tries.end(), [](const ConfigTry& one) { return one.allowed; });
  for (const auto& one : tries) survive(trial, one);
  return std::to_string(tries.size()) + " strange values taken or refused, " + std::to_string(allowed) +
         " of them allowed by its schema";
}

}  // namespace sluice::kit
