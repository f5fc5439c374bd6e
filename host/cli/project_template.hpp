// A module's first files, made from a folder of templates:
//
//   KIND/FILE       of every language: manifest, README
//   KIND/LANG/FILE  sources and build file
//
// @word@ in a file or its name stands for a value (see values_of); nothing else is special.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::cli {

// What is wrong with `id` as the id of a module, and what to write instead; empty: nothing.
std::string complaint_about_id(std::string_view id);

struct ProjectWish {
  std::string id;
  std::string kind;
  std::string language;  // "c++" or "c"
};

using TemplateValues = std::map<std::string, std::string, std::less<>>;
TemplateValues values_of(const ProjectWish& wish);

struct ProjectFile {
  std::string name;
  std::string text;
};

struct Project {
  std::vector<ProjectFile> files;  // by name
  std::string problem;             // why there are none; empty: all is well
};
Project render_project(const std::filesystem::path& templates, const ProjectWish& wish);

// Fills in `text`; `problem` gets the first @word@ that stands for nothing, as "LINE: @word@".
std::string filled_in(std::string_view text, const TemplateValues& values, std::string& problem);

// Into a folder that does not exist yet, all or nothing. Returns the problem; empty: done.
std::string write_project(const Project& project, const std::filesystem::path& folder);

}  // namespace sluice::cli
