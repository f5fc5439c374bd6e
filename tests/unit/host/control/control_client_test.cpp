#include "control/control_client.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "temporary_folder.hpp"

using namespace sluice::control;
namespace fs = std::filesystem;

namespace {

Place place_in(const fs::path& root) {
  Place place;
  place.uid = 0;
  place.run = place.tmp = place.var_tmp = root;
  return place;
}

RuntimeFolder server(const Place& place, int pid) {
  auto folder = RuntimeFolder::make(place, pid);
  REQUIRE(folder.has_value());
  std::ofstream(folder->socket()) << "";
  return std::move(*folder);
}

}  // namespace

TEST_CASE("none, one, several") {
  const TemporaryFolder root;
  const Place place = place_in(root.path);
  const auto none = find_server("", place);
  REQUIRE(none.has_error());
  REQUIRE(none.error().code == Errc::no_server);
  REQUIRE(none.error().text.find("sluice run") != std::string::npos);

  const RuntimeFolder first = server(place, 10);
  const auto one = find_server("", place);
  REQUIRE(one.has_value());
  REQUIRE(*one == first.socket());

  const RuntimeFolder second = server(place, 11);
  const auto several = find_server("", place);
  REQUIRE(several.has_error());
  REQUIRE(several.error().code == Errc::several_servers);
  for (const auto* folder : {&first, &second}) {
    REQUIRE(several.error().text.find("--control " + folder->socket().string()) != std::string::npos);
  }
}

TEST_CASE("--control names a socket or its folder and asks nobody") {
  const TemporaryFolder root;
  const Place place = place_in(root.path);
  REQUIRE(*find_server(root.path.string(), place) == root.path / "control.sock");
  REQUIRE(*find_server("/somewhere/c.sock", place) == "/somewhere/c.sock");
}

TEST_CASE("a socket nobody listens on is unreachable, with its path") {
  const TemporaryFolder root;
  const auto failed = ask(root.path / "control.sock", {{"command", "echo"}});
  REQUIRE(failed.has_error());
  REQUIRE(failed.error().code == Errc::unreachable);
  REQUIRE(failed.error().text.find(root.path.string()) != std::string::npos);
  REQUIRE(ask(root.path / std::string(200, 'x'), Json::object()).error().code == Errc::unreachable);
}
