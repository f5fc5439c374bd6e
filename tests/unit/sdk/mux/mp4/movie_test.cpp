#include "sluice/mux/mp4/movie.hpp"

#include "../../media/parser_laws.hpp"
#include "sample_streams.hpp"
#include "sluice/mux/mp4/box_writer.hpp"
#include "sluice/mux/mp4/limits.hpp"

using namespace sluice::mux::mp4;
using namespace sluice::test;

namespace {

Bytes body_of(const std::vector<Track>& tracks) {
  Bytes box;
  write_movie(box, tracks);
  return {box.begin() + 8, box.end()};
}

std::vector<Track> every_track() {
  std::vector<Track> tracks;
  for (const Codec& codec : all_codecs())
    tracks.push_back(track_of(codec, static_cast<uint32_t>(tracks.size() + 1)));
  return tracks;
}

size_t find_text(const Bytes& in, std::string_view text) {
  return std::string_view(reinterpret_cast<const char*>(in.data()), in.size()).find(text);
}

}  // namespace

TEST_CASE("tracks come out of moov as they went in") {
  std::vector<Track> tracks = every_track();
  tracks[0].rotation = 90;
  tracks[1].rotation = 180;
  tracks[2].rotation = 270;
  tracks[4].language = "deu";
  tracks[5].language = "pt-BR";
  tracks[0].edit_start = 1234;
  tracks[1].edit_start = 3003;
  tracks[1].edit_delay = 40'000'000;
  const auto movie = parse_movie(body_of(tracks));
  REQUIRE(movie.has_value());
  REQUIRE(movie->tracks.size() == tracks.size());
  for (size_t i = 0; i < tracks.size(); ++i) {
    CAPTURE(i);
    CHECK(movie->tracks[i].track == tracks[i]);
    CHECK(movie->tracks[i].carried);
    CHECK(movie->tracks[i].defaults.description == 1);
  }
}

TEST_CASE("the same tracks make the same bytes, and only the first of a kind is enabled") {
  const Bytes body = body_of(every_track());
  CHECK(body == body_of(every_track()));
  const Bytes two = body_of({track_of(all_codecs()[4], 1), track_of(all_codecs()[5], 2)});
  const size_t first = find_text(two, "tkhd");
  const size_t second =
      first + 4 + find_text(Bytes(two.begin() + static_cast<std::ptrdiff_t>(first + 4), two.end()), "tkhd");
  CHECK(two[first + 7] == 3);
  CHECK(two[second + 7] == 2);
}

TEST_CASE("a file whose samples stand in moov is refused") {
  Bytes plain = body_of({track_of(all_codecs()[0], 1)});
  Bytes without_mvex = plain;
  without_mvex[find_text(plain, "mvex")] = 'x';
  CHECK(parse_movie(without_mvex).error() == Errc::not_fragmented);
  Bytes with_samples = plain;
  with_samples[find_text(plain, "stsz") + 4 + 11] = 1;
  CHECK(parse_movie(with_samples).error() == Errc::not_fragmented);
}

TEST_CASE("a track that cannot be read is kept, so that its samples can be skipped") {
  Bytes body = body_of({track_of(all_codecs()[0], 1), track_of(all_codecs()[4], 2)});
  body[find_text(body, "avcC") + 4] = 9;  // the record's version
  const auto movie = parse_movie(body);
  REQUIRE(movie.has_value());
  CHECK_FALSE(movie->tracks[0].carried);
  CHECK(movie->tracks[1].carried);
}

TEST_CASE("10,000 tracks, tracks of one id and of id 0 are refused") {
  std::vector<Track> many;
  for (uint32_t id = 1; id <= 10'000; ++id) many.push_back(track_of(all_codecs()[6], id));
  CHECK(parse_movie(body_of(many)).error() == Errc::too_many_tracks);
  CHECK(parse_movie(body_of({many[0], many[0]})).error() == Errc::malformed);
  Track zero = many[0];
  zero.id = 0;
  CHECK(parse_movie(body_of({zero})).error() == Errc::malformed);
}

TEST_CASE("nesting 1000 deep costs nothing") {
  Bytes body = body_of({track_of(all_codecs()[0], 1)});
  Bytes nested;
  for (uint32_t depth = 1; depth <= 1000; ++depth) {
    Bytes outer;
    BoxWriter writer(outer);
    {
      const auto box = writer.box("trak");
      writer.bytes(nested);
    }
    nested = outer;
  }
  CHECK(parse_movie(body + nested).error() == Errc::malformed);  // a trak without what a track has
}

TEST_CASE("clocks of zero ticks are refused") {
  Bytes body = body_of({track_of(all_codecs()[0], 1)});
  const size_t at = find_text(body, "mdhd") + 4 + 12;
  for (size_t i = 0; i < 4; ++i) body[at + i] = 0;
  CHECK(parse_movie(body).error() == Errc::malformed);
}

TEST_CASE("a moov survives truncation and damage") {
  survives_truncation_and_damage(body_of({track_of(all_codecs()[0], 1), track_of(all_codecs()[4], 2)}),
                                 parse_movie);
}
