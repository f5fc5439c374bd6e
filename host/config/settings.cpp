#include "config/settings.hpp"

#include "config/schema.hpp"

namespace sluice::config {
namespace {

constexpr unsigned max_rounds = 20;  // of looking for faults behind the first fifty

milliseconds ms(const Json& object, const char* name) {
  return milliseconds(object.at(name).get<std::int64_t>());
}

template <class T>
std::optional<T> maybe(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return std::nullopt;
  return found->template get<T>();
}

AppSettings app_of(const Json& app) {
  AppSettings out;
  out.takeover = app.at("takeover") == "replace" ? Takeover::replace : Takeover::refuse;
  out.grace = ms(app, "grace_ms");
  out.gop_cache_bytes = app.at("gop_cache_bytes");
  out.gop_cache_time = ms(app, "gop_cache_ms");
  out.gop_cache_frames = app.at("gop_cache_frames");
  for (const auto& [id, override_] : app.at("modules").items()) out.modules.emplace(id, override_);
  return out;
}

ModuleSettings module_of(const Json& module) {
  ModuleSettings out;
  out.enabled = maybe<bool>(module, "enabled");
  out.required = maybe<bool>(module, "required");
  out.prefer = maybe<bool>(module, "prefer");
  out.allow_draft = maybe<bool>(module, "allow_draft");
  out.permissions = maybe<std::vector<std::string>>(module, "permissions");
  out.log_level = maybe<std::string>(module, "log_level");
  out.config = module.value("config", Json::object());
  return out;
}

LogSettings log_of(const Json& log) {
  LogSettings out;
  out.level = log.at("level");
  out.format = log.at("format") == "json" ? LogFormat::json : LogFormat::text;
  out.file = log.value("file", "");
  out.lines_per_second = log.at("lines_per_second");
  return out;
}

TrustSettings trust_of(const Json& trust) {
  TrustSettings out;
  if (trust.at("mode") == "signed") out.mode = TrustMode::signed_only;
  out.keys = trust.at("keys").get<std::map<std::string, std::string>>();
  out.allow_unsigned = trust.at("allow_unsigned").get<std::vector<std::string>>();
  return out;
}

LimitSettings limits_of(const Json& limits) {
  LimitSettings out;
  out.memory_bytes = limits.at("memory_bytes");
  out.streams = limits.at("streams");
  out.connections = limits.at("connections");
  out.connections_per_address = limits.at("connections_per_address");
  out.frame_bytes = limits.at("frame_bytes");
  out.subscription_bytes = limits.at("subscription_bytes");
  out.subscription_time = ms(limits, "subscription_ms");
  out.stalled_viewer = ms(limits, "stalled_viewer_ms");
  out.handshake = ms(limits, "handshake_ms");
  out.first_frame = ms(limits, "first_frame_ms");
  out.idle_publisher = ms(limits, "idle_publisher_ms");
  out.drain = ms(limits, "drain_ms");
  out.replace_drain = ms(limits, "replace_drain_ms");
  return out;
}

// Every member read with at() has a default in the schema and has just been filled in.
Settings settings_of(const Json& given) {
  const Json full = with_defaults(host_schema(), given);
  Settings out;
  const Json node = full.value("node", Json::object());
  out.node = {node.value("id", ""), node.value("address", "")};
  out.cluster = full.value("cluster", Json::object());
  out.module_paths = full.at("module_paths").get<std::vector<std::string>>();
  out.paths = full.at("paths");
  for (const auto& [name, app] : full.at("apps").items()) out.apps.emplace(name, app_of(app));
  const Json nameless = with_defaults(host_schema(), {{"apps", {{"nameless", Json::object()}}}});
  out.default_app = app_of(nameless.at("apps").at("nameless"));
  for (const auto& [id, module] : full.at("modules").items()) out.modules.emplace(id, module_of(module));
  out.log = log_of(full.at("log"));
  out.limits = limits_of(full.at("limits"));
  out.trust = trust_of(full.at("trust"));
  if (full.at("auth").at("publish_from") == "anywhere") out.auth.publish_from = PublishFrom::anywhere;
  return out;
}

Checked<std::shared_ptr<const JsonText>> read_with_comments(std::string text, const std::string& file) {
  JsonRules rules;
  rules.file = file;
  rules.comments = true;
  Checked<JsonText> parsed = JsonText::parse(std::move(text), rules);
  if (!parsed) return parsed.error();
  return std::make_shared<const JsonText>(std::move(*parsed));
}

// Removes the values complained of; false when that would be the whole document, or nothing. The last of an
// array first, so that the others keep their places.
bool cut_out(const Complaints& wrong, Json& document) {
  bool cut = false;
  std::string last;
  for (auto one = wrong.rbegin(); one != wrong.rend(); ++one) {
    const Json::json_pointer place(one->pointer);
    if (place.empty()) return false;
    if (one->pointer == last || !document.contains(place)) continue;  // gone already
    last = one->pointer;
    Json& holder = document.at(place.parent_pointer());
    if (holder.is_array()) {
      holder.erase(static_cast<std::size_t>(std::stoul(place.back())));
    } else {
      holder.erase(place.back());
    }
    cut = true;
  }
  return cut;
}

}  // namespace

const AppSettings& Settings::app(const std::string& name) const {
  const auto found = apps.find(name);
  return found == apps.end() ? default_app : found->second;
}

Settings default_settings() { return settings_of(Json::object()); }

CheckedAll<Settings> parse_settings(std::string text, const std::string& file) {
  Checked<std::shared_ptr<const JsonText>> read = read_with_comments(std::move(text), file);
  if (!read) return Complaints{read.error()};
  Complaints complaints = validate(host_schema(), (*read)->value(), {read->get(), ""});
  if (!complaints.empty()) return complaints;
  Settings settings = settings_of((*read)->value());
  settings.text = std::move(*read);
  return settings;
}

FlawedSettings parse_flawed(std::string text, const std::string& file) {
  Checked<std::shared_ptr<const JsonText>> read = read_with_comments(std::move(text), file);
  if (!read) return {{read.error()}, std::nullopt};
  FlawedSettings out;
  out.complaints = validate(host_schema(), (*read)->value(), {read->get(), ""});
  Json sound = (*read)->value();
  Complaints wrong = out.complaints;
  for (unsigned round = 0; !wrong.empty(); ++round) {
    if (round == max_rounds || !cut_out(wrong, sound)) return out;
    wrong = validate(host_schema(), sound, {});
  }
  out.rest = settings_of(sound);
  out.rest->text = std::move(*read);
  return out;
}

CheckedAll<Settings> load_settings(const std::string& path) {
  Checked<std::string> text = read_text(path, max_config_bytes);
  if (!text) return Complaints{text.error()};
  return parse_settings(std::move(*text), path);
}

FlawedSettings load_flawed(const std::string& path) {
  Checked<std::string> text = read_text(path, max_config_bytes);
  if (!text) return {{text.error()}, std::nullopt};
  return parse_flawed(std::move(*text), path);
}

}  // namespace sluice::config
