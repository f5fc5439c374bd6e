#include "sluice/mux/mp4/sample_entry.hpp"

#include "../../media/parser_laws.hpp"
#include "sample_streams.hpp"

using namespace sluice::mux::mp4;
using namespace sluice::test;

namespace {

Box entry_of(const Bytes& bytes) {
  const auto box = BoxWalk(bytes).next();
  REQUIRE(box);
  return *box;
}

}  // namespace

TEST_CASE("every codec's entry tells what went into it") {
  for (const Codec& codec : all_codecs()) {
    CAPTURE(codec.name);
    const Track track = track_of(codec, 1);
    Bytes bytes;
    write_sample_entry(bytes, track);
    Track read;
    read.id = 1;
    read.kind = codec.kind;
    read.timescale = codec.timescale;
    REQUIRE(parse_sample_entry(entry_of(bytes), read));
    CHECK(read.codec == track.codec);
    CHECK(read.config == track.config);
    CHECK(read.width == track.width);
    CHECK(read.height == track.height);
    CHECK(read.sample_rate == track.sample_rate);
    CHECK(read.channels == track.channels);
    survives_truncation_and_damage(bytes, [&](std::span<const uint8_t> damaged) {
      Track other = read;
      BoxWalk walk(damaged);
      if (const auto box = walk.next()) (void)parse_sample_entry(*box, other);
    });
  }
}

TEST_CASE("a rate beyond 16 bits is left open, as the box has no room for it") {
  Track track = track_of(all_codecs()[4], 1);
  track.sample_rate = 96000;
  Bytes bytes;
  write_sample_entry(bytes, track);
  CHECK(Bytes(bytes.begin() + 32, bytes.begin() + 36) == hex("00000000"));
}

TEST_CASE("what is encrypted is refused, what is unknown is opaque") {
  Track track;
  track.kind = SLUICE_TRACK_VIDEO;
  CHECK(parse_sample_entry({box_type("encv"), {}}, track).error() == Errc::unsupported);
  const Bytes fields(78, 0);
  REQUIRE(parse_sample_entry({box_type("zzzz"), fields}, track));
  CHECK(track.codec == box_type("zzzz"));
  CHECK(track.config.empty());
  CHECK(parse_sample_entry({box_type("avc1"), fields}, track).error() == Errc::malformed);  // no avcC
}
