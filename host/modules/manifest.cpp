#include "modules/manifest.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "modules/interface_id.hpp"
#include "modules/library_file.hpp"

namespace sluice::modules {
namespace {

using config::Checked;
using config::Complaint;
using config::ComplaintKind;
using config::Complaints;
using config::JsonText;

constexpr const char* correct_it = "Correct the manifest at this place.";

std::string file_stem(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  if (name.ends_with(".json")) name.resize(name.size() - 5);
  return name;
}

std::string place(const Complaint& complaint) {
  std::string words;
  if (complaint.at.line)
    words = std::to_string(complaint.at.line) + ":" + std::to_string(complaint.at.column) + ": ";
  if (!complaint.pointer.empty()) words += complaint.pointer + ": ";
  return words;
}

Refusal refusal_of(const Complaint& complaint, std::size_t of = 1) {
  const bool syntax = complaint.kind == ComplaintKind::syntax || complaint.kind == ComplaintKind::unreadable;
  std::string finding = place(complaint) + complaint.finding();
  if (of > 1) finding += " (and " + std::to_string(of - 1) + " more)";
  return {syntax ? "SL-MAN-001" : "SL-MAN-002", std::move(finding), complaint.file, correct_it};
}

template <class T>
T get(const Json& object, const char* name, T fallback) {
  const auto found = object.find(name);
  return found == object.end() ? fallback : found->template get<T>();
}

template <class T>
std::optional<T> maybe(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return std::nullopt;
  return found->template get<T>();
}

Json part(const Json& object, const char* name) { return object.value(name, Json::object()); }

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::string machine_spelling(const std::string& arch) {
  if (arch == "amd64" || arch == "x86-64") return "x86_64";
  return arch == "arm64" ? "aarch64" : arch;
}

// "1", 1, "1.3"; the schema has not been applied yet.
struct Format {
  std::uint32_t major = 0, minor = 0;
};
std::optional<Format> format_of(const Json& document) {
  const auto given = document.find("manifest");
  if (given == document.end()) return std::nullopt;
  Format format;
  if (given->is_number_unsigned()) {
    format.major =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(given->get<std::uint64_t>(), UINT32_MAX));
    return format;
  }
  if (!given->is_string()) return std::nullopt;
  const std::string& text = given->get_ref<const std::string&>();
  const std::size_t dot = std::min(text.find('.'), text.size());
  const char* end = text.data() + text.size();
  if (std::from_chars(text.data(), text.data() + dot, format.major).ec != std::errc()) return std::nullopt;
  if (dot < text.size() && std::from_chars(text.data() + dot + 1, end, format.minor).ec != std::errc())
    return std::nullopt;
  return format;
}

OperatorHalf operator_of(const Json& half) {
  OperatorHalf out;
  out.enabled = maybe<bool>(half, "enabled");
  out.required = maybe<bool>(half, "required");
  out.prefer = maybe<bool>(half, "prefer");
  out.allow_draft = maybe<bool>(half, "allow_draft");
  out.isolation = maybe<std::string>(half, "isolation");
  out.log_level = maybe<std::string>(half, "log_level");
  out.config = part(half, "config");
  out.limits = part(half, "limits");
  out.instances = part(half, "instances");
  return out;
}

void read_identity(const Json& module, Manifest& out) {
  out.id = get<std::string>(module, "id", "");
  out.version = get<std::string>(module, "version", "");
  out.name = get<std::string>(module, "name", out.id);
  out.vendor = get<std::string>(module, "vendor", "");
  out.license = get<std::string>(module, "license", "");
  out.description = get<std::string>(module, "description", "");
  out.urls = part(module, "urls");
  out.enabled = get<bool>(module, "enabled", true);
  out.draft = get<std::string>(module, "stability", "stable") == "draft";
  out.unload = get<std::string>(module, "unload", "park") == "clean" ? Unload::clean : Unload::park;
  const Json abi = part(module, "abi");
  out.abi = {get(abi, "major", 0u), get(abi, "minor_min", 0u), get(abi, "minor_built", 0u)};
  const Json threads = part(module, "threads");
  out.threads.min = get(threads, "min", 1u);
  out.threads.max = std::max(out.threads.min, get(threads, "max", out.threads.min));
  out.threads.loop = get<std::string>(threads, "loop", "own");
  for (auto [name, list] : {std::pair{"conflicts", &out.conflicts}, std::pair{"replaces", &out.replaces},
                            std::pair{"permissions", &out.permissions},
                            std::pair{"needs_libs", &out.needs_libs}, std::pair{"isolation", &out.isolation}})
    *list = get<std::vector<std::string>>(module, name, {});
  if (out.isolation.empty()) out.isolation = {"in-process"};
}

void read_targets(const Json& module, Manifest& out) {
  for (const Json& target : module.value("targets", Json::array())) {
    Target one;
    one.os = get<std::string>(target, "os", "");
    one.arch = machine_spelling(get<std::string>(target, "arch", ""));
    one.libc_min = get<std::string>(target, "libc_min", "");
    one.library = get<std::string>(target, "library", out.id + ".so");
    one.sha256 = lower(get<std::string>(target, "sha256", ""));
    one.build_id = lower(get<std::string>(target, "build_id", ""));
    out.targets.push_back(std::move(one));
  }
  if (out.targets.empty())
    out.targets.push_back({"", "", "", out.id + ".so", "", ""});  // any machine; the file tells
}

void read_interfaces(const Json& module, Manifest& out) {
  for (const Json& provision : module.value("provides", Json::array())) {
    Provision one;
    one.iface = get<std::string>(provision, "iface", "");
    one.minor = get(provision, "minor", 0u);
    one.name = get<std::string>(provision, "name", "");
    one.singleton = get(provision, "singleton", false);
    one.priority = get(provision, "priority", 0);
    one.attributes = part(provision, "attributes");
    out.provides.push_back(std::move(one));
  }
  for (const Json& requirement : module.value("requires", Json::array())) {
    Requirement one;
    one.iface = get<std::string>(requirement, "iface", "");
    one.minor_min = get(requirement, "minor_min", 0u);
    one.optional = get(requirement, "optional", false);
    one.selector = requirement.value("selector", Json());
    out.requires_.push_back(std::move(one));
  }
}

void read_listens(const Json& module, Manifest& out) {
  for (const Json& listen : module.value("listens", Json::array())) {
    ListenDefault one;
    one.name = get<std::string>(listen, "name", "");
    one.proto = get<std::string>(listen, "proto", "tcp") == "udp" ? Transport::udp : Transport::tcp;
    one.port = maybe<std::uint16_t>(listen, "port");
    one.tls = get(listen, "tls", false);
    one.config = get<std::string>(listen, "config", "/listen");
    out.listens.push_back(std::move(one));
  }
  for (const Json& endpoint : module.value("endpoints", Json::array()))
    out.endpoints.push_back({get<std::string>(endpoint, "role", ""), get<std::string>(endpoint, "url", ""),
                             get<std::string>(endpoint, "listen", "")});
}

std::optional<Refusal> check_libraries(const Manifest& manifest) {
  auto why = [](const std::string& name) -> const char* {
    if (name.starts_with('/')) return "is absolute";
    if (name == ".." || name.starts_with("../") || name.find("/..") != std::string::npos)
      return "contains `..`";
    if (name == "." || name.empty() || name.find('/') != std::string::npos ||
        name.find('\0') != std::string::npos)
      return "has a folder in it";
    return nullptr;
  };
  auto check = [&](const char* what, const std::string& name) -> std::optional<Refusal> {
    const char* wrong = why(name);
    if (!wrong) return std::nullopt;
    return Refusal{"SL-MAN-004",
                   std::string(what) + " path " + wrong + ": " + config::picture(name) + " leads to " +
                       (std::filesystem::path(manifest.folder) / name).lexically_normal().string() +
                       ", expected a bare file name",
                   manifest.path, "Put the file beside the manifest and name it without a path."};
  };
  for (const Target& target : manifest.targets)
    if (auto refusal = check("library", target.library)) return refusal;
  if (manifest.config_schema_file.empty()) return std::nullopt;
  return check("config_schema", manifest.config_schema_file);
}

// The reserved member of a composed config (see ModuleConfig::text).
std::optional<Complaint> reserved_property(const Json& schema, const config::Origin& origin) {
  const auto properties = schema.find("properties");
  if (properties == schema.end() || !properties->is_object() || !properties->contains("apps"))
    return std::nullopt;
  Complaint one;
  one.kind = ComplaintKind::unknown_property;
  one.pointer = origin.pointer + "/properties/apps";
  one.found = "`apps`";
  one.expected = "another name: the host gives settings by app under it";
  if (origin.text) {
    one.file = origin.text->file();
    one.at = origin.text->key_position(one.pointer);
  }
  return one;
}

const Json listen_schema = {
    {"description", "\"ADDRESS:PORT\" or \"unix:/PATH\", or a list of them; an empty list: do not listen"},
    {"anyOf",
     {{{"type", "string"}}, {{"type", "array"}, {"maxItems", 64}, {"items", {{"type", "string"}}}}}}};

// Every listener is configured the same way, whether or not the author's schema mentions it.
void add_listen_property(const ListenDefault& listen, Json& schema) {
  Json* at = &schema;
  const std::string& pointer = listen.config;
  for (std::size_t begin = 1; begin <= pointer.size();) {
    const std::size_t end = std::min(pointer.find('/', begin), pointer.size());
    const std::string step = pointer.substr(begin, end - begin);
    begin = end + 1;
    if (at->contains("$ref")) return;  // the author has a design of his own
    Json& properties = (*at)["properties"];
    if (properties.is_null()) properties = Json::object();
    const bool last = end == pointer.size();
    if (!properties.contains(step)) properties[step] = last ? listen_schema : Json{{"type", "object"}};
    at = &properties[step];
    if (!at->is_object()) return;
  }
  (*at)["x-listen"] = true;
  if (!at->contains("default") && listen.port) (*at)["default"] = ":" + std::to_string(*listen.port);
}

std::optional<Refusal> adopt_schema(Json schema, const config::Origin& origin, Manifest& out) {
  Complaints wrong = config::check_schema(schema, origin);
  if (const auto reserved = reserved_property(schema, origin)) wrong.push_back(*reserved);
  if (!wrong.empty()) return refusal_of(wrong.front(), wrong.size());
  if (!schema.contains("type") && !schema.contains("$ref")) schema["type"] = "object";
  for (const ListenDefault& listen : out.listens) add_listen_property(listen, schema);
  out.config_schema = std::move(schema);
  return std::nullopt;
}

class ManifestReader {
 public:
  explicit ManifestReader(const std::string& path) : path_(path) { broken_.id = file_stem(path); }

  ReadManifest<Manifest> parse(std::string text) {
    config::JsonRules rules;
    rules.file = path_;
    rules.max_bytes = config::max_manifest_bytes;
    Checked<JsonText> parsed = JsonText::parse(std::move(text), rules);
    if (!parsed) return refuse(refusal_of(parsed.error()));
    text_ = std::make_shared<const JsonText>(std::move(*parsed));
    note_identity(text_->value());
    if (auto refusal = check_format()) return refuse(std::move(*refusal));
    if (auto refusal = check_shape()) return refuse(std::move(*refusal));
    return build();
  }

  BrokenManifest refuse(Refusal refusal) {
    broken_.refusal = std::move(refusal);
    return broken_;
  }

 private:
  // For the list: what a refused manifest is known by.
  void note_identity(const Json& document) {
    if (!document.is_object() || !document.contains("module") || !document["module"].is_object()) return;
    const Json& module = document["module"];
    if (module.contains("id") && module["id"].is_string() &&
        valid_module_id(module["id"].get_ref<const std::string&>()))
      broken_.id = module["id"];
    if (module.contains("version") && module["version"].is_string() &&
        module["version"].get_ref<const std::string&>().size() < 64)
      broken_.version = module["version"];
  }

  std::optional<Refusal> check_format() {
    if (!text_->value().is_object()) return std::nullopt;  // the schema has the words
    const auto format = format_of(text_->value());
    if (!format) return std::nullopt;
    format_ = *format;
    if (format->major <= manifest_format) return std::nullopt;
    return Refusal{"SL-MAN-003",
                   "manifest format " + std::to_string(format->major) + ", this host reads " +
                       (manifest_format > 1 ? "1–" : "") + std::to_string(manifest_format) +
                       "; update the host",
                   path_, "Or install a version of the module made for this host."};
  }

  std::optional<Refusal> check_shape() {
    Complaints wrong = config::validate(manifest_schema(), text_->value(), {text_.get(), ""});
    if (format_.major == manifest_format && format_.minor > manifest_format_minor)
      std::erase_if(wrong, [](const Complaint& one) { return one.kind == ComplaintKind::unknown_property; });
    if (wrong.empty()) return std::nullopt;
    // A mistyped key explains a missing one, and says more.
    const auto telling = std::find_if(wrong.begin(), wrong.end(), [](const Complaint& one) {
      return one.kind == ComplaintKind::unknown_property && !one.nearest.empty();
    });
    return refusal_of(telling == wrong.end() ? wrong.front() : *telling, wrong.size());
  }

  ReadManifest<Manifest> build() {
    const Json& document = text_->value();
    const Json& module = document["module"];
    Manifest out;
    out.path = path_;
    const std::size_t slash = path_.rfind('/');
    out.folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path_.substr(0, slash);
    out.format = format_.major;
    out.text = text_;
    read_identity(module, out);
    read_targets(module, out);
    read_interfaces(module, out);
    read_listens(module, out);
    out.config_version = get(module, "config_version", 0u);
    if (const auto given = document.find("signature"); given != document.end())
      out.signature = Signature{given->at("key_id"), given->at("ed25519")};
    out.operator_half = operator_of(part(document, "operator"));
    out.canonical = canonical_module_hash(module);
    const Json schema = part(module, "config_schema");
    if (schema.is_string()) out.config_schema_file = schema;
    if (auto refusal = check_libraries(out)) return refuse(std::move(*refusal));
    if (!schema.is_string())
      if (auto refusal = adopt_schema(schema, {text_.get(), "/module/config_schema"}, out))
        return refuse(std::move(*refusal));
    return out;
  }

  const std::string& path_;
  BrokenManifest broken_;
  std::shared_ptr<const JsonText> text_;
  Format format_;
};

std::optional<Refusal> load_schema_file(Manifest& manifest) {
  const std::string path = manifest.folder + "/" + manifest.config_schema_file;
  const auto opened = open_beneath(manifest.folder, manifest.config_schema_file);
  if (!opened) return opened.error();
  const auto bytes = read_bytes(opened->get(), path, 4 * config::max_manifest_bytes);
  if (!bytes) return Refusal{"SL-MAN-001", bytes.error().finding, path, correct_it};
  config::JsonRules rules;
  rules.file = path;
  rules.max_bytes = 4 * config::max_manifest_bytes;
  const auto parsed = JsonText::parse({reinterpret_cast<const char*>(bytes->data()), bytes->size()}, rules);
  if (!parsed) return refusal_of(parsed.error());
  return adopt_schema(parsed->value(), {&*parsed, ""}, manifest);
}

}  // namespace

const Target* Manifest::target(std::string_view os, std::string_view arch) const {
  for (const Target& one : targets)
    if ((one.os.empty() || one.os == os) && (one.arch.empty() || one.arch == arch)) return &one;
  return nullptr;
}

ReadManifest<Manifest> parse_manifest(std::string text, const std::string& path) {
  return ManifestReader(path).parse(std::move(text));
}

ReadManifest<Manifest> load_manifest(const std::string& path) {
  Checked<std::string> text = config::read_text(path, config::max_manifest_bytes);
  if (!text) return ManifestReader(path).refuse(refusal_of(text.error()));
  ReadManifest<Manifest> manifest = parse_manifest(std::move(*text), path);
  if (!manifest || manifest->config_schema_file.empty()) return manifest;
  if (auto refusal = load_schema_file(*manifest))
    return BrokenManifest{std::move(*refusal), manifest->id, manifest->version};
  return manifest;
}

Accepted<OperatorHalf> parse_overlay(std::string text, const std::string& path) {
  config::JsonRules rules;
  rules.file = path;
  rules.max_bytes = config::max_manifest_bytes;
  const Checked<JsonText> parsed = JsonText::parse(std::move(text), rules);
  if (!parsed) return refusal_of(parsed.error());
  const bool wrapped = parsed->value().is_object() && parsed->value().contains("operator");
  Json schema = {{"$ref", "#/definitions/operator"}, {"definitions", manifest_schema()["definitions"]}};
  const Json& half = wrapped ? parsed->value()["operator"] : parsed->value();
  const Complaints wrong = config::validate(schema, half, {&*parsed, wrapped ? "/operator" : ""});
  if (!wrong.empty()) return refusal_of(wrong.front(), wrong.size());
  return operator_of(half);
}

std::string canonical_module(const Json& module) {
  return module.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string canonical_module(const Manifest& manifest) {
  return canonical_module(manifest.text->value()["module"]);
}

Digest canonical_module_hash(const Json& module) {
  Json without = module;
  if (without.is_object()) without.erase("targets");
  return sha256(canonical_module(without));
}

}  // namespace sluice::modules
