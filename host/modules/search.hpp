// Which folders are searched for modules, in which order, and what lies in them. Reads directories, opens
// nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sluice::modules {

struct SearchInputs {
  std::vector<std::string> module_dirs;     // --module-dir
  std::vector<std::string> config_paths;    // module_paths of the config file
  std::optional<std::string> env_path;      // SLUICE_MODULE_PATH: replaces drop-in and vendor folder
  std::optional<std::string> env_path_add;  // SLUICE_MODULE_PATH_ADD: goes before them
  bool trust_env = true;                    // false when AT_SECURE, or root without --trust-env
  std::string drop_in = "/etc/sluice/modules";
  std::string overlays = "/etc/sluice/modules.d";
  std::string vendor;      // <directory of the executable>/../lib/sluice/modules
  bool safe_mode = false;  // vendor folder only
};

// The inputs as this very program (its environment, executable and AT_SECURE) gives them.
SearchInputs search_inputs(bool trust_env_option);

struct SearchFolder {
  std::string path;    // absolute
  std::string source;  // "--module-dir", "config", "SLUICE_MODULE_PATH", "drop-in", "vendor"
};

struct FoundManifest {
  std::size_t folder = 0;  // index of the search folder: lower wins
  std::string path;
};

struct SearchResult {
  std::vector<SearchFolder> folders;
  std::vector<std::string> looked_for;   // the same and those that do not exist (yet)
  std::vector<FoundManifest> manifests;  // by folder, then by bytes of the path
  std::vector<std::string> warnings;     // folders named by the operator that do not exist, entries ignored
};

SearchResult search(const SearchInputs& inputs);

}  // namespace sluice::modules
