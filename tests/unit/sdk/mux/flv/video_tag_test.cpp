#include "sluice/mux/flv/video_tag.hpp"

#include <catch2/catch.hpp>

#include "../../media/parser_laws.hpp"
#include "../../wire/hex.hpp"

using namespace sluice::mux::flv;
using sluice::test::Bytes;
using sluice::test::hex;
using sluice::test::keep;
using sluice::test::operator+;

namespace {

Bytes copy(std::span<const uint8_t> in) { return {in.begin(), in.end()}; }

const Bytes avc1 = hex("61766331"), hvc1 = hex("68766331"), av01 = hex("61763031"), vp09 = hex("76703039");

}  // namespace

TEST_CASE("video tags, legacy and enhanced, are taken apart") {
  using enum VideoPacket;
  struct Case {
    const char* what;
    Bytes bytes;
    VideoCodec codec;
    VideoPacket packet;
    bool enhanced, key, disposable;
    int composition;
    Bytes payload;
  };
  for (const Case& c : {
           Case{"AVC configuration", hex("1700000000 aabb"), VideoCodec::h264, sequence_start, false, true,
                false, 0, hex("aabb")},
           Case{"AVC key", hex("1701000021 aabb"), VideoCodec::h264, frames, false, true, false, 33,
                hex("aabb")},
           Case{"AVC inter, negative composition", hex("2701ffffd7 aa"), VideoCodec::h264, frames, false,
                false, false, -41, hex("aa")},
           Case{"AVC disposable", hex("3701000000 aa"), VideoCodec::h264, frames, false, false, true, 0,
                hex("aa")},
           Case{"AVC generated key", hex("4701000000 aa"), VideoCodec::h264, frames, false, true, false, 0,
                hex("aa")},
           Case{"AVC end", hex("1702000000"), VideoCodec::h264, sequence_end, false, true, false, 0, {}},
           Case{"AVC end, short", hex("1702"), VideoCodec::h264, sequence_end, false, true, false, 0, {}},
           Case{"AVC empty frame", hex("2701000000"), VideoCodec::h264, frames, false, false, false, 0, {}},
           Case{"HEVC under 12", hex("1c01000005 aa"), VideoCodec::hevc, frames, false, true, false, 5,
                hex("aa")},
           Case{"seek mark", hex("5700"), VideoCodec::h264, command, false, false, false, 0, {}},
           Case{"hvc1 configuration", hex("90") + hvc1 + hex("aa"), VideoCodec::hevc, sequence_start, true,
                true, false, 0, hex("aa")},
           Case{"hvc1 frames", hex("a1") + hvc1 + hex("fffffe aa"), VideoCodec::hevc, frames, true, false,
                false, -2, hex("aa")},
           Case{"hvc1 frames, no composition", hex("93") + hvc1 + hex("aa"), VideoCodec::hevc, frames, true,
                true, false, 0, hex("aa")},
           Case{"avc1 frames", hex("91") + avc1 + hex("000005 aa"), VideoCodec::h264, frames, true, true,
                false, 5, hex("aa")},
           Case{"av01 frames", hex("91") + av01 + hex("0a0b"), VideoCodec::av1, frames, true, true, false, 0,
                hex("0a0b")},
           Case{"av01 MPEG-2 TS start", hex("95") + av01 + hex("80"), VideoCodec::av1, mpeg2ts_sequence_start,
                true, true, false, 0, hex("80")},
           Case{"vp09 end", hex("92") + vp09, VideoCodec::vp9, sequence_end, true, true, false, 0, {}},
           Case{"metadata", hex("94") + hvc1 + hex("02"), VideoCodec::hevc, metadata, true, true, false, 0,
                hex("02")},
           Case{"metadata of an unknown codec", hex("94 41414141 02"), VideoCodec::h264, metadata, true, true,
                false, 0, hex("02")},
           Case{"enhanced seek mark", hex("d0 00"), VideoCodec::h264, command, true, false, false, 0, {}},
       }) {
    CAPTURE(c.what);
    const auto tags = parse_video(c.bytes);
    REQUIRE(tags.has_value());
    REQUIRE(tags->tags.size() == 1);
    const VideoTag& tag = tags->tags[0];
    CHECK(tag.codec == c.codec);
    CHECK(tag.packet == c.packet);
    CHECK(tag.enhanced == c.enhanced);
    CHECK(tag.key == c.key);
    CHECK(tag.disposable == c.disposable);
    CHECK(tag.composition_ms == c.composition);
    CHECK(copy(tag.payload) == c.payload);
  }
}

TEST_CASE("ModEx in front of a packet is followed") {
  const auto tags = parse_video(keep(hex("97 02 00000f 01") + hvc1 + hex("000005 aa")));  // 15 ns
  REQUIRE(tags.has_value());
  CHECK(tags->tags[0].nano_offset == 15);
  CHECK(tags->tags[0].composition_ms == 5);
  CHECK(copy(tags->tags[0].payload) == hex("aa"));
  // The size in 16 bits, of a kind we do not know.
  const auto longer = parse_video(keep(hex("97 ff 0003 00000000 13") + hvc1 + hex("bb")));
  REQUIRE(longer.has_value());
  CHECK(copy(longer->tags[0].payload) == hex("bb"));
}

TEST_CASE("multitrack video is taken apart") {
  const auto one = parse_video(keep(hex("96 00") + hvc1 + hex("05 aabb")));
  REQUIRE(one.has_value());
  CHECK(one->tags[0].track == 5);
  CHECK(one->tags[0].packet == VideoPacket::sequence_start);
  CHECK(copy(one->tags[0].payload) == hex("aabb"));

  const auto many = parse_video(keep(hex("96 11") + hvc1 + hex("00 000004 000005aa 01 000003 fffffe")));
  REQUIRE(many.has_value());
  REQUIRE(many->tags.size() == 2);
  CHECK(many->tags[0].composition_ms == 5);
  CHECK(copy(many->tags[0].payload) == hex("aa"));
  CHECK(many->tags[1].track == 1);
  CHECK(many->tags[1].composition_ms == -2);
  CHECK(many->tags[1].payload.empty());

  const auto codecs = parse_video(keep(hex("96 23") + hvc1 + hex("00 000001 aa") +
                                       hex("76766331 01 000001 bb") + av01 + hex("02 000001 cc")));
  REQUIRE(codecs.has_value());
  CHECK(codecs->skipped == 1);  // vvc1
  REQUIRE(codecs->tags.size() == 2);
  CHECK(codecs->tags[1].codec == VideoCodec::av1);
  CHECK(codecs->tags[1].track == 2);
}

TEST_CASE("video tags that are none drop their message only (R14, R18)") {
  Bytes mod_ex_loop = hex("97");
  for (int i = 0; i < 1000; ++i) mod_ex_loop = mod_ex_loop + hex("00 00 07");
  Bytes many_tracks = hex("96 13") + hvc1;
  for (uint8_t i = 0; i < 17; ++i) many_tracks = many_tracks + Bytes{i, 0, 0, 0};
  struct Case {
    const char* what;
    Bytes bytes;
    Errc error;
  };
  for (const Case& c : {
           Case{"nothing", {}, Errc::empty_message},
           Case{"one byte", hex("17"), Errc::malformed_tag},
           Case{"composition cut", hex("17010000"), Errc::malformed_tag},
           Case{"AVC packet type 3", hex("1703000000"), Errc::malformed_tag},
           Case{"H.263", hex("12aa"), Errc::unsupported_codec},
           Case{"FourCC unknown", hex("90 41414141 aa"), Errc::unsupported_codec},
           Case{"vp08", hex("91 76703038 aa"), Errc::unsupported_codec},
           Case{"FourCC cut", hex("90 687663"), Errc::malformed_tag},
           Case{"enhanced composition cut", hex("91") + hvc1 + hex("0000"), Errc::malformed_tag},
           Case{"packet type 8", hex("98") + hvc1, Errc::malformed_tag},
           Case{"ModEx without end", mod_ex_loop, Errc::malformed_tag},
           Case{"ModEx past the end", hex("97 ff ffff 00"), Errc::malformed_tag},
           Case{"multitrack of no track", hex("96 11") + hvc1, Errc::bad_multitrack},
           Case{"multitrack of 17 tracks", many_tracks, Errc::bad_multitrack},
           Case{"multitrack in multitrack", hex("96 16") + hvc1 + hex("00 000000"), Errc::bad_multitrack},
           Case{"ModEx in multitrack", hex("96 17") + hvc1 + hex("00 000000"), Errc::bad_multitrack},
           Case{"multitrack type 3", hex("96 31") + hvc1 + hex("00"), Errc::bad_multitrack},
           Case{"track past the end", hex("96 13") + hvc1 + hex("00 000005 aa"), Errc::bad_multitrack},
           Case{"track header cut", hex("96 13") + hvc1 + hex("00 000001 aa 01"), Errc::bad_multitrack},
           Case{"tracks of unknown codecs", hex("96 23 41414141 00 000000"), Errc::unsupported_codec},
       }) {
    CAPTURE(c.what);
    const auto tags = parse_video(c.bytes);
    REQUIRE(tags.has_error());
    CHECK(tags.error() == c.error);
  }
}

TEST_CASE("video headers we write are read back") {
  for (const VideoCodec codec : {VideoCodec::h264, VideoCodec::hevc, VideoCodec::av1, VideoCodec::vp9}) {
    for (const VideoPacket packet :
         {VideoPacket::sequence_start, VideoPacket::frames, VideoPacket::sequence_end}) {
      for (const bool enhanced : {false, true}) {
        for (const int composition : {0, 33, -41}) {
          const bool frames = packet == VideoPacket::frames;
          const bool reorders = codec == VideoCodec::h264 || codec == VideoCodec::hevc;
          const auto header = serialise_video_header({codec, packet, enhanced, false, frames, composition});
          const auto tags = parse_video(keep(copy(header.view()) + hex("aa")));
          REQUIRE(tags.has_value());
          const VideoTag& tag = tags->tags[0];
          CHECK(tag.codec == codec);
          CHECK(tag.packet == packet);
          CHECK(tag.disposable == frames);
          CHECK(tag.enhanced == (enhanced || codec != VideoCodec::h264));
          CHECK(tag.composition_ms == (frames && reorders ? composition : 0));
          if (frames) CHECK(copy(tag.payload) == hex("aa"));
        }
      }
    }
  }
  CHECK(copy(serialise_video_header({.key = true, .composition_ms = 33}).view()) == hex("1701000021"));
  CHECK(copy(serialise_video_header({.codec = VideoCodec::hevc, .key = true}).view()) == hex("93") + hvc1);
  CHECK(copy(serialise_video_header({.composition_ms = 1 << 30}).view()) == hex("27017fffff"));
}

TEST_CASE("video tags survive truncation and damage") {
  for (const Bytes& bytes : {hex("1701000021aabb"), hex("97 02 00000f 01") + hvc1 + hex("000005aa"),
                             hex("96 23") + hvc1 + hex("00 000001 aa") + av01 + hex("02 000001 cc")}) {
    sluice::test::survives_truncation_and_damage(bytes, [](auto in) { (void)parse_video(in); });
  }
}
