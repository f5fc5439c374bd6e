#include "modules/platform.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>

using namespace sluice::modules;

TEST_CASE("this host knows what it offers to a library") {
  const Platform here = this_platform({{"sluice.log/1", 0}});
  CHECK(here.self == ::geteuid());
  CHECK_FALSE(here.libc.empty());
  REQUIRE(here.defined_versions.contains("libc.so.6"));
  CHECK(here.defined_versions.at("libc.so.6").contains("GLIBC_" + here.libc));
  CHECK(here.defined_versions.at("libstdc++.so.6").contains("GLIBCXX_3.4"));
  CHECK(here.interfaces.size() == 1);
}
