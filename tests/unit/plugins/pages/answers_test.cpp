#include "pages/answers.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace sluice::pages;

namespace {

Asker asker(const std::string& headers) {
  const std::string head =
      R"({"method":"GET","path":"/","query":"","params":{},"peer":"127.0.0.1:5","headers":)" + headers + "}";
  std::string question;
  for (int i = 0; i < 4; ++i) question += static_cast<char>(head.size() >> (8 * i) & 0xff);
  question += head;
  return asker_of(sluice::HttpRequest(sluice::bytes_of(question)));
}

}  // namespace

TEST_CASE("Who asks is read from the request") {
  const Asker found =
      asker(R"({"host":"localhost:8080","origin":"http://localhost:8080","sec-fetch-site":"same-origin"})");
  CHECK(found.peer == "127.0.0.1:5");
  CHECK(found.host == "localhost:8080");
  CHECK(found.origin == "http://localhost:8080");
  CHECK(found.fetch_site == "same-origin");
  CHECK_FALSE(found.passed_on);
  CHECK(asker("{}").host.empty());
}

TEST_CASE("Every field that a proxy adds says that it was passed on, empty or not") {
  for (const char* field : {"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"}) {
    INFO(field);
    CHECK(asker(std::string(R"({"host":"localhost",")") + field + R"(":""})").passed_on);
  }
}

TEST_CASE("A refusal is JSON, whatever the words are") {
  const sluice::HttpReply reply = refusal(403, "a \"quoted\"\nword");
  CHECK(reply.status == 403);
  CHECK(reply.body == R"({"error":"a \"quoted\"\u000aword"})");
  CHECK(reply.headers.front().second == "application/json");
}
