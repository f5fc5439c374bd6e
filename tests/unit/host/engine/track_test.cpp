#include "engine/track.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "engine/frame_pool.hpp"

using namespace sluice::engine;

namespace {

struct Desk {
  SlabStore store{1u << 20};
  FramePool pool{store, 1u << 20};
  TrackTable tracks{pool};
  Failure failure;
};

sluice_track track_of(std::uint32_t kind, std::string_view config) {
  sluice_track track{};
  track.struct_size = sizeof track;
  track.kind = kind;
  track.codec = SLUICE_CODEC_H264;
  track.config = {reinterpret_cast<const std::uint8_t*>(config.data()), config.size()};
  return track;
}

}  // namespace

TEST_CASE("contents are copied, revisions count, equal contents change nothing") {
  Desk desk;
  std::string config = "avcC one";
  const std::uint32_t id = *desk.tracks.add(track_of(SLUICE_TRACK_VIDEO, config), desk.failure);
  CHECK(id == 1);
  CHECK(desk.tracks.update(id, track_of(SLUICE_TRACK_VIDEO, config), desk.failure) == Errc::ok);
  CHECK(desk.tracks.newest(id)->view.revision == 1);
  config = "avcC two";
  CHECK(desk.tracks.update(id, track_of(SLUICE_TRACK_VIDEO, config), desk.failure) == Errc::ok);
  config = "overwritten";
  const sluice_track& view = desk.tracks.newest(id)->view;
  CHECK(view.revision == 2);
  CHECK(desk.tracks.newest(id)->coding == 2);
  CHECK(std::string(reinterpret_cast<const char*>(view.config.data), view.config.size) == "avcC two");
  CHECK(desk.tracks.list().size() == 1);
  sluice_track turned = track_of(SLUICE_TRACK_VIDEO, "avcC two");
  turned.rotation = 90;
  CHECK(desk.tracks.update(id, turned, desk.failure) == Errc::ok);
  CHECK(desk.tracks.newest(id)->view.revision == 3);
  CHECK(desk.tracks.newest(id)->coding == 2);
}

TEST_CASE("bounds and nonsense are refused in words") {
  Desk desk;
  const std::string large(TrackTable::config_most + 1, 'x');
  CHECK_FALSE(desk.tracks.add(track_of(SLUICE_TRACK_VIDEO, large), desk.failure));
  CHECK(desk.failure.code == Errc::limit);
  CHECK_FALSE(desk.tracks.add(track_of(7, ""), desk.failure));
  CHECK(desk.failure.code == Errc::argument);
  desk.failure = {};
  for (std::size_t i = 0; i < TrackTable::most; ++i) {
    REQUIRE(desk.tracks.add(track_of(SLUICE_TRACK_AUDIO, ""), desk.failure));
  }
  CHECK_FALSE(desk.tracks.add(track_of(SLUICE_TRACK_AUDIO, ""), desk.failure));
  CHECK(desk.failure.code == Errc::limit);
  CHECK(desk.tracks.update(99, track_of(SLUICE_TRACK_AUDIO, ""), desk.failure) == Errc::not_found);
}

TEST_CASE("a returning publisher's tracks continue those of the same kind; what it lacks goes") {
  Desk desk;
  const std::uint32_t video = *desk.tracks.add(track_of(SLUICE_TRACK_VIDEO, "v"), desk.failure);
  const std::uint32_t audio = *desk.tracks.add(track_of(SLUICE_TRACK_AUDIO, "a"), desk.failure);
  desk.tracks.begin_epoch();
  CHECK(desk.tracks.newest(audio) == nullptr);  // not before it is added again
  CHECK(desk.tracks.list().size() == 2);
  CHECK(*desk.tracks.add(track_of(SLUICE_TRACK_VIDEO, "other"), desk.failure) == video);
  CHECK(desk.tracks.newest(video)->view.revision == 2);
  CHECK(*desk.tracks.add(track_of(SLUICE_TRACK_VIDEO, "second"), desk.failure) > audio);
  desk.tracks.drop_unclaimed();
  CHECK(desk.tracks.list().size() == 2);
  CHECK(desk.tracks.newest(audio) == nullptr);
}
