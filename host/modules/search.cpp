#include "modules/search.hpp"

#include <dirent.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>

namespace sluice::modules {
namespace {

constexpr std::size_t max_names = 10'000;  // per folder

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

bool is_folder(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool is_manifest_name(const std::string& name) {
  return name.size() > 5 && name.ends_with(".json") && name.front() != '.' && !name.ends_with(".schema.json");
}

// By bytes: the order of a directory is random.
std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  DIR* opened = ::opendir(folder.c_str());
  if (!opened) return names;
  while (const dirent* entry = ::readdir(opened))
    if (entry->d_name[0] != '.' && names.size() < max_names) names.emplace_back(entry->d_name);
  ::closedir(opened);
  std::sort(names.begin(), names.end());
  return names;
}

// A bundle may hold other JSON files: its manifest bears the folder's name or that of a library beside it.
void find_in_bundle(const std::string& folder, std::vector<std::string>& out) {
  const std::vector<std::string> names = names_in(folder);
  const std::string own = folder.substr(folder.rfind('/') + 1) + ".json";
  std::vector<std::string> sure, possible;
  for (const std::string& name : names) {
    if (!is_manifest_name(name)) continue;
    possible.push_back(folder + "/" + name);
    const std::string library = name.substr(0, name.size() - 5) + ".so";
    if (name == own || std::binary_search(names.begin(), names.end(), library))
      sure.push_back(possible.back());
  }
  const auto& found = sure.empty() ? possible : sure;
  out.insert(out.end(), found.begin(), found.end());
}

std::vector<std::string> manifests_in(const std::string& folder) {
  std::vector<std::string> out;
  for (const std::string& name : names_in(folder)) {
    const std::string path = folder + "/" + name;
    if (is_folder(path)) {
      find_in_bundle(path, out);
    } else if (is_manifest_name(name)) {
      out.push_back(path);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

class Search {
 public:
  explicit Search(const SearchInputs& inputs) : in_(inputs) {}

  SearchResult run() {
    if (!in_.safe_mode) {
      for (const std::string& path : in_.module_dirs) add(path, "--module-dir", true);
      for (const std::string& path : in_.config_paths) add(path, "config", true);
      if (!add_environment()) add_standard();
    } else {
      add(in_.vendor, "vendor", false);
    }
    for (std::size_t i = 0; i < out_.folders.size(); ++i)
      for (std::string& path : manifests_in(out_.folders[i].path))
        out_.manifests.push_back({i, std::move(path)});
    return std::move(out_);
  }

 private:
  bool add_environment() {
    if (!in_.trust_env) {
      if (in_.env_path || in_.env_path_add)
        out_.warnings.push_back(
            "SLUICE_MODULE_PATH is ignored: the server runs with privileges; --trust-env takes it into "
            "account");
      return false;
    }
    if (in_.env_path_add) add_list(*in_.env_path_add, "SLUICE_MODULE_PATH_ADD");
    if (in_.env_path) add_list(*in_.env_path, "SLUICE_MODULE_PATH");
    return in_.env_path.has_value();
  }

  void add_standard() {
    add(in_.drop_in, "drop-in", false);
    add(in_.vendor, "vendor", false);
  }

  void add_list(const std::string& list, const char* source) {
    for (std::size_t begin = 0; begin <= list.size();) {
      const std::size_t end = std::min(list.find(':', begin), list.size());
      const std::string path = list.substr(begin, end - begin);
      begin = end + 1;
      if (path.starts_with('/')) {
        add(path, source, true);
      } else if (!path.empty()) {
        out_.warnings.push_back(std::string(source) + ": `" + path +
                                "` is ignored, expected an absolute path");
      }
    }
  }

  // A folder met twice counts where it was met first.
  void add(const std::string& given, const char* source, bool named) {
    if (given.empty()) return;
    std::string path = std::filesystem::absolute(given).lexically_normal().string();
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    out_.looked_for.push_back(path);
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
      if (named) out_.warnings.push_back(std::string(source) + ": no such folder: " + path);
    } else if (::access(path.c_str(), R_OK | X_OK) != 0) {
      out_.warnings.push_back(std::string(source) + ": " + path + " cannot be read: " + std::strerror(errno));
    } else if (seen_.emplace(status.st_dev, status.st_ino).second) {
      out_.folders.push_back({std::move(path), source});
    }
  }

  const SearchInputs& in_;
  SearchResult out_;
  std::set<std::pair<dev_t, ino_t>> seen_;
};

}  // namespace

SearchInputs search_inputs(bool trust_env_option) {
  SearchInputs out;
  out.env_path = environment("SLUICE_MODULE_PATH");
  out.env_path_add = environment("SLUICE_MODULE_PATH_ADD");
  out.trust_env = !::getauxval(AT_SECURE) && (::geteuid() != 0 || trust_env_option);
  char program[PATH_MAX];
  const ssize_t length = ::readlink("/proc/self/exe", program, sizeof program);
  if (length > 0) {
    const std::filesystem::path path(std::string(program, static_cast<std::size_t>(length)));
    out.vendor = (path.parent_path() / "../lib/sluice/modules").lexically_normal().string();
  }
  return out;
}

SearchResult search(const SearchInputs& inputs) { return Search(inputs).run(); }

}  // namespace sluice::modules
