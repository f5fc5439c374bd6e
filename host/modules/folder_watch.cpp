#include "modules/folder_watch.hpp"

#include <dirent.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <utility>

namespace sluice::modules {

namespace {

constexpr std::uint32_t changes = IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_MODIFY | IN_DELETE |
                                  IN_MOVED_FROM | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::size_t most_folders = 4096;

bool is_folder(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::vector<std::string> folders_in(const std::string& folder) {
  std::vector<std::string> found;
  DIR* opened = ::opendir(folder.c_str());
  if (opened == nullptr) return found;
  while (const dirent* entry = ::readdir(opened)) {
    if (entry->d_name[0] == '.' || found.size() >= most_folders) continue;
    const std::string path = folder + "/" + entry->d_name;
    if (is_folder(path)) found.push_back(path);
  }
  ::closedir(opened);
  return found;
}

}  // namespace

FolderWatch::FolderWatch() : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

FolderWatch::~FolderWatch() {
  if (fd_ >= 0) ::close(fd_);
}

void FolderWatch::watch(const std::string& folder, bool for_its_coming) {
  const int descriptor = ::inotify_add_watch(fd_, folder.c_str(), changes | IN_ONLYDIR);
  if (descriptor < 0) {
    out_of_watches_ = out_of_watches_ || errno == ENOSPC;
    return;
  }
  places_[descriptor] = {folder, for_its_coming};
}

void FolderWatch::look_at(const std::vector<std::string>& folders) {
  if (fd_ < 0) return;
  const auto before = std::exchange(places_, {});
  awaited_.clear();
  for (const auto& folder : folders) {
    if (is_folder(folder)) {
      watch(folder, false);
      for (const auto& inner : folders_in(folder)) watch(inner, false);
      continue;
    }
    awaited_.push_back(folder);
    auto parent = std::filesystem::path(folder).parent_path();
    while (parent.has_relative_path() && !is_folder(parent)) parent = parent.parent_path();
    if (std::none_of(places_.begin(), places_.end(),
                     [&](const auto& place) { return place.second.folder == parent; })) {
      watch(parent, true);
    }
  }
  for (const auto& [descriptor, place] : before) {
    if (!places_.contains(descriptor)) ::inotify_rm_watch(fd_, descriptor);
  }
}

void FolderWatch::read(Clock::time_point now) {
  alignas(inotify_event) std::array<char, 64 * 1024> buffer;
  for (;;) {
    const auto got = ::read(fd_, buffer.data(), buffer.size());
    if (got <= 0) return;
    for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(got);) {
      inotify_event event;
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* name = buffer.data() + at + sizeof event;
      at += sizeof event + event.len;
      if ((event.mask & IN_Q_OVERFLOW) != 0) {  // lost some: look, whatever they were
        changed_ = true;
        last_ = now;
        continue;
      }
      const auto place = places_.find(event.wd);
      if (place == places_.end()) continue;
      const auto path = event.len > 0 ? place->second.folder + "/" + name : place->second.folder;
      if (place->second.for_its_coming) {
        const bool leads = std::any_of(awaited_.begin(), awaited_.end(), [&](const std::string& folder) {
          return folder == path || folder.starts_with(path + "/");
        });
        if (!leads || (event.mask & (IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF)) == 0) continue;
      }
      const bool arrived = (event.mask & IN_ISDIR) != 0 && (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0;
      if (arrived && !place->second.for_its_coming) watch(path, false);  // what is written there counts too
      hear(event.mask, path, now);
    }
  }
}

void FolderWatch::hear(std::uint32_t mask, const std::string& path, Clock::time_point now) {
  changed_ = true;
  last_ = now;
  constexpr std::uint32_t closed = IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM;
  if ((mask & IN_MODIFY) != 0) writing_[path] = now;
  if ((mask & closed) != 0) writing_.erase(path);
}

FolderWatch::Clock::time_point FolderWatch::due() const {
  if (!changed_) return Clock::time_point::max();
  auto at = last_ + rest;
  for (const auto& [path, written] : writing_) at = std::max(at, written + patience);
  return at;
}

bool FolderWatch::settled(Clock::time_point now) {
  if (!changed_ || now < due()) return false;
  changed_ = false;
  writing_.clear();
  return true;
}

}  // namespace sluice::modules
