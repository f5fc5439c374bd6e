// Packagings through a whole host: a publisher's module, a packager's module, a viewer; and the packager
// replaced while they run.
#include <catch2/catch.hpp>
#include <filesystem>

#include "kit/audience.hpp"
#include "room.hpp"

using namespace sluice;
using namespace sluice::conformance;
using modules::State;

namespace {

std::string folder_of(const char* library) { return std::filesystem::path(library).parent_path(); }

std::vector<std::string> folders() { return {folder_of(SLUICE_TEST_PICTURE), folder_of(SLUICE_ANNEXB)}; }

}  // namespace

TEST_CASE("a packager is replaced under its viewers: not a chunk is missing") {
  Room room;
  REQUIRE(room.start(folders()).ok);
  {
    kit::Audience audience(room);
    REQUIRE(eventually([&] { return !room.engine->streams().empty(); }));
    const auto seen = audience.watch("example/test", kit::Manner::reads, "annexb");
    REQUIRE(eventually([&] { return seen->frames() >= 10; }));
    for (std::uint32_t generation = 2; generation <= 4; ++generation) {
      room.supervisor->apply(room.plan(folders()), "annexb");
      REQUIRE(room.status("annexb").life.generation == generation);
      // The earlier one is done at the next key frame.
      REQUIRE(eventually([&] { return !room.supervisor->drain_round(); }));
      const auto before = seen->frames();
      REQUIRE(eventually([&] { return seen->frames() >= before + 10; }));
    }
    CHECK_FALSE(seen->closed);
    CHECK(seen->missing() == 0);
    CHECK(room.status("annexb").earlier.empty());

    CHECK(room.supervisor->drain("annexb"));
    CHECK(eventually([&] { return seen->closed.load(); }));
    CHECK(eventually([&] { return !room.supervisor->drain_round(); }));
    const auto refused = audience.watch("example/test", kit::Manner::reads, "annexb");
    CHECK(eventually([&] { return refused->answers == 1; }));
    CHECK_FALSE(refused->admitted);
  }
  CHECK(room.stop().complaints.empty());
}
