#include "config/module_config.hpp"

#include <algorithm>

#include "config/near_miss.hpp"

namespace sluice::config {
namespace {

void append(Complaints& to, Complaints from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

std::string app_pointer(const std::string& app, const std::string& id) {
  return pointer_to(pointer_to("/apps", app) + "/modules", id);
}

Complaint unknown_module(const Settings& settings, const std::string& pointer, const std::string& id,
                         const std::vector<std::string>& ids) {
  Complaint one{ComplaintKind::unknown_property,
                {},
                {},
                pointer,
                "a module that was found",
                "`" + id + "`",
                nearest_name(id, ids)};
  if (settings.text) {
    one.file = settings.text->file();
    one.at = settings.text->key_position(pointer);
  }
  return one;
}

// What a module refers to inside its own schema must go on leading there inside the joined one.
Json rebased(Json schema, const std::string& base) {
  if (schema.is_array()) {
    for (Json& element : schema) element = rebased(std::move(element), base);
  } else if (schema.is_object()) {
    for (auto& [name, member] : schema.items()) {
      if (name == "$ref" && member.is_string() && member.get_ref<const std::string&>().starts_with("#")) {
        member = "#" + base + member.get<std::string>().substr(1);
      } else if (name != "default" && name != "enum" && name != "const" && name != "examples") {
        member = rebased(std::move(member), base);
      }
    }
    schema.erase("$schema");
  }
  return schema;
}

bool looks_secret(std::string_view name) {
  constexpr std::string_view words[] = {"secret", "token", "password", "key", "credential"};
  return std::any_of(std::begin(words), std::end(words),
                     [&](std::string_view word) { return name.find(word) != std::string_view::npos; });
}

// Values of modules nobody knows the schema of, and of directories: what looks like a secret is taken for
// one.
void mask_by_name(Json& value) {
  if (value.is_array())
    for (Json& element : value) mask_by_name(element);
  if (!value.is_object()) return;
  for (auto& [name, member] : value.items()) {
    const bool telling = looks_secret(name);
    if (telling && !member.is_null()) {
      member = secret_mask;
    } else {
      mask_by_name(member);
    }
  }
}

// rtsp://user:password@host -> rtsp://user:********@host
void mask_url_passwords(Json& value) {
  if (value.is_structured()) {
    for (Json& member : value) mask_url_passwords(member);
  } else if (value.is_string()) {
    std::string text = value.get<std::string>();
    const std::size_t scheme = text.find("://");
    if (scheme == std::string::npos) return;
    const std::size_t end = text.find_first_of("/?#", scheme + 3);
    const std::size_t at = text.substr(0, end).rfind('@');
    const std::size_t colon = text.find(':', scheme + 3);
    if (at == std::string::npos || at < scheme || colon > at) return;
    value = text.substr(0, colon + 1) + std::string(secret_mask) + text.substr(at);
  }
}

const ModuleSchema* find(const std::vector<ModuleSchema>& modules, const std::string& id) {
  const auto found = std::find_if(modules.begin(), modules.end(), [&](const auto& m) { return m.id == id; });
  return found == modules.end() ? nullptr : &*found;
}

ConfigLayer file_layer(const Settings& settings, const std::string& id) {
  ConfigLayer layer{
      "config file", Json::object(), {settings.text.get(), pointer_to("/modules", id) + "/config"}};
  if (const auto own = settings.modules.find(id); own != settings.modules.end())
    layer.config = own->second.config;
  return layer;
}

}  // namespace

Json assembled_schema(const std::vector<ModuleSchema>& modules) {
  Json whole = host_schema();
  Json& definitions = whole["definitions"];
  Json& own = whole["properties"]["modules"]["properties"];
  Json& in_app = definitions["app"]["properties"]["modules"]["properties"];
  own = in_app = Json::object();
  for (const ModuleSchema& module : modules) {
    own[module.id] = definitions["module"];
    if (!module.description.empty()) own[module.id]["description"] = module.description;
    own[module.id]["properties"]["config"] = rebased(
        module.schema, pointer_to("/properties/modules/properties", module.id) + "/properties/config");
    in_app[module.id] = rebased(as_override(module.schema),
                                pointer_to("/definitions/app/properties/modules/properties", module.id));
  }
  return whole;
}

Complaints check_modules(const Settings& settings, const std::vector<ModuleSchema>& modules) {
  Complaints complaints;
  std::vector<std::string> ids;
  for (const ModuleSchema& module : modules) ids.push_back(module.id);
  for (const auto& [id, own] : settings.modules)
    if (!find(modules, id))
      complaints.push_back(unknown_module(settings, pointer_to("/modules", id), id, ids));
  for (const auto& [name, app] : settings.apps)
    for (const auto& [id, own] : app.modules)
      if (!find(modules, id)) complaints.push_back(unknown_module(settings, app_pointer(name, id), id, ids));
  for (const ModuleSchema& module : modules)
    append(complaints, compose_module_config(module, {file_layer(settings, module.id)}, settings).complaints);
  return complaints;
}

ModuleConfig compose_module_config(const ModuleSchema& module, const std::vector<ConfigLayer>& layers,
                                   const Settings& settings) {
  ModuleConfig out;
  const Json loose = as_override(module.schema);
  Json merged = Json::object();
  for (const ConfigLayer& layer : layers) {
    append(out.complaints, validate(loose, layer.config, layer.origin));
    merge_over(merged, layer.config);
  }
  out.effective = with_defaults(module.schema, merged);
  const Origin last = layers.empty() ? Origin{} : layers.back().origin;
  if (out.complaints.empty()) out.complaints = validate(module.schema, out.effective, last);
  for (const auto& [name, app] : settings.apps) {
    const auto override_ = app.modules.find(module.id);
    if (override_ == app.modules.end()) continue;
    const Origin origin{settings.text.get(), app_pointer(name, module.id)};
    Complaints wrong = validate(loose, override_->second, origin);
    Json in_app = merged;
    merge_over(in_app, override_->second);
    in_app = with_defaults(module.schema, std::move(in_app));
    if (wrong.empty() && out.complaints.empty()) wrong = validate(module.schema, in_app, origin);
    append(out.complaints, std::move(wrong));
    out.apps[name] = std::move(in_app);
  }
  return out;
}

std::string ModuleConfig::text() const {
  Json whole = effective;
  if (!apps.empty()) whole["apps"] = apps;
  return whole.dump();
}

Json effective_config(const Settings& settings, const std::vector<ModuleSchema>& modules) {
  Json whole = with_defaults(host_schema(), settings.text ? settings.text->value() : Json::object());
  whole = masked(host_schema(), std::move(whole));
  if (whole.contains("cluster")) mask_by_name(whole["cluster"]);
  mask_by_name(whole["paths"]);
  for (auto& [id, own] : whole["modules"].items())
    if (!find(modules, id)) mask_by_name(own);
  for (auto& [name, app] : whole["apps"].items())
    for (auto& [id, own] : app["modules"].items())
      if (!find(modules, id)) mask_by_name(own);
  for (const ModuleSchema& module : modules) {
    const ModuleConfig config = compose_module_config(module, {file_layer(settings, module.id)}, settings);
    whole["modules"][module.id]["config"] = masked(module.schema, config.effective);
    for (const auto& [name, in_app] : config.apps.items())
      whole["apps"][name]["modules"][module.id] = masked(module.schema, in_app);
  }
  mask_url_passwords(whole);
  return whole;
}

}  // namespace sluice::config
