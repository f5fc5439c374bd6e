#include "pages/place.hpp"

#include <catch2/catch.hpp>

using sluice::pages::root_beside;

TEST_CASE("The pages lie beside the folder of the executable, wherever the tree is") {
  CHECK(root_beside("/opt/sluice/bin/sluice") == "/opt/sluice/share/sluice/www");
  CHECK(root_beside("/usr/bin/sluice") == "/usr/share/sluice/www");
  CHECK(root_beside("/bin/sluice") == "/share/sluice/www");
}

TEST_CASE("A program that was replaced while it runs still finds them") {
  CHECK(root_beside("/opt/sluice/bin/sluice (deleted)") == "/opt/sluice/share/sluice/www");
}

TEST_CASE("What is no path of a program in a folder gives nothing") {
  CHECK(root_beside("").empty());
  CHECK(root_beside("sluice").empty());
  CHECK(root_beside("bin/sluice").empty());
  CHECK(root_beside("/sluice").empty());
}
