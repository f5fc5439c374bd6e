#include "control/notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>

#include "temporary_folder.hpp"

using sluice::control::notify_service_manager;

TEST_CASE("readiness goes to the manager's socket, and nowhere without one") {
  ::unsetenv("NOTIFY_SOCKET");
  REQUIRE_FALSE(notify_service_manager("READY=1"));

  const TemporaryFolder folder;
  const std::string path = (folder.path / "notify").string();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);

  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  REQUIRE(notify_service_manager("READY=1\nSTATUS=2 modules"));
  char got[64]{};
  REQUIRE(::recv(fd, got, sizeof(got), MSG_DONTWAIT) == 24);
  REQUIRE(std::string(got) == "READY=1\nSTATUS=2 modules");

  ::close(fd);
  REQUIRE_FALSE(notify_service_manager("STOPPING=1"));
  ::setenv("NOTIFY_SOCKET", "relative", 1);
  REQUIRE_FALSE(notify_service_manager("STOPPING=1"));
  ::unsetenv("NOTIFY_SOCKET");
}
