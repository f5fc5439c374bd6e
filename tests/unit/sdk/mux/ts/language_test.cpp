#include "sluice/mux/ts/language.hpp"

#include <catch2/catch.hpp>

using namespace sluice::mux::ts;

TEST_CASE("languages go to three letters and back to the shortest tag") {
  struct Case {
    const char *tag, *code, *back;
  };
  for (const Case& c :
       {Case{"de", "deu", "de"}, Case{"en-GB", "eng", "en"}, Case{"ZH-Hans", "zho", "zh"},
        Case{"aa", "aar", "aa"}, Case{"zu", "zul", "zu"}, Case{"tt", "tat", "tt"}, Case{"uk", "ukr", "uk"},
        Case{"gsw", "gsw", "gsw"}, Case{"", "", ""}, Case{"und", "", ""}, Case{"xx", "", ""},
        Case{"d1", "", ""}, Case{"x-klingon", "", ""}, Case{"german", "", ""}}) {
    CAPTURE(c.tag);
    CHECK(iso639_of(c.tag) == c.code);
    CHECK(bcp47_of(c.code) == c.back);
  }
}

TEST_CASE("bibliographic codes are read, rubbish is not") {
  CHECK(bcp47_of("ger") == "de");
  CHECK(bcp47_of("FRE") == "fr");
  CHECK(bcp47_of("wel") == "cy");
  CHECK(bcp47_of("de").empty());
  CHECK(bcp47_of("d\"u").empty());
  CHECK(bcp47_of("\x80\xff\x01").empty());
}
