#include "control/runtime_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

namespace sluice::control {
namespace fs = std::filesystem;
namespace {

constexpr int same_pid_folders = 9;  // of processes in other pid namespaces that share the folder

Failure folder_failure(const fs::path& path, std::string_view what) {
  return {Errc::folder, path.string() + ": " + std::string(what)};
}

// A lock file held by flock: gone with its holder, whatever way it went.
class FileLock {
 public:
  enum class How { shared_at_once, exclusive_at_once, exclusive };

  static FileLock take(const fs::path& path, How how, bool create) {
    const int flags = (how == How::shared_at_once ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOFOLLOW;
    FileLock lock;
    lock.fd_ = ::open(path.c_str(), flags | (create ? O_CREAT : 0), 0600);
    if (lock.fd_ < 0) {
      lock.error_ = errno;
      return lock;
    }
    const int operation = how == How::exclusive           ? LOCK_EX
                          : how == How::exclusive_at_once ? LOCK_EX | LOCK_NB
                                                          : LOCK_SH | LOCK_NB;
    while (::flock(lock.fd_, operation) != 0) {
      if (errno == EINTR) continue;
      lock.error_ = errno;
      ::close(std::exchange(lock.fd_, -1));
      break;
    }
    return lock;
  }

  FileLock() = default;
  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)), error_(other.error_) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock() {
    if (fd_ >= 0) ::close(fd_);
  }

  bool held() const { return fd_ >= 0; }
  bool held_by_another() const { return error_ == EWOULDBLOCK; }
  int error() const { return error_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
  int error_ = 0;
};

// "4711" or "4711-2"; the process id, or nothing.
std::optional<int> pid_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  int pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  const bool plain = end == name.data() + name.size();
  const bool numbered =
      !plain && *end == '-' && name.data() + name.size() - end == 2 && end[1] >= '2' && end[1] <= '9';
  if (error != std::errc{} || pid <= 0 || !(plain || numbered)) return std::nullopt;
  return pid;
}

std::vector<fs::path> server_folders(const fs::path& base) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator at(base, error), end; !error && at != end; at.increment(error)) {
    if (pid_of(at->path()) && at->symlink_status(error).type() == fs::file_type::directory) {
      found.push_back(at->path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

// Only ours, only for us: what lies below decides which code runs and who may give orders.
std::optional<Failure> make_private(const fs::path& path) {
  struct stat facts{};
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return folder_failure(path, std::strerror(errno));
  if (::lstat(path.c_str(), &facts) != 0) return folder_failure(path, std::strerror(errno));
  if (!S_ISDIR(facts.st_mode)) return folder_failure(path, "is not a folder");
  if (facts.st_uid != ::geteuid()) {
    return folder_failure(path, "belongs to user " + std::to_string(facts.st_uid) + ", not to this one");
  }
  if ((facts.st_mode & 0077) != 0 && ::chmod(path.c_str(), 0700) != 0) {
    return folder_failure(path, "is open to others and cannot be closed");
  }
  return std::nullopt;
}

// With the base's lock held: a folder without a lock file was never finished, or is half removed.
bool dead(const fs::path& folder) {
  const FileLock lock = FileLock::take(folder / "lock", FileLock::How::exclusive_at_once, false);
  return lock.held() || lock.error() == ENOENT;
}

std::size_t remove_dead_locked(const fs::path& base) {
  std::size_t removed = 0;
  for (const fs::path& folder : server_folders(base)) {
    if (!dead(folder)) continue;
    std::error_code error;
    fs::remove_all(folder, error);
    if (!error) ++removed;
  }
  return removed;
}

}  // namespace

Place Place::from_environment() {
  Place place;
  place.uid = ::geteuid();
  const auto absolute = [](const char* name) {
    const char* value = ::secure_getenv(name);
    return value != nullptr && *value == '/' ? std::string(value) : std::string();
  };
  place.chosen = absolute("SLUICE_RUNTIME_DIR");
  place.xdg_runtime_dir = absolute("XDG_RUNTIME_DIR");
  return place;
}

std::vector<fs::path> Place::folders() const {
  if (!chosen.empty()) return {chosen};
  std::vector<fs::path> all;
  if (uid == 0) {
    all.push_back(run / "sluice");
  } else if (!xdg_runtime_dir.empty()) {
    all.push_back(fs::path(xdg_runtime_dir) / "sluice");
  }
  all.push_back(tmp / ("sluice-" + std::to_string(uid)));
  all.push_back(var_tmp / ("sluice-" + std::to_string(uid)));
  return all;
}

Controlled<RuntimeFolder> RuntimeFolder::make(const fs::path& base, int pid) {
  if (auto failure = make_private(base)) return *failure;
  const FileLock turn = FileLock::take(base / ".lock", FileLock::How::exclusive, true);
  if (!turn.held()) return folder_failure(base / ".lock", std::strerror(turn.error()));
  remove_dead_locked(base);
  for (int number = 1; number <= same_pid_folders; ++number) {
    const fs::path path =
        base / (number == 1 ? std::to_string(pid) : std::to_string(pid) + '-' + std::to_string(number));
    if (::mkdir(path.c_str(), 0700) != 0) {
      if (errno == EEXIST) continue;
      return folder_failure(path, std::strerror(errno));
    }
    FileLock lock = FileLock::take(path / "lock", FileLock::How::exclusive, true);
    if (!lock.held()) return folder_failure(path / "lock", std::strerror(lock.error()));
    return RuntimeFolder(path, lock.release());
  }
  return folder_failure(base,
                        "has folders of living servers under every name for process " + std::to_string(pid));
}

Controlled<RuntimeFolder> RuntimeFolder::make(const Place& place, int pid) {
  Failure first;
  for (const fs::path& base : place.folders()) {
    auto made = make(base, pid);
    if (made) return made;
    if (first.text.empty()) first = made.error();
  }
  return first;
}

RuntimeFolder::RuntimeFolder(RuntimeFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

RuntimeFolder& RuntimeFolder::operator=(RuntimeFolder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

RuntimeFolder::~RuntimeFolder() {
  if (lock_ < 0) return;
  std::error_code error;
  fs::remove_all(path_, error);
  ::close(lock_);
}

bool RuntimeFolder::allows_execution() const {
  struct statvfs facts{};
  return ::statvfs(path_.c_str(), &facts) != 0 || (facts.f_flag & ST_NOEXEC) == 0;
}

std::vector<RunningServer> running_servers(const fs::path& base) {
  std::vector<RunningServer> found;
  for (const fs::path& folder : server_folders(base)) {
    const FileLock lock = FileLock::take(folder / "lock", FileLock::How::shared_at_once, false);
    // A folder made for staging alone has no socket.
    if (lock.held_by_another() && fs::exists(folder / "control.sock")) {
      found.push_back({*pid_of(folder), folder / "control.sock"});
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.pid < b.pid; });
  return found;
}

std::vector<RunningServer> running_servers(const Place& place) {
  std::vector<RunningServer> all;
  for (const fs::path& base : place.folders()) {
    for (RunningServer& server : running_servers(base)) all.push_back(std::move(server));
  }
  return all;
}

std::size_t remove_dead(const fs::path& base) {
  if (!fs::exists(base)) return 0;
  const FileLock turn = FileLock::take(base / ".lock", FileLock::How::exclusive, true);
  return turn.held() ? remove_dead_locked(base) : 0;
}

}  // namespace sluice::control
