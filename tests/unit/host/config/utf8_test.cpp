#include "config/utf8.hpp"

#include <catch2/catch.hpp>

using namespace sluice::config;

TEST_CASE("sequences that are valid, to the edges of each length") {
  for (const char* text :
       {"", "a\x7f", "\xc2\x80\xdf\xbf", "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf",
        "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"})
    CHECK(invalid_utf8(text) == std::string_view::npos);
}

TEST_CASE("overlong forms, surrogates, what is beyond Unicode, and cut sequences") {
  for (const char* text :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc2", "\xe0\xa0", "\xf0\x90\x80", "\xc2\x41"}) {
    CHECK(invalid_utf8(text) == 0);
    CHECK(invalid_utf8(std::string("ä") + text) == 2);
  }
}

TEST_CASE("every code point written is read back as valid") {
  for (const std::uint32_t c :
       {0x24u, 0x7fu, 0x80u, 0x7ffu, 0x800u, 0xd7ffu, 0xe000u, 0xffffu, 0x10000u, 0x10ffffu}) {
    std::string text;
    append_utf8(text, c);
    CHECK(invalid_utf8(text) == std::string_view::npos);
  }
}
