#include "kit/report.hpp"

#include <catch2/catch.hpp>

using namespace sluice::kit;

namespace {

Report some_report() {
  Report report;
  report.checked = {
      {"id", "acme"},
      {"version", "1.0"},
      {"verdict", "warn"},
      {"findings",
       {{{"rule", "SL-ELF-001"}, {"verdict", "pass"}, {"finding", ""}, {"remedy", ""}},
        {{"rule", "SL-ELF-008"}, {"verdict", "warn"}, {"finding", "exports <more>"}, {"remedy", "less"}}}}};
  report.cases = {{"life", Verdict::pass, "SL-RUN-001", "1 thread", "", std::chrono::milliseconds(1500), ""},
                  {"lanes", Verdict::skipped, "SL-RUN-002", "not now & here", "", {}, ""},
                  {"many-lives", Verdict::fail, "R5", "left \"2\" <descriptors>", "close them",
                   std::chrono::milliseconds(20), "a line\nwith \x1b[2J control"}};
  return report;
}

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t found = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("the verdict is the worst of both halves") {
  Report report = some_report();
  CHECK(report.verdict() == Verdict::fail);
  CHECK(report.count(Verdict::pass) == 2);
  CHECK(report.count(Verdict::warn) == 1);
  CHECK(report.count(Verdict::skipped) == 1);
  report.cases.pop_back();
  CHECK(report.verdict() == Verdict::warn);
  report.checked["findings"].erase(1);
  CHECK(report.verdict() == Verdict::pass);
  report.checked["findings"][0]["verdict"] = "fail";
  CHECK(report.verdict() == Verdict::fail);
}

TEST_CASE("JSON: what was known before, the cases, and the sentence of a broken rule") {
  const Json json = to_json(some_report());
  CHECK(json["id"] == "acme");
  CHECK(json["verdict"] == "fail");
  CHECK(json["findings"].size() == 2);
  REQUIRE(json["cases"].size() == 3);
  CHECK(json["cases"][2]["rule"] == "R5");
  CHECK(json["cases"][2]["rule_text"].get<std::string>().find("gives back") != std::string::npos);
  CHECK_FALSE(json["cases"][0].contains("rule_text"));
}

TEST_CASE("JUnit: a test each, in characters XML can hold") {
  const std::string xml = to_junit(some_report());
  CHECK(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"));
  CHECK(count(xml, "<testcase ") == 5);
  CHECK(count(xml, "</testcase>") == 5);
  CHECK(count(xml, "<failure ") == 1);
  CHECK(count(xml, "<skipped ") == 1);
  CHECK(xml.find("tests=\"5\" failures=\"1\" errors=\"0\" skipped=\"1\" time=\"1.520\"") !=
        std::string::npos);
  CHECK(xml.find("classname=\"acme.kit\" name=\"life\" time=\"1.500\"") != std::string::npos);
  CHECK(xml.find("type=\"R5\" message=\"left &quot;2&quot; &lt;descriptors&gt;\"") != std::string::npos);
  CHECK(xml.find("not now &amp; here") != std::string::npos);
  CHECK(xml.find("exports &lt;more&gt;") != std::string::npos);
  CHECK(xml.find('\x1b') == std::string::npos);
  CHECK(xml.find("a line\nwith") != std::string::npos);
}

TEST_CASE("JUnit of a manifest that cannot be read is still a suite") {
  Report report;
  report.checked = {{"id", "broken"}, {"version", ""}, {"findings", Json::array()}};
  CHECK(to_junit(report).find("<testsuite name=\"broken \" tests=\"0\"") != std::string::npos);
}
