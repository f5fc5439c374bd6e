// The host's config file, read once into types. No file at all gives the defaults.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/json_text.hpp"

namespace sluice::config {

using std::chrono::milliseconds;

struct NodeSettings {
  std::string id;       // empty: the host makes one
  std::string address;  // how other nodes reach this one; empty: not stated
};

enum class LogFormat { text, json };

struct LogSettings {
  std::string level;  // trace debug info warn error off
  LogFormat format = LogFormat::text;
  std::string file;                    // empty: standard error
  std::uint32_t lines_per_second = 0;  // per site and stream, then a count
};

// Defaults of the shared design's table of limits; the schema holds the figures.
struct LimitSettings {
  std::uint64_t memory_bytes = 0;  // one budget for frames of all streams
  std::uint32_t streams = 0;
  std::uint32_t connections = 0;
  std::uint32_t connections_per_address = 0;
  std::uint64_t frame_bytes = 0;
  std::uint64_t subscription_bytes = 0;
  milliseconds subscription_time{0};
  milliseconds stalled_viewer{0};  // no progress for this long closes the viewer
  milliseconds handshake{0};
  milliseconds first_frame{0};     // publisher that never sends one
  milliseconds idle_publisher{0};  // publisher that stopped sending
  milliseconds drain{0};           // whole shutdown; a module that is taken away
  milliseconds replace_drain{0};   // the generation before, once its successor serves
};

enum class PublishFrom { loopback, anywhere };

// While no module decides who may publish.
struct AuthSettings {
  PublishFrom publish_from = PublishFrom::loopback;
};

enum class TrustMode { open, signed_only };

// Whose modules may run.
struct TrustSettings {
  TrustMode mode = TrustMode::open;
  std::map<std::string, std::string> keys;  // key id -> base64 of an ed25519 public key
  std::vector<std::string> allow_unsigned;  // ids treated as in open mode
};

enum class Takeover { refuse, replace };

struct AppSettings {
  Takeover takeover = Takeover::refuse;
  milliseconds grace{0};
  std::uint64_t gop_cache_bytes = 0;
  milliseconds gop_cache_time{0};
  std::uint32_t gop_cache_frames = 0;
  std::map<std::string, Json> modules;  // overrides of a module's own config, by module id
};

struct ModuleSettings {
  std::optional<bool> enabled;
  std::optional<bool> required;
  std::optional<bool> prefer;
  std::optional<bool> allow_draft;
  std::optional<std::vector<std::string>> permissions;  // granted; none: whatever it declares
  std::optional<std::string> log_level;
  Json config = Json::object();
};

class Settings {
 public:
  NodeSettings node;
  Json cluster = Json::object();
  std::vector<std::string> module_paths;
  std::map<std::string, AppSettings> apps;
  AppSettings default_app;
  Json paths = Json::array();
  std::map<std::string, ModuleSettings> modules;
  LogSettings log;
  LimitSettings limits;
  AuthSettings auth;
  TrustSettings trust;

  // The text behind it, for positions in complaints; null when there is no file.
  std::shared_ptr<const JsonText> text;

  // An app that is not named exists with the defaults.
  const AppSettings& app(const std::string& name) const;
};

Settings default_settings();

// Checks the host's part only: modules and their schemas are known later (see module_config.hpp).
CheckedAll<Settings> parse_settings(std::string text, const std::string& file);
CheckedAll<Settings> load_settings(const std::string& path);

// For whoever wants all faults at once: beside the complaints, the settings as they would be without what is
// complained of, so that the modules' part can be judged too. None when the text cannot be read as JSON.
struct FlawedSettings {
  Complaints complaints;
  std::optional<Settings> rest;
};
FlawedSettings parse_flawed(std::string text, const std::string& file);
FlawedSettings load_flawed(const std::string& path);

// The host's own part of the config schema.
const Json& host_schema();

}  // namespace sluice::config
