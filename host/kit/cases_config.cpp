// Cases about configurations the module should refuse.
#include <algorithm>
#include <optional>

#include "config/schema.hpp"
#include "kit/cases.hpp"
#include "kit/trial.hpp"
#include "modules/status_name.hpp"

namespace sluice::kit {
namespace {

constexpr std::size_t quick_most = 4;

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

// A refusal without words reads like the status alone.
bool wordless(const std::string& message) {
  for (int status = SLUICE_STATUS_INTERNAL; status <= SLUICE_STATUS_OK; ++status) {
    if (message.find("rejects its configuration: " + modules::status_name(status) + " (") !=
        std::string::npos)
      return true;
  }
  return false;
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
  if (picture.message.find("threw an exception") != std::string::npos) {
    fail("R9", picture.message, "Catch everything inside the module: sluice/boundary.hpp does.");
  }
  if (picture.rule != "SL-CFG-001") {
    fail(picture.rule, "with " + place + ": " + picture.message,
         "Refuse in configure what cannot be right; start comes after it.");
  }
  if (wordless(picture.message)) {
    fail("SL-CFG-001", "configure refuses " + place + " without a word",
         "Fill err->message with the JSON pointer, what was expected and what was found.");
  }
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

}  // namespace sluice::kit
