// Folders that are watched: loader suite, case 5, 16 and 20 as far as a running host sees them.
#include "modules/steward.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "client.hpp"
#include "room.hpp"

using namespace sluice;
using namespace sluice::conformance;
using namespace std::chrono_literals;
using modules::State;
namespace fs = std::filesystem;

namespace {

const std::string id = "wellbehaved";

std::string bytes_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// A host with a steward over one folder of modules, empty at first.
struct Watched {
  Room room;
  fs::path folder = room.runtime / "dropped";
  std::string settings = "{}";
  std::unique_ptr<modules::Steward> steward;

  Watched() {
    fs::create_directories(folder);
    auto plan = room.plan({folder.string()});
    const auto first = plan.looked_for;
    room.supervisor->start(std::move(plan));
    const auto planner = [this](const std::map<std::string, bool>& wishes) {
      modules::Filters filters;
      filters.wishes = wishes;
      return room.plan({folder.string()}, settings, filters);
    };
    steward = std::make_unique<modules::Steward>(*room.supervisor, modules::Steward::Hooks{planner}, first,
                                                 room.log);
  }
  ~Watched() { steward.reset(); }

  void copy(const std::string& name) {
    fs::copy_file(fixture_folder(id) + "/" + name, folder / name, fs::copy_options::overwrite_existing);
  }
  void copy_pair() {
    copy("wellbehaved.so");
    copy("wellbehaved.json");
  }
  std::optional<modules::ModuleStatus> status() const {
    for (auto& one : room.supervisor->list()) {
      if (one.id == id) return one;
    }
    return std::nullopt;
  }
  bool comes_to(State state, std::uint32_t generation = 1) const {
    return eventually([&] {
      const auto now = status();
      return now && now->state == state && now->life.generation == generation;
    });
  }
};

}  // namespace

TEST_CASE("a module that is copied into a watched folder serves, and is gone when its manifest is") {
  Watched host;
  host.copy_pair();
  REQUIRE(host.comes_to(State::serving));
  CHECK(Client(host.room.bound_address(id)).echo("x") == "x");
  fs::remove(host.folder / "wellbehaved.json");
  CHECK(eventually([&] { return !host.status(); }));
  CHECK(host.room.bound_address(id).empty());
}

TEST_CASE("a library that is copied slowly is loaded once it is complete") {
  Watched host;
  const auto bytes = bytes_of(fixture_folder(id) + "/wellbehaved.so");
  host.copy("wellbehaved.json");
  std::ofstream slow(host.folder / "wellbehaved.so", std::ios::binary);
  bool served = false;
  for (std::size_t at = 0; at < bytes.size(); at += bytes.size() / 8 + 1) {
    slow << bytes.substr(at, bytes.size() / 8 + 1) << std::flush;
    const auto until = std::chrono::steady_clock::now() + 60ms;
    // Meanwhile it may be refused for want of its library, but is neither opened nor loaded.
    while (std::chrono::steady_clock::now() < until) {
      const auto now = host.status();
      served = served || (now && now->state == State::serving);
    }
  }
  CHECK_FALSE(served);
  slow.close();
  CHECK(host.comes_to(State::serving));
}

TEST_CASE("a build copied over one that runs is its next generation; a broken one changes nothing") {
  Watched host;
  host.copy_pair();
  REQUIRE(host.comes_to(State::serving));
  Client early(host.room.bound_address(id));
  REQUIRE(early.echo("x") == "x");

  const auto good = bytes_of(fixture_folder(id) + "/wellbehaved.so");
  SECTION("truncated") {
    std::ofstream(host.folder / "wellbehaved.so", std::ios::binary) << good.substr(0, 9000);
    REQUIRE(eventually([&] { return host.status() && host.status()->rule == "SL-ELF-004"; }));
    CHECK(host.status()->state == State::serving);
    CHECK(host.status()->life.generation == 1);
    CHECK(early.echo("y") == "y");
    host.copy("wellbehaved.so");
    CHECK(eventually([&] { return host.status() && host.status()->rule.empty(); }));
    CHECK(host.status()->life.generation == 1);  // the same bytes again
  }
  SECTION("renamed over") {
    auto changed = good + std::string(16, '\0');  // other bytes, same code
    std::ofstream(host.folder / ".next", std::ios::binary) << changed;
    fs::rename(host.folder / ".next", host.folder / "wellbehaved.so");
    REQUIRE(host.comes_to(State::serving, 2));
    CHECK(early.echo("y") == "y");
    CHECK(Client(host.room.bound_address(id)).echo("z") == "z");
  }
  SECTION("written in place") {
    std::ofstream(host.folder / "wellbehaved.so", std::ios::binary) << good + std::string(16, '\0');
    REQUIRE(host.comes_to(State::serving, 2));
    CHECK(early.echo("y") == "y");
  }
}

TEST_CASE("what the operator asks for by hand") {
  Watched host;
  host.copy_pair();
  REQUIRE(host.comes_to(State::serving));

  const auto reloaded = host.steward->reload(id);
  REQUIRE(reloaded.has_value());
  CHECK((*reloaded)["generation"] == 2);
  CHECK(host.status()->life.generation == 2);

  REQUIRE(host.steward->disable(id).has_value());
  CHECK(host.status()->state == State::disabled);
  CHECK(host.status()->message.find("operator") != std::string::npos);
  host.copy_pair();
  REQUIRE(host.steward->enable(id).has_value());
  CHECK(host.status()->state == State::serving);
  CHECK(host.status()->life.generation == 3);

  const auto drained = host.steward->drain(id);
  REQUIRE(drained.has_value());
  CHECK((*drained)["sessions"] == 0);
  CHECK(host.steward->drain(id).has_error());
  REQUIRE(host.steward->enable(id).has_value());
  CHECK(host.status()->life.generation == 4);

  CHECK(host.steward->reset(id).has_error());
  CHECK(host.steward->reload("welbehaved").error().why.find("did you mean wellbehaved") != std::string::npos);
}

TEST_CASE("a reload that fails says why and leaves what serves") {
  Watched host;
  host.copy_pair();
  REQUIRE(host.comes_to(State::serving));
  host.settings = R"({"modules": {"wellbehaved": {"config": {"fault": "start-fails"}}}})";
  const auto failed = host.steward->reload(id);
  REQUIRE(failed.has_error());
  CHECK(failed.error().why.find("SL-RUN-001") != std::string::npos);
  CHECK(host.status()->state == State::serving);
  CHECK(host.status()->life.generation == 1);
  host.settings = "{}";
  CHECK(host.steward->reset(id).has_value());
  CHECK(host.status()->rule.empty());
}
