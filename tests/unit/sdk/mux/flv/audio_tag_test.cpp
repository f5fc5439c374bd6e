#include "sluice/mux/flv/audio_tag.hpp"

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

const Bytes mp4a = hex("6d703461"), opus = hex("4f707573"), mp3 = hex("2e6d7033"), flac = hex("664c6143");

}  // namespace

TEST_CASE("audio tags, legacy and enhanced, are taken apart") {
  using enum AudioPacket;
  struct Case {
    const char* what;
    Bytes bytes;
    AudioCodec codec;
    AudioPacket packet;
    bool enhanced;
    Bytes payload;
  };
  for (const Case& c : {
           Case{"AAC configuration", hex("af00 1210"), AudioCodec::aac, sequence_start, false, hex("1210")},
           Case{"AAC frame", hex("af01 2110"), AudioCodec::aac, frames, false, hex("2110")},
           Case{"AAC empty frame", hex("af01"), AudioCodec::aac, frames, false, {}},
           Case{"MP3", hex("2f fffb90c0"), AudioCodec::mp3, frames, false, hex("fffb90c0")},
           Case{"MP3 at 8 kHz", hex("ea ffe3"), AudioCodec::mp3, frames, false, hex("ffe3")},
           Case{"Opus configuration", hex("90") + opus + hex("aa"), AudioCodec::opus, sequence_start, true,
                hex("aa")},
           Case{"Opus packet", hex("91") + opus + hex("fc"), AudioCodec::opus, frames, true, hex("fc")},
           Case{"enhanced AAC", hex("91") + mp4a + hex("21"), AudioCodec::aac, frames, true, hex("21")},
           Case{"enhanced MP3", hex("91") + mp3 + hex("ff"), AudioCodec::mp3, frames, true, hex("ff")},
           Case{"AC-3", hex("91 61632d33 0b77"), AudioCodec::ac3, frames, true, hex("0b77")},
           Case{"end", hex("92") + opus, AudioCodec::opus, sequence_end, true, {}},
           Case{"channels", hex("94") + opus + hex("0102"), AudioCodec::opus, multichannel_config, true,
                hex("0102")},
       }) {
    CAPTURE(c.what);
    const auto tags = parse_audio(c.bytes);
    REQUIRE(tags.has_value());
    REQUIRE(tags->tags.size() == 1);
    const AudioTag& tag = tags->tags[0];
    CHECK(tag.codec == c.codec);
    CHECK(tag.packet == c.packet);
    CHECK(tag.enhanced == c.enhanced);
    CHECK(copy(tag.payload) == c.payload);
  }
}

TEST_CASE("multitrack audio and ModEx are taken apart") {
  const auto tags = parse_audio(keep(hex("97 02 000010 05 21") + opus + hex("00 000001 aa") + flac +
                                     hex("01 000001 bb") + mp4a + hex("07 000002 ccdd")));
  REQUIRE(tags.has_value());
  CHECK(tags->skipped == 1);
  REQUIRE(tags->tags.size() == 2);
  CHECK(tags->tags[0].nano_offset == 16);
  CHECK(tags->tags[1].codec == AudioCodec::aac);
  CHECK(tags->tags[1].track == 7);
  CHECK(copy(tags->tags[1].payload) == hex("ccdd"));
}

TEST_CASE("audio tags that are none drop their message only (R14, R18)") {
  struct Case {
    const char* what;
    Bytes bytes;
    Errc error;
  };
  for (const Case& c : {
           Case{"nothing", {}, Errc::empty_message},
           Case{"AAC of one byte", hex("af"), Errc::malformed_tag},
           Case{"AAC packet type 2", hex("af02"), Errc::malformed_tag},
           Case{"Speex", hex("b2aa"), Errc::unsupported_codec},
           Case{"FLAC", hex("91") + flac, Errc::unsupported_codec},
           Case{"E-AC-3", hex("91 65632d33"), Errc::unsupported_codec},
           Case{"FourCC cut", hex("91 4f70"), Errc::malformed_tag},
           Case{"packet type 3", hex("93") + opus, Errc::malformed_tag},
           Case{"multitrack of no track", hex("95 11") + opus, Errc::bad_multitrack},
           Case{"ModEx without end",
                hex("97 00 00 07 00 00 07 00 00 07 00 00 07 00 00 07 00 00 07 00 00 07 00 00 07 00 "
                    "00 07 00 00 01") +
                    opus,
                Errc::malformed_tag},
       }) {
    CAPTURE(c.what);
    const auto tags = parse_audio(c.bytes);
    REQUIRE(tags.has_error());
    CHECK(tags.error() == c.error);
  }
}

TEST_CASE("audio headers we write are read back") {
  for (const AudioCodec codec : {AudioCodec::aac, AudioCodec::mp3, AudioCodec::opus, AudioCodec::ac3}) {
    for (const bool enhanced : {false, true}) {
      const auto header = serialise_audio_header({codec, AudioPacket::frames, enhanced, 48000, 2});
      const auto tags = parse_audio(keep(copy(header.view()) + hex("aa")));
      REQUIRE(tags.has_value());
      CHECK(tags->tags[0].codec == codec);
      CHECK(tags->tags[0].packet == AudioPacket::frames);
      CHECK(copy(tags->tags[0].payload) == hex("aa"));
    }
  }
  CHECK(copy(serialise_audio_header({.packet = AudioPacket::sequence_start}).view()) == hex("af00"));
  CHECK(
      copy(serialise_audio_header({.codec = AudioCodec::mp3, .sample_rate = 22050, .channels = 1}).view()) ==
      hex("2a"));
  CHECK(copy(serialise_audio_header({.codec = AudioCodec::mp3, .sample_rate = 8000, .channels = 1}).view()) ==
        hex("e2"));
}

TEST_CASE("audio tags survive truncation and damage") {
  for (const Bytes& bytes : {hex("af011210"), hex("97 02 000010 05 21") + opus + hex("00 000001 aa")}) {
    sluice::test::survives_truncation_and_damage(bytes, [](auto in) { (void)parse_audio(in); });
  }
}
