// Tells when something changed in folders of modules and has come to rest: nothing is being written there any
// more. Half-copied files are therefore not looked at.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sluice::modules {

// Uses the kernel's inotify. One thread at a time.
class FolderWatch {
 public:
  using Clock = std::chrono::steady_clock;
  // How long all must be quiet after a change.
  static constexpr std::chrono::milliseconds rest{200};
  // A file that was written and not closed holds the change back this long after its last byte: its writer
  // may have been stopped, and others must not wait for ever.
  static constexpr std::chrono::seconds patience{10};

  FolderWatch();
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  // False: the system has no watch left (fs.inotify.max_user_watches, max_user_instances); say so.
  bool works() const { return fd_ >= 0 && !out_of_watches_; }
  int fd() const { return fd_; }

  // These folders and the folders in them, one level deep. One that does not exist is noticed when it comes.
  // Called again after each change.
  void look_at(const std::vector<std::string>& folders);

  // Takes what the kernel reports.
  void read(Clock::time_point now);
  // When to ask settled() next; max(): nothing is pending.
  Clock::time_point due() const;
  // Once per change that has come to rest.
  bool settled(Clock::time_point now);

 private:
  void watch(const std::string& folder, bool for_its_coming);
  void hear(std::uint32_t mask, const std::string& path, Clock::time_point now);

  struct Place {
    std::string folder;
    bool for_its_coming = false;  // watched only because something below it does not exist yet
  };
  int fd_;
  bool out_of_watches_ = false;
  std::map<int, Place> places_;  // by watch descriptor
  std::vector<std::string> awaited_;
  bool changed_ = false;
  Clock::time_point last_;                            // event
  std::map<std::string, Clock::time_point> writing_;  // files, with their last write
};

}  // namespace sluice::modules
