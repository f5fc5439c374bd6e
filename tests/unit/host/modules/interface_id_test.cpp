#include "modules/interface_id.hpp"

#include <catch2/catch.hpp>

using namespace sluice::modules;

TEST_CASE("interface ids follow the grammar") {
  for (const char* id : {"sluice.engine/1", "com.acme.metering/12", "a.0/1", "sluice.a-b/3"})
    CHECK(valid_interface_id(id));
  for (const char* id :
       {"", "sluice/1", "sluice.engine", "sluice.engine/0", "sluice.engine/01", "Sluice.engine/1",
        "sluice..engine/1", ".a/1", "a./1", "a-b.c/1", "a.-b/1", "a.b/1/2", "a.b/", "a.b/x"})
    CHECK_FALSE(valid_interface_id(id));
  CHECK(interface_name("sluice.engine/9") == "sluice.engine");
}

TEST_CASE("module ids follow the grammar") {
  for (const char* id : {"rtmp", "acme.srt", "a-b", "com.acme.srt-2", "a.0"}) CHECK(valid_module_id(id));
  for (const char* id : {"", "0a", "-a", "A", "a..b", "a.", "a.-b", "a/b", "../a", "a b"})
    CHECK_FALSE(valid_module_id(id));
  CHECK_FALSE(valid_module_id(std::string(128, 'a')));
}

TEST_CASE("versions in rising order") {
  const char* rising[] = {"0.9",       "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
                          "1.0.0-rc1", "1.0.0",       "1.0.1",         "1.2.0",
                          "1.10.0",    "2",           "10.0.0",        "99999999999999999999.0"};
  for (std::size_t i = 0; i < std::size(rising); ++i)
    for (std::size_t k = 0; k < std::size(rising); ++k)
      CHECK(compare_versions(rising[i], rising[k]) == (i <=> k));
  CHECK(compare_versions("1.0.0+a", "1.0.0+b") == std::strong_ordering::equal);
}

TEST_CASE("globs") {
  CHECK(glob_matches("*", ""));
  CHECK(glob_matches("acme.*", "acme.srt"));
  CHECK(glob_matches("a*c*e", "abcde"));
  CHECK(glob_matches("r?mp", "rtmp"));
  CHECK_FALSE(glob_matches("acme.*", "rtmp"));
  CHECK_FALSE(glob_matches("rtm", "rtmp"));
  CHECK_FALSE(glob_matches("?", ""));
  CHECK_FALSE(glob_matches(std::string(40, '*') + "b", std::string(60, 'a')));
}
