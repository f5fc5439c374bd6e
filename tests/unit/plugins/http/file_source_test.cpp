#include "file_source.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

using namespace sluice::http;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "sluice-http-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root = name;
    fs::create_directories(root / "www" / "sub");
    std::ofstream(root / "secret") << "secret";
    std::ofstream(root / "www" / "a.txt") << "0123456789";
    std::ofstream(root / "www" / ".hidden") << "x";
    std::ofstream(root / "www" / "sub" / "b") << "b";
    fs::create_symlink("../secret", root / "www" / "link");
    fs::create_directory_symlink("..", root / "www" / "up");
    ::mkfifo((root / "www" / "fifo").c_str(), 0600);
  }
  ~Folder() { fs::remove_all(root); }
  std::optional<FileSource> open(const std::vector<std::string>& segments) const {
    return FileSource::open((root / "www").string(), segments);
  }
  fs::path root;
};

}  // namespace

TEST_CASE("plain files below the root, and nothing else") {
  const Folder folder;
  const auto file = folder.open({"a.txt"});
  REQUIRE(file.has_value());
  CHECK(file->size() == 10);
  CHECK(file->read(3, 4) == "3456");
  CHECK(file->read(8, 100) == "89");
  CHECK(file->read(10, 1).empty());
  CHECK(folder.open({"sub", "b"}).has_value());
  for (const std::vector<std::string>& segments : {std::vector<std::string>{},
                                                   {"none"},
                                                   {"sub"},
                                                   {".hidden"},
                                                   {".."},
                                                   {"..", "secret"},
                                                   {"link"},
                                                   {"up", "secret"},
                                                   {"fifo"},
                                                   {"a.txt", "x"},
                                                   {""},
                                                   {"sub/b"}}) {
    CAPTURE(segments);
    CHECK_FALSE(folder.open(segments).has_value());
  }
  CHECK_FALSE(FileSource::open("/does/not/exist", {"a.txt"}).has_value());
}

TEST_CASE("another content is another tag") {
  const Folder folder;
  const std::string before = folder.open({"a.txt"})->etag();
  CHECK(before == folder.open({"a.txt"})->etag());
  std::ofstream(folder.root / "www" / "a.txt") << "other";
  CHECK(before != folder.open({"a.txt"})->etag());
  CHECK(before.front() == '"');
}
