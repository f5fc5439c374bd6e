#include "auth/stream_pattern.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <random>

#include <sluice/stream_key.hpp>

using namespace sluice::auth;

namespace {

// The definition, exponential and short.
bool by_definition(std::string_view pattern, std::string_view key) {
  if (pattern.empty()) return key.empty();
  if (pattern.front() != '*')
    return !key.empty() && key.front() == pattern.front() && by_definition(pattern.substr(1), key.substr(1));
  const bool across = pattern.starts_with("**");
  const std::string_view rest = pattern.substr(across ? 2 : 1);
  for (std::size_t n = 0; n <= key.size(); ++n) {
    if (by_definition(rest, key.substr(n))) return true;
    if (n < key.size() && key[n] == '/' && !across) return false;
  }
  return false;
}

}  // namespace

TEST_CASE("patterns match what they say", "[auth]") {
  struct Row {
    const char* pattern;
    const char* key;
    bool fits;
  };
  const Row rows[] = {
      {"live/cam", "live/cam", true},
      {"live/cam", "live/cam2", false},
      {"live/cam", "live/cam/hd", false},
      {"live/cam", "Live/cam", false},
      {"live/cam", "live/cam~720p", false},
      {"live/cam~*", "live/cam~720p", true},
      {"live/*", "live/cam", true},
      {"live/*", "live/cam/hd", false},
      {"live/*", "alive/cam", false},
      {"live/*", "live2/cam", false},
      {"live/cam-*", "live/cam-7", true},
      {"live/cam-*", "live/cam-", true},
      {"live/cam-*", "live/cam", false},
      {"live/*-hd", "live/a-b-hd", true},
      {"*/cam", "live/cam", true},
      {"*/cam", "a/b/cam", false},
      {"*/*", "live/cam", true},
      {"*/*", "a/b/c", false},
      {"live/**", "live/cam", true},
      {"live/**", "live/cam/hd/x", true},
      {"live/**", "live2/cam", false},
      {"**", "a/b/c~d", true},
      {"live/**/hd", "live/cam/hd", true},
      {"live/**/hd", "live/a/b/hd", true},
      {"live/**/hd", "live/hd", false},
      {"live/a*b*c", "live/aXbYbZc", true},
      {"live/a*b*c", "live/aXbY/bZc", false},
      {"**/hd", "a/b/hd", true},
      {"live/.hidden", "live/.hidden", true},
      {"live/*", "live/.hidden", true},
  };
  for (const Row& row : rows) {
    INFO(row.pattern << " against " << row.key);
    CHECK(StreamPattern::parse(row.pattern).value().matches(row.key) == row.fits);
  }
}

TEST_CASE("a pattern that means nothing is refused with its reason", "[auth]") {
  const std::pair<const char*, Errc> rows[] = {
      {"", Errc::pattern_bad_segment},           {"/", Errc::pattern_bad_segment},
      {"live/", Errc::pattern_bad_segment},      {"/live/cam", Errc::pattern_bad_segment},
      {"a//b", Errc::pattern_bad_segment},       {"a/./b", Errc::pattern_bad_segment},
      {"a/../b", Errc::pattern_bad_segment},     {"live/***", Errc::pattern_bad_star},
      {"live/cam**", Errc::pattern_bad_star},    {"live/**x", Errc::pattern_bad_star},
      {"live", Errc::pattern_too_short},         {"*", Errc::pattern_too_short},
      {"live/c m", Errc::pattern_bad_character}, {"live/c%41", Errc::pattern_bad_character},
      {"live/[a]", Errc::pattern_bad_character}, {"live/?", Errc::pattern_bad_character}};
  for (const auto& [text, code] : rows) {
    INFO(text);
    CHECK(StreamPattern::parse(text).error() == make_error_code(code));
  }
  CHECK(StreamPattern::parse("a/" + std::string(254, 'x')).error() ==
        make_error_code(Errc::pattern_too_long));
  CHECK(StreamPattern::parse("a/" + std::string(253, 'x')).has_value());
}

TEST_CASE("random patterns match by the definition", "[auth]") {
  std::mt19937 random(11);
  const auto text_of = [&](std::string_view letters, std::size_t most) {
    std::string out;
    for (std::size_t i = random() % most + 1; i > 0; --i) out += letters[random() % letters.size()];
    return out;
  };
  int fits = 0;
  for (int round = 0; round < 100000; ++round) {
    const auto pattern = StreamPattern::parse(text_of("ab/**/", 9));
    const std::string key = text_of("ab/", 9);
    if (!pattern || !sluice::is_canonical_stream_key(key)) continue;
    INFO(pattern->text() << " against " << key);
    const bool expected = by_definition(pattern->text(), key);
    CHECK(pattern->matches(key) == expected);
    fits += expected ? 1 : 0;
  }
  CHECK(fits > 100);
}

TEST_CASE("the worst pattern costs no more than its lengths say", "[auth]") {
  std::string stars = "a";
  while (stars.size() < 250) stars += "*a";
  const auto pattern = StreamPattern::parse("x/" + stars).value();
  const std::string key = "x/" + std::string(250, 'a') + "b";
  const auto begin = std::chrono::steady_clock::now();
  CHECK_FALSE(pattern.matches(key));
  CHECK(std::chrono::steady_clock::now() - begin <
        std::chrono::seconds(1));  // by backtracking: not in our lives
}
