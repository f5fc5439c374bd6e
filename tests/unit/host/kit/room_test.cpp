#include "kit/room.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "kit/footprint.hpp"

using namespace sluice::kit;

TEST_CASE("a scratch folder is private, and gone afterwards") {
  std::filesystem::path path;
  {
    const ScratchFolder folder("test");
    path = folder.path();
    struct stat found{};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0700);
    CHECK(path.filename().string().starts_with("sluice-test-"));
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a room comes up and goes without a trace, and its log can be read") {
  const ScratchFolder folder("room");
  {
    Room first(folder.path());
  }
  const auto before = footprint({});
  {
    Room room(folder.path());
    CHECK(room.host_services().engine == room.engine.get());
    CHECK(room.bound_address("nobody").empty());
    room.log.warn("a word", {{"key", "value"}});
    CHECK(room.log_text().find("a word") != std::string::npos);
    CHECK_FALSE(room.platform().interfaces.empty());
  }
  CHECK(eventually([&] { return footprint({}) == before; }, std::chrono::seconds(5)));
}
