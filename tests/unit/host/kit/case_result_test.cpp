#include "kit/case_result.hpp"

#include <catch2/catch.hpp>

using namespace sluice::kit;

TEST_CASE("a result survives its way through JSON") {
  for (const auto verdict : {Verdict::pass, Verdict::warn, Verdict::fail, Verdict::skipped}) {
    const CaseResult told{
        "life", verdict, "R5", "it left \"2\" timers", "close them", std::chrono::milliseconds(12), "a\nb"};
    const auto heard = case_result_from(Json::parse(to_json(told).dump()));
    REQUIRE(heard);
    CHECK(heard->name == told.name);
    CHECK(heard->verdict == told.verdict);
    CHECK(heard->rule == told.rule);
    CHECK(heard->finding == told.finding);
    CHECK(heard->remedy == told.remedy);
    CHECK(heard->took == told.took);
    CHECK(heard->log == told.log);
  }
}

TEST_CASE("what is no result is none") {
  for (const char* text :
       {"null", "[]", "{}", R"({"name": "life"})", R"({"name": "life", "verdict": "fine"})",
        R"({"verdict": "pass"})", R"({"name": 3, "verdict": "pass"})"}) {
    CAPTURE(text);
    CHECK_FALSE(case_result_from(Json::parse(text)));
  }
  CHECK_FALSE(case_result_from(Json::parse("{\"name\": \"li", nullptr, false)));
  const auto sparse =
      case_result_from(Json::parse(R"({"name": "life", "verdict": "pass", "took_ms": "soon"})"));
  REQUIRE(sparse);
  CHECK(sparse->took.count() == 0);
}
