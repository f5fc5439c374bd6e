// FileSource: a plain file below a root, opened so that no name leads out of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::http {

class FileSource {
 public:
  // Follows no link below the root, opens no directory, device or name that begins with a dot. Nothing: there
  // is no such file.
  static std::optional<FileSource> open(const std::string& root, const std::vector<std::string>& segments);

  FileSource(FileSource&& other) noexcept;
  FileSource& operator=(FileSource&&) = delete;
  ~FileSource();

  std::uint64_t size() const { return size_; }
  std::int64_t modified() const { return modified_; }  // seconds since 1970 UTC
  const std::string& etag() const { return etag_; }    // with its quotes

  // At most `most` bytes from `at`; empty: the file was cut meanwhile, or cannot be read.
  std::string read(std::uint64_t at, std::size_t most) const;

 private:
  explicit FileSource(int fd) : fd_(fd) {}

  int fd_;
  std::uint64_t size_ = 0;
  std::int64_t modified_ = 0;
  std::string etag_;
};

}  // namespace sluice::http
