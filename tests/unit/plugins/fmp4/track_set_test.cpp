#include "fmp4/track_set.hpp"

#include <catch2/catch.hpp>
#include <sluice/error.hpp>
#include <string>

#include "made_tracks.hpp"

using namespace sluice;
using namespace sluice::fmp4;
using namespace sluice::test;

namespace {

std::vector<std::uint32_t> chosen(const char* json) {
  const sluice_track telephone = telephone_track(1), sound = sound_track(2), picture = picture_track(3),
                     opus = opus_track(4);
  const sluice_track* const tracks[] = {&telephone, &sound, &picture, &opus, &sound};
  std::vector<std::uint32_t> ids;
  for (const auto& one : choose_tracks(tracks, parse_parameters("cmaf", json)).tracks)
    ids.push_back(one.track.id);
  return ids;
}

}  // namespace

TEST_CASE("the parameters choose; what MP4 cannot carry and what came twice is left out") {
  CHECK(chosen("{}") == std::vector<std::uint32_t>{2, 3, 4});
  CHECK(chosen(R"({"tracks":"video"})") == std::vector<std::uint32_t>{3});
  CHECK(chosen(R"({"tracks":"audio"})") == std::vector<std::uint32_t>{2});
  CHECK(chosen(R"({"tracks":[4,3]})") == std::vector<std::uint32_t>{3, 4});
}

TEST_CASE("where none is left the reasons are told") {
  const sluice_track telephone = telephone_track(1);
  const sluice_track* const tracks[] = {&telephone};
  try {
    choose_tracks(tracks, {});
    FAIL("taken");
  } catch (const Error& error) {
    CHECK(error.status() == SLUICE_STATUS_MEDIA);
    CHECK(std::string(error.what()).find("track 1, alaw: ") != std::string::npos);
  }
  CHECK_THROWS_AS(choose_tracks({}, {}), Error);
}

TEST_CASE("MIME type and codecs are those of the tracks chosen") {
  const sluice_track sound = sound_track(2), picture = picture_track(3);
  const sluice_track* const both[] = {&sound, &picture};
  const sluice_track* const one[] = {&sound};
  const Parameters parameters;
  const TrackSet muxed = choose_tracks(both, parameters), single = choose_tracks(one, parameters);
  CHECK(mime_of(muxed) == "video/mp4");
  CHECK(codecs_of(muxed) == "mp4a.40.2,avc1.64000d");
  CHECK(mime_of(single) == "audio/mp4");
  CHECK(layout_of(muxed, parameters) == mux::mp4::Layout::progressive);
  CHECK(layout_of(single, parameters) == mux::mp4::Layout::cmaf);
}
