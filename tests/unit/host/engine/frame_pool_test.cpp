#include "engine/frame_pool.hpp"

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "engine/dead_frames.hpp"

using namespace sluice::engine;

TEST_CASE("a pool keeps to its share, counts refusals, and reuses what comes home") {
  SlabStore store(8u << 20);
  FramePool pool(store, 64u << 10);
  std::vector<Frame*> out;
  while (Frame* const frame = pool.take(4000)) out.push_back(frame);
  CHECK(out.size() == 16);
  CHECK(pool.refused() == 1);
  Frame* const one = out.back();
  pool.put(one, one);
  CHECK(pool.take(4000) == one);
  CHECK(pool.take(100) == nullptr);  // the share is in use
  for (Frame* const frame : out) pool.give(*frame);
  CHECK(pool.take(60'000) != nullptr);  // what other sizes left is handed back for it
}

TEST_CASE("memory returns to the host when all frames are home") {
  SlabStore store(8u << 20);
  FramePool pool(store, 4u << 20);
  std::vector<Frame*> out;
  for (int i = 0; i < 100; ++i) out.push_back(pool.take(1000 + i * 200));
  pool.trim();
  CHECK_FALSE(pool.all_home());
  for (Frame* const frame : out) pool.put(frame, frame);
  pool.trim();
  CHECK(pool.all_home());
  CHECK(store.used() == 0);
}

TEST_CASE("frames larger than any class go straight back") {
  SlabStore store(16u << 20);
  FramePool pool(store, 16u << 20);
  Frame* const big = pool.take(3u << 20);
  REQUIRE(big != nullptr);
  CHECK(big->capacity == 3u << 20);
  pool.give(*big);
  CHECK(store.used() == 0);
}

TEST_CASE("many threads put back while the owner takes: each frame is home exactly once") {
  SlabStore store(8u << 20);
  FramePool pool(store, 8u << 20);
  constexpr int frames = 4000;
  std::vector<Frame*> out;
  for (int i = 0; i < frames; ++i) {
    Frame* const frame = pool.take(200);
    frame->refs.store(3);
    out.push_back(frame);
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      DeadFrames dead;
      for (std::size_t i = 0; i < out.size(); ++i) {
        dead.drop(*out[i]);
        if (i % 17 == 0) dead.flush();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  pool.trim();
  CHECK(pool.all_home());
  CHECK(store.used() == 0);
}

TEST_CASE("a track revision lives as long as a frame that names it") {
  SlabStore store(8u << 20);
  FramePool pool(store, 1u << 20);
  TrackTable tracks(pool);
  sluice_track track{};
  track.struct_size = sizeof track;
  track.kind = SLUICE_TRACK_VIDEO;
  track.codec = SLUICE_CODEC_H264;
  Failure failure;
  const std::uint32_t id = *tracks.add(track, failure);
  const std::weak_ptr<TrackRevision> first = tracks.list().front();
  Frame* const frame = pool.take(10);
  frame->track = tracks.newest(id);
  ++frame->track->frames;
  track.width = 1920;
  CHECK(tracks.update(id, track, failure) == Errc::ok);
  CHECK_FALSE(first.expired());
  pool.put(frame, frame);
  track.width = 1280;
  CHECK(tracks.update(id, track, failure) == Errc::ok);
  CHECK(first.expired());
}
