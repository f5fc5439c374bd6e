// The folder of its own that each running server keeps: control socket, staged modules, and a lock that the
// kernel drops with the process. Which of them are alive is asked of the lock, never of the process id, which
// is reused.
//
//   /run/sluice/            as root; else $XDG_RUNTIME_DIR/sluice, else /tmp/sluice-UID; or
//   $SLUICE_RUNTIME_DIR
//     .lock                 held while a folder is made or removed
//     4711/ lock control.sock modules/...
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "control/failure.hpp"

namespace sluice::control {

// What decides where the folders are; from_environment() reads this process's.
struct Place {
  unsigned uid = 0;
  std::string chosen;           // SLUICE_RUNTIME_DIR: this one and no other; empty: not set
  std::string xdg_runtime_dir;  // empty: not set
  std::filesystem::path run = "/run";
  std::filesystem::path tmp = "/tmp";
  std::filesystem::path var_tmp = "/var/tmp";

  static Place from_environment();
  // Where this user's servers are, best first. A server takes the first it can; a client looks into all.
  std::vector<std::filesystem::path> folders() const;
};

class RuntimeFolder {
 public:
  // Makes `<base>/<pid>/` (0700), removing dead servers' folders beside it. Fails with FOLDER when `base` is
  // somebody else's or open to others.
  static Controlled<RuntimeFolder> make(const std::filesystem::path& base, int pid);
  // In the first folder of the place that can be had.
  static Controlled<RuntimeFolder> make(const Place& place, int pid);

  ~RuntimeFolder();
  RuntimeFolder(RuntimeFolder&& other) noexcept;
  RuntimeFolder& operator=(RuntimeFolder&& other) noexcept;
  RuntimeFolder(const RuntimeFolder&) = delete;
  RuntimeFolder& operator=(const RuntimeFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path socket() const { return path_ / "control.sock"; }
  // Whether code may be mapped from here (/run is mounted noexec by some distributions).
  bool allows_execution() const;

 private:
  RuntimeFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::filesystem::path path_;
  int lock_ = -1;
};

struct RunningServer {
  int pid = 0;
  std::filesystem::path socket;
};

// Living servers below one base, by process id. Removes nothing, needs no right to.
std::vector<RunningServer> running_servers(const std::filesystem::path& base);
std::vector<RunningServer> running_servers(const Place& place);

// Removes what dead servers left; `base` need not exist. Gives how many.
std::size_t remove_dead(const std::filesystem::path& base);

}  // namespace sluice::control
