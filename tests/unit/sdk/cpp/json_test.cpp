#include <sluice/json.hpp>

#include <catch2/catch.hpp>

using sluice::Json;

TEST_CASE("values come as C++ types, as long as they need to be") {
  const std::string text = R"({"config":{"stream":"a\u20acb","rate":25,"on":true,"users":[1,2]}})";
  const Json json(text);
  CHECK(json.text("/config/stream") ==
        "a\xE2\x82\xAC"
        "b");
  CHECK(json.integer("/config/rate") == 25);
  CHECK(json.flag("/config/on"));
  CHECK(json.count("/config/users") == 2);
  CHECK(json.has("/config/users/1"));
  CHECK_FALSE(json.has("/config/users/2"));
}

TEST_CASE("what is missing or of another kind is refused by its pointer") {
  const Json json(R"({"config":{"rate":"fast"}})");
  for (const char* pointer : {"/config/rate", "/config/none"}) {
    try {
      (void)json.integer(pointer);
      FAIL(pointer);
    } catch (const sluice::Error& error) {
      CHECK(error.status() == SLUICE_STATUS_ARGUMENT);
      CHECK(std::string(error.what()).starts_with(pointer));
    }
  }
  CHECK_THROWS_AS(json.flag("/config/rate"), sluice::Error);
  CHECK_THROWS_AS(json.text("/config"), sluice::Error);
}
