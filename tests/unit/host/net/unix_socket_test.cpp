#include "net/unix_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "unix_peer.hpp"

using namespace sluice;
using namespace sluice::net;
using sluice::test::connects;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "sluice-unix-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  std::string file(const std::string& name = "s") const { return path / name; }
  fs::path path;
};

Result<ListeningSocket> open_at(const std::string& path, std::string& why) {
  return open_unix_socket(*config::parse_listen_address("unix:" + path), why);
}

std::string refusal(const std::string& path) {
  std::string why;
  const auto opened = open_at(path, why);
  CHECK_FALSE(opened.has_value());
  if (opened) ::close(opened->fd);
  return why;
}

unsigned mode_of(const std::string& path) {
  struct stat facts{};
  return ::lstat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777 : 0xffff;
}

// As a server leaves it that was killed.
void leave_deserted(const std::string& path) {
  std::string why;
  ::close(open_at(path, why).value().fd);
  REQUIRE(fs::is_socket(path));
}

}  // namespace

TEST_CASE("a socket is closed to all until it is opened to some, whatever the umask") {
  const Folder folder;
  const auto before = ::umask(0);
  std::string why;
  const auto socket = open_at(folder.file(), why);
  ::umask(077);
  REQUIRE(socket.has_value());
  CHECK(mode_of(folder.file()) == 0);
  CHECK(open_to(socket->file, 0666));
  CHECK(mode_of(folder.file()) == 0666);
  ::umask(before);
  CHECK(connects(folder.file()));
  remove(socket->file);
  CHECK_FALSE(fs::exists(folder.file()));
  CHECK_FALSE(open_to(socket->file, 0666));
  ::close(socket->fd);
}

TEST_CASE("a deserted socket is replaced, one in use is not") {
  const Folder folder;
  leave_deserted(folder.file());
  CHECK_FALSE(connects(folder.file()));
  std::string why;
  const auto socket = open_at(folder.file(), why);
  REQUIRE(socket.has_value());
  CHECK(connects(folder.file()));
  CHECK(refusal(folder.file()).find("another program has it: `ss -xlp src " + folder.file()) == 0);
  CHECK(connects(folder.file()));
  ::close(socket->fd);

  const std::string other = folder.file("datagrams");
  const int datagrams = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::strcpy(name.sun_path, other.c_str());
  REQUIRE(::bind(datagrams, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0);
  CHECK(refusal(other).find("another program has it") == 0);
  CHECK(connects(other, SOCK_DGRAM));
  ::close(datagrams);
}

TEST_CASE("what is no socket is never removed") {
  const Folder folder;
  std::ofstream(folder.file("file")) << "precious";
  fs::create_directory(folder.file("folder"));
  leave_deserted(folder.file("deserted"));
  fs::create_symlink(folder.file("deserted"), folder.file("link"));
  fs::create_symlink(folder.file("none"), folder.file("dangling"));
  for (const char* name : {"file", "folder", "link", "dangling"}) {
    INFO(name);
    CHECK(refusal(folder.file(name)) == "a file that is no socket is there; remove it or set another path");
    CHECK(fs::symlink_status(folder.file(name)).type() != fs::file_type::not_found);
  }
  CHECK(fs::file_size(folder.file("file")) == 8);
  CHECK(fs::is_socket(folder.file("deserted")));
}

TEST_CASE("a folder that cannot take it is named with the remedy") {
  const Folder folder;
  CHECK(refusal(folder.file("none/s")) ==
        "there is no folder " + folder.file("none") + "; make it, writable for this server's user");
  std::ofstream(folder.file("file")) << "x";
  CHECK(refusal(folder.file("file/s")) == folder.file("file") + " is no folder; set another path");
  CHECK(refusal("/proc/s").find("/proc") != std::string::npos);
}

TEST_CASE("only our own file is removed") {
  const Folder folder;
  std::string why;
  const auto ours = open_at(folder.file(), why).value();
  fs::remove(folder.file());
  const auto theirs = open_at(folder.file(), why).value();
  CHECK_FALSE(open_to(ours.file, 0666));
  remove(ours.file);
  CHECK(fs::is_socket(folder.file()));
  CHECK(connects(folder.file()));
  fs::remove(folder.file());
  std::ofstream(folder.file()) << "precious";
  remove(theirs.file);
  CHECK(fs::exists(folder.file()));
  ::close(ours.fd);
  ::close(theirs.fd);
}

TEST_CASE("of many that start at once over a deserted socket one gets it") {
  const Folder folder;
  for (int round = 0; round < 20; ++round) {
    leave_deserted(folder.file());
    std::atomic<int> winner = -1, winners = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        std::string why;
        if (const auto socket = open_at(folder.file(), why)) {
          ++winners;
          winner = socket->fd;
        }
      });
    for (auto& thread : threads) thread.join();
    CHECK(winners == 1);
    CHECK(connects(folder.file()));
    ::close(winner);
  }
}
