#include "kit/cases.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "kit/rules.hpp"

using namespace sluice::kit;

TEST_CASE("every case has a name of its own, a rule with a sentence, and a deadline") {
  std::set<std::string_view> names;
  for (const auto& one : all_cases()) {
    CAPTURE(one.name);
    CHECK(names.insert(one.name).second);
    CHECK(find_case(one.name) == &one);
    CHECK_FALSE(rule_text(one.rule).empty());
    CHECK_FALSE(rule_text(rule_of_crash(one)).empty());
    CHECK_FALSE(one.proves.empty());
    CHECK(one.deadline > std::chrono::seconds(0));
    CHECK(one.run != nullptr);
  }
  CHECK(find_case("no-such-case") == nullptr);
  CHECK(all_cases()[0].name == "entry");
  CHECK(all_cases()[1].name == "life");
}

TEST_CASE("the guide tells of every case and every rule, in the same words") {
  std::ifstream file("docs/conformance-kit.md");
  std::stringstream text;
  text << file.rdbuf();
  const std::string guide = text.str();
  REQUIRE_FALSE(guide.empty());
  const auto row = [](std::initializer_list<std::string_view> cells) {
    std::string line = "|";
    for (const auto cell : cells) line += " " + std::string(cell) + " |";
    return line + "\n";
  };
  for (const auto& one : all_cases()) {
    CAPTURE(one.name);
    CHECK(guide.find(row({one.name, one.proves, one.rule})) != std::string::npos);
  }
  for (const auto& one : rule_texts()) {
    CAPTURE(one.rule);
    CHECK(guide.find(row({one.rule, one.text})) != std::string::npos);
  }
}
