#include "cli/project_template.hpp"

#include <sluice/abi/types.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

namespace sluice::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t id_limit = 127;

bool is_small(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// [a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*
bool is_module_id(std::string_view id) {
  if (id.empty() || id.size() > id_limit || !is_small(id.front())) return false;
  bool begins = true;
  for (const char c : id) {
    if (!is_small(c) && !is_digit(c) && (begins || (c != '-' && c != '.'))) return false;
    begins = c == '.';
  }
  return !begins;
}

std::string nearest_id(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else {
      out += is_small(c) || is_digit(c) || c == '.' ? c : '-';
    }
  }
  out.erase(0, out.find_first_not_of("-.0123456789"));
  return is_module_id(out) ? out : "acme-source";
}

std::string title_of(std::string_view id) {
  std::string title(id);
  std::replace_if(title.begin(), title.end(), [](char c) { return c == '-' || c == '.'; }, ' ');
  title.front() = static_cast<char>(title.front() - 'a' + 'A');
  return title;
}

// Names of what lies in a folder, files or folders, in the order of their bytes.
std::vector<std::string> names_in(const fs::path& folder, bool folders) {
  std::vector<std::string> names;
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator(folder, gone))
    if (entry.is_directory(gone) == folders) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::string text_of(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

void add_files(const fs::path& folder, const TemplateValues& values, Project& project) {
  for (const std::string& name : names_in(folder, false)) {
    std::string unknown;
    ProjectFile file{filled_in(name, values, unknown), {}};
    file.text = filled_in(text_of(folder / name), values, unknown);
    if (!unknown.empty()) project.problem = (folder / name).string() + ":" + unknown + " stands for nothing";
    project.files.push_back(std::move(file));
  }
}

}  // namespace

std::string complaint_about_id(std::string_view id) {
  if (is_module_id(id)) return {};
  if (id.size() > id_limit)
    return "a module id has at most " + std::to_string(id_limit) + " characters, this one has " +
           std::to_string(id.size());
  return "`" + std::string(id) +
         "` is no module id: expected small letters, digits and `-`, a letter first, parts joined by `.`, "
         "for "
         "example `" +
         nearest_id(id) + "`";
}

TemplateValues values_of(const ProjectWish& wish) {
  const bool plain_c = wish.language == "c";
  return {{"id", wish.id},
          {"title", title_of(wish.id)},
          {"extension", plain_c ? "c" : "cpp"},
          {"header", plain_c ? "h" : "hpp"},
          {"abi_major", std::to_string(SLUICE_ABI_MAJOR)},
          {"abi_minor", std::to_string(SLUICE_ABI_MINOR)}};
}

std::string filled_in(std::string_view text, const TemplateValues& values, std::string& problem) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = std::min(text.find('@', at), text.size());
    out += text.substr(at, open - at);
    const std::size_t close =
        std::min(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", open + 1), text.size());
    if (open == text.size()) break;
    if (close == text.size() || text[close] != '@' || close == open + 1) {  // no word: it stands for itself
      out += '@';
      at = open + 1;
      continue;
    }
    const auto value = values.find(text.substr(open + 1, close - open - 1));
    if (value != values.end()) {
      out += value->second;
    } else if (problem.empty()) {
      problem = std::to_string(
                    1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(open), '\n')) +
                ": " + std::string(text.substr(open, close + 1 - open));
    }
    at = close + 1;
  }
  return out;
}

Project render_project(const fs::path& templates, const ProjectWish& wish) {
  Project project;
  const auto kinds = names_in(templates, true);
  if (kinds.empty()) {
    project.problem = "there are no templates in " + templates.string() +
                      "; they belong to the SDK: run the `sluice` that was installed with it";
    return project;
  }
  if (std::find(kinds.begin(), kinds.end(), wish.kind) == kinds.end()) {
    project.problem = "there is no template of kind `" + wish.kind + "`, only " + listed(kinds);
    return project;
  }
  const auto languages = names_in(templates / wish.kind, true);
  if (std::find(languages.begin(), languages.end(), wish.language) == languages.end()) {
    project.problem =
        "there is no " + wish.kind + " in `" + wish.language + "`, only in " + listed(languages);
    return project;
  }
  const TemplateValues values = values_of(wish);
  add_files(templates / wish.kind, values, project);
  add_files(templates / wish.kind / wish.language, values, project);
  if (!project.problem.empty()) project.files.clear();
  std::sort(project.files.begin(), project.files.end(),
            [](const ProjectFile& a, const ProjectFile& b) { return a.name < b.name; });
  return project;
}

std::string write_project(const Project& project, const fs::path& folder) {
  std::error_code error;
  if (fs::exists(fs::symlink_status(folder, error)))
    return folder.string() + " exists already: choose another name, or remove it";
  if (!fs::create_directory(folder, error)) return folder.string() + " cannot be made: " + error.message();
  for (const ProjectFile& file : project.files) {
    errno = 0;
    std::ofstream out(folder / file.name, std::ios::binary);
    out << file.text;
    out.close();
    if (out) continue;
    const std::string why = errno != 0 ? std::strerror(errno) : "the write failed";
    fs::remove_all(folder, error);
    return (folder / file.name).string() + " cannot be written: " + why;
  }
  return {};
}

}  // namespace sluice::cli
