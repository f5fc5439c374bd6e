#include "kit/global_state.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <clocale>
#include <csignal>

using namespace sluice::kit;

TEST_CASE("nothing changed is nothing to say") {
  const auto before = GlobalState::now();
  CHECK(before.differs_from(GlobalState::now()).empty());
}

TEST_CASE("each change is named, and is gone when it is taken back") {
  const auto before = GlobalState::now();
  SECTION("a signal handler") {
    std::signal(SIGUSR2, SIG_IGN);
    CHECK(before.differs_from(GlobalState::now()) == "the handler of SIGUSR2");
    std::signal(SIGUSR2, SIG_DFL);
  }
  SECTION("the folder") {
    char here[4096];
    REQUIRE(::getcwd(here, sizeof here) != nullptr);
    REQUIRE(::chdir("/proc") == 0);
    CHECK(before.differs_from(GlobalState::now()) == "the working folder (/proc)");
    REQUIRE(::chdir(here) == 0);
  }
  SECTION("umask") {
    const auto mask = ::umask(0123);
    CHECK(before.differs_from(GlobalState::now()) == "the umask");
    ::umask(mask);
  }
  SECTION("locale") {
    std::setlocale(LC_ALL, "C.UTF-8");
    CHECK(before.differs_from(GlobalState::now()) == "the locale (C.UTF-8)");
    std::setlocale(LC_ALL, "C");
  }
  SECTION("a child") {
    const auto child = ::fork();
    if (child == 0) ::_exit(0);
    CHECK(before.differs_from(GlobalState::now()) == "a child process");
    REQUIRE(::waitpid(child, nullptr, 0) == child);
  }
  SECTION("a standard stream") {
    const int kept = ::dup(0);
    ::close(0);
    CHECK(before.differs_from(GlobalState::now()) == "descriptors 0 to 2");
    REQUIRE(::dup2(kept, 0) == 0);
    ::close(kept);
  }
  CHECK(before.differs_from(GlobalState::now()).empty());
}
