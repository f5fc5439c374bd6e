#include "modules/staging.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "modules/library_file.hpp"
#include "modules/sha256.hpp"

namespace sluice::modules {

namespace fs = std::filesystem;

namespace {

Refusal trouble(const std::string& finding, const fs::path& path, int error) {
  Refusal refusal{"SL-LNK-001", finding + ": " + std::strerror(error), path.string(), {}};
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      refusal.remedy = "Free space there, or give the server another runtime folder.";
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      refusal.remedy = "Give the server a runtime folder it may write to.";
      break;
    default:
      refusal.remedy = "The module's private copy could not be made; see the folder.";
      break;
  }
  return refusal;
}

// Every step 0700 and a real folder of ours: a link put there by somebody else would lead the copy astray.
Accepted<void> make_private(const fs::path& root, const fs::path& below) {
  fs::path folder = root;
  for (const auto& step : below) {
    folder /= step;
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
      return trouble("cannot make the folder", folder, errno);
    struct stat found{};
    if (::lstat(folder.c_str(), &found) != 0) return trouble("cannot look at the folder", folder, errno);
    if (!S_ISDIR(found.st_mode) || found.st_uid != ::geteuid() || (found.st_mode & 0077) != 0) {
      return Refusal{"SL-SEC-001", "the staging folder is not a private folder of this server",
                     folder.string(), "Remove it; the server makes its own."};
    }
  }
  return {};
}

Accepted<void> write_all(int fd, std::span<const std::byte> bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return trouble("cannot write the staged copy", path, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Accepted<void> write_file(const fs::path& path, std::span<const std::byte> bytes, mode_t mode) {
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (file.get() < 0) return trouble("cannot make the staged copy", path, errno);
  return write_all(file.get(), bytes, path);
}

class BundleCopy {
 public:
  BundleCopy(fs::path from, fs::path to) : from_(std::move(from)), to_(std::move(to)) {}

  Accepted<void> copy_tree() {
    std::error_code error;
    for (fs::recursive_directory_iterator entry(from_, error), end; entry != end && !error;
         entry.increment(error)) {
      const auto target = to_ / fs::relative(entry->path(), from_);
      if (entry->is_symlink()) continue;  // may lead out of the bundle
      if (entry->is_directory()) {
        if (::mkdir(target.c_str(), 0700) != 0 && errno != EEXIST)
          return trouble("cannot make", target, errno);
      } else if (entry->is_regular_file()) {
        if (auto copied = copy_one(entry->path(), target); copied.has_error()) return copied;
      }
    }
    if (error) return trouble("cannot read the module's folder", from_, error.value());
    return {};
  }

  Accepted<void> copy_one(const fs::path& from, const fs::path& to, const Digest* expected = nullptr) {
    if (fs::exists(to)) return {};  // a library: already there, from checked bytes
    const FileDescriptor file(::open(from.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) return trouble("cannot read the module's file", from, errno);
    auto bytes = read_bytes(file.get(), from.string());
    if (bytes.has_error()) return bytes.error();
    if (expected != nullptr && sha256(*bytes) != *expected) {
      return Refusal{"SL-SEC-002", "a library of the bundle changed since it was checked", from.string(),
                     "Run it again when the copy is complete."};
    }
    bytes_ += bytes->size();
    if (++files_ > max_bundle_files || bytes_ > max_bundle_bytes) {
      return Refusal{"SL-LNK-001", "the module's folder holds more than 4096 files or 1 GiB", from_.string(),
                     "Keep only the module's own files there."};
    }
    return write_file(to, *bytes, 0600);
  }

 private:
  fs::path from_, to_;
  std::size_t files_ = 0;
  std::uint64_t bytes_ = 0;
};

Accepted<void> fill(const fs::path& folder, const Manifest& manifest, const CheckedLibrary& library) {
  const auto staged = folder / fs::path(library.report.library).filename();
  if (auto written = write_file(staged, library.bytes, 0500); written.has_error()) return written;
  BundleCopy bundle(manifest.folder, folder);
  for (const auto& needed : library.report.bundled) {
    // Beside the library, where its $ORIGIN looks, at the same place below the bundle's folder.
    auto below = fs::path(needed.path).lexically_relative(manifest.folder);
    if (below.empty() || *below.begin() == "..") below = fs::path(needed.path).filename();
    if (below.has_parent_path()) {
      if (auto made = make_private(folder, below.parent_path()); made.has_error()) return made;
    }
    if (auto copied = bundle.copy_one(needed.path, folder / below, &needed.sha256); copied.has_error())
      return copied;
  }
  if (fs::path(manifest.folder).filename() == manifest.id) return bundle.copy_tree();
  return {};
}

}  // namespace

void Staged::remove() noexcept {
  if (folder_.empty()) return;
  std::error_code ignored;  // what stays is swept with the dead server's runtime folder
  fs::remove_all(folder_, ignored);
  folder_.clear();
}

Accepted<Staged> stage(const fs::path& root, std::uint32_t generation, const Manifest& manifest,
                       const CheckedLibrary& library, const Digest& expected) {
  const auto found = sha256(library.bytes);
  if (found != expected) {
    return Refusal{
        "SL-SEC-002",
        "the library changed since it was checked: sha256 was " + hex(expected) + ", is " + hex(found),
        library.report.library, "Run it again when the copy is complete."};
  }
  const auto name = std::to_string(generation) + "-" + hex(found).substr(0, 8);
  const auto below = fs::path("modules") / manifest.id;
  if (auto made = make_private(root, below); made.has_error()) return made.error();
  const auto folder = root / below / name;
  // Not `make_private`: a folder that exists already would be a path used twice.
  if (::mkdir(folder.c_str(), 0700) != 0) return trouble("cannot make the staging folder", folder, errno);
  Staged staged(folder, folder / fs::path(library.report.library).filename());
  if (auto filled = fill(folder, manifest, library); filled.has_error()) return filled.error();
  struct statvfs volume{};
  if (::statvfs(folder.c_str(), &volume) == 0 && (volume.f_flag & ST_NOEXEC) != 0) {
    return Refusal{"SL-LNK-001",
                   "the runtime folder is on a volume mounted noexec, so no module can be loaded from it",
                   folder.string(),
                   "Remount it with exec, or set XDG_RUNTIME_DIR (as root: another folder for /run/sluice)."};
  }
  return staged;
}

}  // namespace sluice::modules
