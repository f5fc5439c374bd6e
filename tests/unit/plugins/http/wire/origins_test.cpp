#include "wire/origins.hpp"

#include <catch2/catch.hpp>

using namespace sluice::http;

TEST_CASE("which pages may use the server") {
  const Origins all;
  CHECK(all.allow("https://a.example", "h"));
  const Origins some{{"https://a.example"}};
  CHECK(some.allow("https://A.example", "h"));
  CHECK_FALSE(some.allow("https://b.example", "h"));
  CHECK_FALSE(some.allow("null", ""));
  CHECK(some.allow("http://h:8080", "h:8080"));  // its own page
  Fields fields;
  some.add_fields("https://b.example", "h", fields);
  CHECK(fields == Fields{{"Vary", "Origin"}});
  fields.clear();
  some.add_fields("https://a.example", "h", fields);
  CHECK(fields[1] == std::pair<std::string, std::string>{"Access-Control-Allow-Origin", "https://a.example"});
  fields.clear();
  all.add_fields("https://b.example", "h", fields);
  CHECK(fields[0].second == "*");
  fields.clear();
  all.add_fields("", "h", fields);
  CHECK(fields.empty());
}
