// Opening a module's library so that what was checked is what is run: by descriptor, beneath its folder only.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "modules/manifest.hpp"
#include "modules/refusal.hpp"

namespace sluice::modules {

inline constexpr std::size_t max_library_bytes = 256u * 1024 * 1024;

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  int get() const { return fd_; }

 private:
  int fd_;
};

// `name` is a bare file name; a symbolic link may not lead out of the folder. Refuses with SL-MAN-004.
Accepted<FileDescriptor> open_beneath(const std::string& folder, const std::string& name);

// The file's bytes, read once. Refuses with SL-ELF-001 what is not a regular file or is too large.
Accepted<std::vector<std::byte>> read_bytes(int fd, const std::string& path,
                                            std::size_t max_bytes = max_library_bytes);

}  // namespace sluice::modules
