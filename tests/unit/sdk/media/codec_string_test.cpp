#include "sluice/media/codec_string.hpp"

#include <catch2/catch.hpp>
#include <string_view>

#include "../wire/hex.hpp"

using sluice::media::codec_string;
using sluice::test::hex;

namespace {

uint32_t fourcc(std::string_view text) {
  uint32_t code = 0;
  for (size_t i = 4; i-- > 0;) code = code << 8 | static_cast<uint8_t>(text[i]);
  return code;
}

}  // namespace

TEST_CASE("codec strings as players ask for them") {
  struct Case {
    const char* codec;
    const char* config;
    const char* words;
  };
  for (const Case& c : {
           Case{
               "avc1",
               "0164000dffe100196764000dacd941519e226c04400000fa40003a9803c50a658001000668ebe3cb22c0fdf8f800",
               "avc1.64000d"},
           Case{"hvc1",
                "0101600000009000000000003cf000fcfdf8f800000f03"
                "a00001001840010c01ffff01600000030090000003000003003c959809"
                "a10001002942010101600000030090000003000003003ca00a480b9c9596566924caf01680800001f480003a9804"
                "a2000100074401c172b46240",
                "hvc1.1.6.L60.90"},
           Case{"av01", "81004c00 0a0b000000043d06d4daf94040", "av01.0.00M.10"},
           Case{"vp09", "01000000 000b820202020000", "vp09.00.11.08"},
           Case{"vp09", "", "vp09.00.10.08"},
           Case{"mp4a", "1210", "mp4a.40.2"},
           Case{"mp4a", "2b8a0800", "mp4a.40.5"},
           Case{"mp4a", "eb8a0800", "mp4a.40.29"},
           Case{"Opus", "", "opus"},
           Case{".mp3", "", "mp4a.6B"},
           Case{"ac-3", "", "ac-3"},
           Case{"alaw", "", ""},
           Case{"avc1", "0164", ""},
           Case{"hvc1", "", ""},
           Case{"av01", "", ""},
           Case{"mp4a", "", ""},
       }) {
    CAPTURE(c.codec, c.config);
    CHECK(codec_string(fourcc(c.codec), hex(c.config)) == c.words);
  }
}
