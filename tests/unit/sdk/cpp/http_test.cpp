#include <catch2/catch.hpp>
#include <sluice/http.hpp>

using namespace sluice;

TEST_CASE("values of a query are decoded once") {
  CHECK(query_value("a=1&b=2", "b") == "2");
  CHECK(query_value("a=1&a=2", "a") == "1");
  CHECK(query_value("a=x%2By+z", "a") == "x+y z");
  CHECK(query_value("a=%2525", "a") == "%25");
  CHECK(query_value("a", "a") == "");
  CHECK(query_value("ab=1", "a") == std::nullopt);
  CHECK(query_value("", "a") == std::nullopt);
  CHECK(query_value("a=%2", "a") == std::nullopt);
  CHECK(query_value("a=%zz", "a") == std::nullopt);
}

TEST_CASE("a question that is none is refused") {
  for (const std::string& bytes : {std::string(), std::string("abc"), std::string("\x05\0\0\0{}", 6),
                                   std::string("\x02\0\0\0[]", 6), std::string("\x01\0\0\0{", 5)}) {
    CHECK_THROWS_AS(HttpRequest(bytes_of(bytes)), Error);
  }
  const std::string bytes = std::string("\x02\0\0\0{}body", 10);
  const HttpRequest request(bytes_of(bytes));
  CHECK(text_of(request.body()) == "body");
  CHECK_THROWS_AS(request.path(), Error);
  CHECK(request.header("a") == std::nullopt);
}

TEST_CASE("members of a question in any order, with others between") {
  const std::string head =
      R"({"peer":"[::1]:5","x":{"path":"no"},"headers":{"a":"1","b":"\"2"},"query":"","path":"/p","secure":true})";
  std::string bytes(4, '\0');
  bytes[0] = static_cast<char>(head.size());
  bytes += head;
  const HttpRequest request(bytes_of(bytes));
  CHECK(request.path() == "/p");
  CHECK(request.query().empty());
  CHECK(request.peer() == "[::1]:5");
  CHECK(request.header("b") == "\"2");
  CHECK(request.header("c") == std::nullopt);
  CHECK(request.secure());
  CHECK_THROWS_AS(request.method(), Error);
  CHECK_THROWS_AS(request.param("key"), Error);
}
