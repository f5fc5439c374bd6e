// One module's manifest: the author's half (`module`), the operator's half, and the strict parser between
// them and the text. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/json_text.hpp"
#include "config/schema.hpp"
#include "modules/refusal.hpp"
#include "modules/sha256.hpp"

namespace sluice::modules {

using config::Json;

inline constexpr std::uint32_t manifest_format = 1;        // the newest this host reads
inline constexpr std::uint32_t manifest_format_minor = 0;  // above it, unknown keys are ignored

struct AbiRange {
  std::uint32_t major = 0;
  std::uint32_t minor_min = 0;
  std::uint32_t minor_built = 0;
};

struct Target {
  std::string os;
  std::string arch;
  std::string libc_min;
  std::string library;  // a bare file name
  std::string sha256;   // lower-case hex; empty = not given
  std::string build_id;
};

struct Provision {
  std::string iface;
  std::uint32_t minor = 0;
  std::string name;
  bool singleton = false;
  int priority = 0;
  Json attributes = Json::object();
};

struct Requirement {
  std::string iface;
  std::uint32_t minor_min = 0;
  bool optional = false;
  Json selector;  // null, a provision's name, or an object matched against name and attributes
};

enum class Transport { tcp, udp };

struct ListenDefault {
  std::string name;
  Transport proto = Transport::tcp;
  std::optional<std::uint16_t> port;  // none: listens only when configured
  bool tls = false;
  std::string config = "/listen";  // where the module's config overrides the address
};

struct Endpoint {
  std::string role;    // publish, play, page
  std::string url;     // template
  std::string listen;  // the listener whose port it carries; empty = the first
};

struct ThreadRange {
  std::uint32_t min = 1;
  std::uint32_t max = 1;
  std::string loop;
};

enum class Unload { park, clean };

struct Signature {
  std::string key_id;
  std::string ed25519;  // base64
};

// The operator's half, from the manifest or from an overlay. What is not set is not voted on.
struct OperatorHalf {
  std::optional<bool> enabled;
  std::optional<bool> required;
  std::optional<bool> prefer;
  std::optional<bool> allow_draft;
  std::optional<std::string> isolation;
  std::optional<std::string> log_level;
  Json config = Json::object();
  Json limits = Json::object();
  Json instances = Json::object();
};

struct Manifest {
  std::string path;    // of the manifest
  std::string folder;  // it lies in
  std::uint32_t format = 0;

  std::string id, version, name, vendor, license, description;
  Json urls;
  AbiRange abi;
  std::vector<Target> targets;
  std::vector<Provision> provides;
  std::vector<Requirement> requires_;
  std::vector<std::string> conflicts, replaces;
  ThreadRange threads;
  std::vector<ListenDefault> listens;
  std::vector<Endpoint> endpoints;
  std::vector<std::string> permissions;
  std::vector<std::string> needs_libs;
  std::vector<std::string> isolation;
  Unload unload = Unload::park;
  bool enabled = true;  // the author's default
  bool draft = false;   // stability
  std::uint32_t config_version = 0;
  Json config_schema = Json::object();
  std::string
      config_schema_file;  // set when the schema is a file of the bundle, already read into config_schema
  std::optional<Signature> signature;  // as it stands there; see signature.hpp

  OperatorHalf operator_half;
  Digest canonical;  // over `module` without `targets`
  std::shared_ptr<const config::JsonText> text;

  // The target for this machine; null: none fits. Without any target list there is one, `<id>.so`.
  const Target* target(std::string_view os, std::string_view arch) const;
};

struct BrokenManifest {
  Refusal refusal;
  std::string id;  // as far as it could be read; else the file name without `.json`
  std::string version;
};

template <class T>
using ReadManifest = boost::system::result<T, BrokenManifest>;

// Pure, except that a config_schema given as a file name is left for load_manifest to read.
ReadManifest<Manifest> parse_manifest(std::string text, const std::string& path);
// Reads the file (and the schema file it names) and parses it.
ReadManifest<Manifest> load_manifest(const std::string& path);

// An overlay file is the operator half alone (or wrapped in {"operator": …}).
Accepted<OperatorHalf> parse_overlay(std::string text, const std::string& path);

// The `module` object serialised compact with keys sorted by bytes: what a signature is made over.
std::string canonical_module(const Json& module);
std::string canonical_module(const Manifest& manifest);
// SHA-256 over the same without `targets`: what the library's note holds.
Digest canonical_module_hash(const Json& module);

// The manifest format as a JSON Schema, the same as manifests/module.schema.json.
const Json& manifest_schema();

}  // namespace sluice::modules
