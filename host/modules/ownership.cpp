#include "modules/ownership.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace sluice::modules {
namespace {

std::string octal(mode_t mode) {
  char text[8];
  std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & 07777));
  return text;
}

Refusal unsafe(const std::string& component, const std::string& finding, const std::string& remedy) {
  return {"SL-SEC-001", finding, component, remedy};
}

Accepted<void> check_component(const std::string& component, uid_t self) {
  struct stat status{};
  if (::lstat(component.c_str(), &status) != 0)
    return unsafe(component, std::string("its owner cannot be read: ") + std::strerror(errno), "");
  const char* kind = S_ISDIR(status.st_mode) ? "folder" : S_ISLNK(status.st_mode) ? "symbolic link" : "file";
  if (status.st_uid != 0 && status.st_uid != self) {
    return unsafe(component,
                  std::string(kind) + " belongs to user " + std::to_string(status.st_uid) +
                      ", expected root or the user who runs the server (" + std::to_string(self) + ")",
                  "chown " + std::to_string(self) + " '" + component + "'");
  }
  if (S_ISLNK(status.st_mode) || (status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return {};
  // In a sticky folder of root nobody else can replace what lies in it.
  if (S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) && status.st_uid == 0) return {};
  const char* who = status.st_mode & S_IWOTH ? "everybody" : "its group";
  return unsafe(component,
                std::string(kind) + " is writable by " + who + ": mode " + octal(status.st_mode) +
                    ", owner " + std::to_string(status.st_uid),
                "chmod go-w '" + component + "'");
}

Accepted<void> check_each(const std::string& path, uid_t self) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string component = path.substr(0, end);
    if (const Accepted<void> one = check_component(component, self); !one) return one;
    if (end == std::string::npos) return {};
  }
}

}  // namespace

Accepted<void> check_ownership(const std::string& path, uid_t self) {
  char real[PATH_MAX];
  if (path.empty() || path.front() != '/')
    return unsafe(path, "the path is not absolute", "Name the folder by its whole path.");
  if (!::realpath(path.c_str(), real))
    return unsafe(path, std::string("the path cannot be resolved: ") + std::strerror(errno), "");
  if (const Accepted<void> root = check_component("/", self); !root) return root;
  if (const Accepted<void> walked = check_each(path, self); !walked) return walked;
  return path == real ? Accepted<void>() : check_each(real, self);
}

}  // namespace sluice::modules
