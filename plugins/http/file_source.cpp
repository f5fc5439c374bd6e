#include "file_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace sluice::http {

FileSource::FileSource(FileSource&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      size_(other.size_),
      modified_(other.modified_),
      etag_(std::move(other.etag_)) {}

FileSource::~FileSource() {
  if (fd_ >= 0) ::close(fd_);
}

std::optional<FileSource> FileSource::open(const std::string& root,
                                           const std::vector<std::string>& segments) {
  FileSource at(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (at.fd_ < 0 || segments.empty()) return std::nullopt;
  for (const std::string& segment : segments) {
    if (segment.empty() || segment.starts_with('.') || segment.find('/') != std::string::npos)
      return std::nullopt;
    const bool last = &segment == &segments.back();
    const int flags = last ? O_RDONLY | O_NONBLOCK | O_NOCTTY : O_PATH | O_DIRECTORY;
    const int next = ::openat(at.fd_, segment.c_str(), flags | O_NOFOLLOW | O_CLOEXEC);
    ::close(std::exchange(at.fd_, next));
    if (next < 0) return std::nullopt;
  }
  struct stat facts{};
  if (::fstat(at.fd_, &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
  at.size_ = static_cast<std::uint64_t>(facts.st_size);
  at.modified_ = facts.st_mtim.tv_sec;
  char text[80];
  std::snprintf(text, sizeof text, "\"%llx-%llx-%llx\"", static_cast<unsigned long long>(facts.st_size),
                static_cast<unsigned long long>(facts.st_mtim.tv_sec),
                static_cast<unsigned long long>(facts.st_mtim.tv_nsec));
  at.etag_ = text;
  return at;
}

std::string FileSource::read(std::uint64_t at, std::size_t most) const {
  std::string out(most, '\0');
  ssize_t count;
  do count = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(at));
  while (count < 0 && errno == EINTR);
  out.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return out;
}

}  // namespace sluice::http
