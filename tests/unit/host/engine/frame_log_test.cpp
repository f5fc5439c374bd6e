#include "engine/frame_log.hpp"

#include <catch2/catch.hpp>

#include "engine/frame_pool.hpp"

using namespace sluice::engine;

namespace {

constexpr std::int64_t ms = 1'000'000;

struct Desk {
  explicit Desk(const LogBounds& bounds) : log(7, bounds) {
    sluice_track video{};
    video.struct_size = sizeof video;
    video.kind = SLUICE_TRACK_VIDEO;
    Failure failure;
    track = tracks.newest(*tracks.add(video, failure));
  }
  void append(std::uint64_t size, std::int64_t dts, bool key = false) {
    Frame* const frame = pool.take(size);
    REQUIRE(frame != nullptr);
    frame->track = track;
    ++track->frames;
    frame->view = {};
    frame->view.track = &track->view;
    frame->view.bytes = size;
    frame->view.dts = dts;
    frame->view.flags = key ? SLUICE_FRAME_KEY : 0;
    log.append(*frame);
  }
  std::uint64_t count() const { return log.head() + 1 - log.first(); }

  SlabStore store{32u << 20};
  FramePool pool{store, 32u << 20};
  TrackTable tracks{pool};
  TrackRevision* track = nullptr;
  FrameLog log;
};

}  // namespace

TEST_CASE("the log keeps to its bound of frames, of bytes, of time") {
  Desk frames({1u << 30, 100, INT64_MAX});
  for (int i = 0; i < 1'000; ++i) frames.append(10, i);
  CHECK(frames.count() == 100);

  Desk bytes({10'000, 1'000, INT64_MAX});
  for (int i = 0; i < 1'000; ++i) bytes.append(100, i);
  CHECK(bytes.count() == 100);
  CHECK(bytes.log.held_bytes() == 10'000);
  CHECK(bytes.log.total_bytes() == 100'000);

  Desk time({1u << 30, 1'000, 1'000 * ms});
  for (int i = 0; i < 1'000; ++i) time.append(10, i * 40 * ms);
  CHECK(time.count() == 26);  // a second, both ends counted
}

TEST_CASE("one append drops at most eight frames, and catches up over the next") {
  Desk desk({100'000, 1'000, INT64_MAX});
  for (int i = 0; i < 100; ++i) desk.append(1'000, i);
  CHECK(desk.count() == 100);
  desk.append(90'000, 100);
  CHECK(desk.count() == 101 - 8);
  for (int i = 0; i < 11; ++i) desk.append(1, 101 + i);
  CHECK(desk.log.held_bytes() <= 100'000);
}

TEST_CASE("the newest group of pictures stays whole beyond the bound of time, within bytes and frames") {
  Desk desk({1u << 30, 1'000, 1'000 * ms});
  for (int i = 0; i < 250; ++i) desk.append(10, i * 40 * ms, i == 100);
  CHECK(desk.log.first() == 101);
  desk.append(10, 10'000 * ms, true);  // the next group begins: the one before goes, eight frames at a time
  for (int i = 251; i < 300; ++i) desk.append(10, i * 40 * ms);
  CHECK(desk.log.first() == 251);

  Desk small({1'000, 1'000, 1'000 * ms});
  for (int i = 0; i < 250; ++i) small.append(10, i * 40 * ms, i == 0);
  CHECK(small.count() == 100);
}

TEST_CASE("what is in the log can be referred to; what fell out cannot; a reference outlives the fall") {
  Desk desk({1u << 30, 4, INT64_MAX});
  for (int i = 0; i < 4; ++i) desk.append(10, i);
  Frame* const held = desk.log.get(1);
  REQUIRE(held != nullptr);
  CHECK(held->seq == 1);
  CHECK(desk.log.get(5) == nullptr);
  for (int i = 4; i < 20; ++i) desk.append(10, i);
  CHECK(desk.log.get(1) == nullptr);
  CHECK(held->seq == 1);
  CHECK(held->view.dts == 0);
  CHECK(held->refs.load() == 1);
  release_frame(*held);
}

TEST_CASE("running totals tell how much lies between two frames") {
  Desk desk({1u << 30, 100, INT64_MAX});
  for (std::uint64_t i = 1; i <= 10; ++i) desk.append(i * 100, 0);
  Frame* const third = desk.log.get(3);
  Frame* const eighth = desk.log.get(8);
  CHECK(eighth->total_before - third->total_before == 300 + 400 + 500 + 600 + 700);
  release_frame(*third);
  release_frame(*eighth);
}

TEST_CASE("short of memory: by age, by bytes, and not more than asked") {
  Desk desk({1u << 30, 1'000, INT64_MAX});
  for (int i = 0; i < 100; ++i) desk.append(1'000, i * 100 * ms);
  desk.log.shrink(5'000 * ms, 10);
  CHECK(desk.count() == 90);
  desk.log.shrink(5'000 * ms, 1'000);
  CHECK(desk.count() == 51);
  desk.log.shed(10'500, 1'000);
  CHECK(desk.count() == 40);
  desk.log.shed(UINT64_MAX, 5);
  CHECK(desk.count() == 35);
  desk.log.set_age_limit(1'000 * ms);
  for (int i = 100; i < 110; ++i) desk.append(1'000, i * 100 * ms);
  CHECK(desk.count() == 11);
}

TEST_CASE("all frames are home when the log is gone") {
  SlabStore store(8u << 20);
  FramePool pool(store, 8u << 20);
  TrackTable tracks(pool);
  sluice_track video{};
  video.struct_size = sizeof video;
  video.kind = SLUICE_TRACK_VIDEO;
  Failure failure;
  TrackRevision* const track = tracks.newest(*tracks.add(video, failure));
  {
    FrameLog log(1, {1u << 20, 64, INT64_MAX});
    for (int i = 0; i < 500; ++i) {
      Frame* const frame = pool.take(100);
      frame->track = track;
      ++track->frames;
      frame->view = {};
      frame->view.track = &track->view;
      frame->view.bytes = 100;
      log.append(*frame);
    }
    CHECK(track->frames == 64);
  }
  CHECK(track->frames == 0);
  pool.trim();
  CHECK(pool.all_home());
}
