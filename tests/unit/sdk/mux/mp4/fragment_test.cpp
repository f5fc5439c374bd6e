#include "sluice/mux/mp4/fragment.hpp"

#include "../../media/parser_laws.hpp"
#include "sample_streams.hpp"
#include "sluice/mux/mp4/box_writer.hpp"
#include "sluice/mux/mp4/limits.hpp"

using namespace sluice::mux::mp4;
using namespace sluice::test;

namespace {

Movie movie_of(std::initializer_list<uint32_t> ids) {
  Movie movie;
  for (const uint32_t id : ids) movie.tracks.push_back({track_of(all_codecs()[0], id), {}, true});
  return movie;
}

// Without the head of mdat behind it.
Bytes moof_of(const std::vector<TrackRun>& runs, uint32_t number = 1) {
  Bytes out;
  write_fragment(out, number, runs);
  out.resize(out.size() - 8);
  return out;
}

sluice::Result<std::vector<PlacedSample>> parsed(const Bytes& moof, const Movie& movie) {
  std::vector<int64_t> times(movie.tracks.size(), 0);
  return parse_fragment(std::span(moof).subspan(8), 8, movie, times);
}

// A moof of one traf, its tfhd and trun given as hex bodies.
Bytes made_moof(const char* tfhd, std::initializer_list<const char*> truns, const char* tfdt = nullptr) {
  Bytes out;
  BoxWriter writer(out);
  {
    const auto moof = writer.box("moof");
    const auto traf = writer.box("traf");
    {
      const auto box = writer.box("tfhd");
      writer.bytes(hex(tfhd));
    }
    if (tfdt) {
      const auto box = writer.box("tfdt");
      writer.bytes(hex(tfdt));
    }
    for (const char* trun : truns) {
      const auto box = writer.box("trun");
      writer.bytes(hex(trun));
    }
  }
  return out;
}

}  // namespace

TEST_CASE("runs come out as they went in, whatever their samples share") {
  const std::vector<std::vector<FragmentSample>> shapes = {
      {{100, 3000, 0, true, false}},
      {{100, 3000, 0, true, false}, {50, 3000, 0, false, false}, {60, 3000, 0, false, false}},
      {{100, 3000, 6000, true, false}, {50, 3001, -3000, false, true}, {60, 2999, 0, false, false}},
      {{7, 1024, 0, true, false}, {7, 1024, 0, true, false}},
      {{7, 0, 0, false, false}, {0, 1, 0, true, false}, {9, 0xffffffff, 0, true, false}},
  };
  for (const auto& samples : shapes) {
    const uint64_t start = uint64_t{1} << 40;
    const auto read = parsed(moof_of({{2, start, samples}}), movie_of({1, 2}));
    REQUIRE(read.has_value());
    REQUIRE(read->size() == samples.size());
    uint64_t time = start;
    for (size_t i = 0; i < samples.size(); ++i) {
      const PlacedSample& got = (*read)[i];
      CHECK(got.track == 1);
      CHECK(got.decode_time == static_cast<int64_t>(time));
      CHECK(got.size == samples[i].size);
      CHECK(got.duration == samples[i].duration);
      CHECK(got.composition_offset == samples[i].composition_offset);
      CHECK(got.sync == samples[i].sync);
      CHECK(got.disposable == samples[i].disposable);
      time += samples[i].duration;
    }
  }
}

TEST_CASE("payloads lie behind the head, run after run") {
  const std::vector<TrackRun> runs = {{1, 0, {{10, 1, 0, true, false}, {20, 1, 0, true, false}}},
                                      {3, 5, {}},
                                      {2, 9, {{30, 1, 0, true, false}}}};
  Bytes out;
  write_fragment(out, 77, runs);
  const Bytes moof(out.begin(), out.end() - 8);
  CHECK(Bytes(out.end() - 8, out.end()) == hex("00000044 6d646174"));
  CHECK(Bytes(moof.begin() + 8, moof.begin() + 24) == hex("00000010 6d666864 00000000 0000004d"));
  const auto read = parsed(moof, movie_of({1, 2}));
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 3);
  CHECK((*read)[0].offset == out.size());
  CHECK((*read)[1].offset == out.size() + 10);
  CHECK((*read)[2].offset == out.size() + 30);
}

TEST_CASE("a frame by itself costs about a hundred bytes") {
  Bytes out;
  write_fragment(out, 1, std::vector<TrackRun>{{1, 0, {{1000, 3000, 3000, true, false}}}});
  CHECK(out.size() == 112);
}

TEST_CASE("what fragments may leave out comes from trex and from the fragment before") {
  Movie movie = movie_of({1});
  movie.tracks[0].defaults = {1, 500, 9, 0x01010000};
  std::vector<int64_t> times = {1000};
  const Bytes moof = made_moof("00020000 00000001", {"00000001 00000002 00000060"});
  const auto read = parse_fragment(std::span(moof).subspan(8), 8, movie, times);
  REQUIRE(read.has_value());
  CHECK((*read)[1].decode_time == 1500);
  CHECK((*read)[1].size == 9);
  CHECK_FALSE((*read)[1].sync);
  CHECK(times[0] == 2000);
}

TEST_CASE("a second run goes on where the first ended, and without the flag tracks follow one another") {
  const auto read =
      parsed(made_moof("00000010 00000001 00000004", {"00000001 00000002 00000080", "00000000 00000001"},
                       "01000000 0000000000000007"),
             movie_of({1}));
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 3);
  CHECK((*read)[2].offset == 0x88);
}

TEST_CASE("fragments that lie are refused") {
  const Movie movie = movie_of({1});
  const auto error = [&](const Bytes& moof) { return parsed(moof, movie).error(); };
  CHECK(error(made_moof("00020000 00000005", {})) == Errc::unknown_track);
  CHECK(error(made_moof("00020001 00000001 0000000000000000", {})) == Errc::unsupported);
  CHECK(error(made_moof("00020002 00000001 00000002", {})) == Errc::unsupported);
  CHECK(error(made_moof("00020000", {})) == Errc::truncated);
  // More samples than the box holds, than any fragment has, and a number that only costs memory.
  CHECK(error(made_moof("00020000 00000001", {"00000201 00000003 00000060 00000001 00000001"})) ==
        Errc::too_many_samples);
  CHECK(error(made_moof("00020000 00000001", {"00000001 ffffffff 00000060"})) == Errc::too_many_samples);
  CHECK(error(made_moof("00020000 00000001", {"00000001 00010000 00000060", "00000000 00000001"})) ==
        Errc::too_many_samples);
  // Samples before the media data, over one another, and too large.
  CHECK(error(made_moof("00020010 00000001 00000004", {"00000001 00000001 00000004"})) ==
        Errc::bad_sample_place);
  CHECK(error(made_moof("00020010 00000001 00000004", {"00000001 00000001 fffffff0"})) ==
        Errc::bad_sample_place);
  CHECK(error(made_moof("00020010 00000001 00000004",
                        {"00000001 00000002 00000080", "00000001 00000001 00000084"})) ==
        Errc::bad_sample_place);
  CHECK(error(made_moof("00020010 00000001 01000001", {"00000001 00000001 00000080"})) == Errc::too_large);
  CHECK(error(made_moof("00020000 00000001", {}, "01000000 ffffffffffffffff")) == Errc::time_beyond_limits);
}

TEST_CASE("a moof survives truncation and damage") {
  const Movie movie = movie_of({1, 2});
  const Bytes moof = moof_of({{1, 90000, {{5, 3000, 3000, true, false}, {6, 3001, 0, false, true}}},
                              {2, 44100, {{7, 1024, 0, true, false}, {8, 1024, 0, true, false}}}});
  survives_truncation_and_damage(Bytes(moof.begin() + 8, moof.end()), [&](std::span<const uint8_t> body) {
    std::vector<int64_t> times(2, 0);
    (void)parse_fragment(body, 8, movie, times);
  });
}
