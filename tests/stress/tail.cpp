// Readers race the log's tail: a handful of headers go round and round, so that every pointer a reader has
// just loaded may already be another frame.
#include <atomic>
#include <cstring>
#include <string>

#include "engine/dead_frames.hpp"
#include "engine/frame_log.hpp"
#include "engine/frame_pool.hpp"
#include "stress.hpp"

namespace stress {
namespace {

constexpr const char* scene = "tail";
constexpr std::uint64_t stream_id = 42;

struct Course {
  SlabStore store{4u << 20};
  FramePool pool{store, 64u << 10};
  TrackTable tracks{pool};
  std::atomic<bool> over{false};
  std::atomic<std::uint64_t> reads{0};
  std::atomic<std::uint64_t> misses{0};
};

void read_tail(Course& course, const FrameLog& log, Random random) {
  DeadFrames dead;
  std::uint64_t reads = 0;
  std::uint64_t misses = 0;
  while (!course.over.load(std::memory_order_relaxed)) {
    const std::uint64_t wanted = log.first() + random.below(2);
    if (wanted == 0 || wanted > log.head()) continue;
    ++reads;
    Frame* const frame = log.get(wanted);
    if (frame == nullptr) {
      ++misses;
      continue;
    }
    check_frame(scene, frame->view, wanted, stream_id);
    dead.drop(*frame);
    if (random.once_in(4)) dead.flush();
  }
  course.reads += reads;
  course.misses += misses;
}

void write_tail(Course& course, FrameLog& log, TrackRevision& track, const Settings& settings) {
  const Deadline deadline(settings.seconds);
  const Deadline hang(settings.seconds + 30);
  for (std::uint64_t number = 1; !deadline.over();) {
    Frame* const frame = course.pool.take(100);
    if (frame == nullptr) {
      if (hang.over()) fail(scene, "the pool stays empty");
      std::this_thread::yield();
      continue;
    }
    const Stamp stamp{number, stream_id};
    std::memcpy(frame->payload, &stamp, sizeof stamp);
    std::memcpy(frame->payload + 100 - sizeof stamp, &stamp, sizeof stamp);
    frame->track = &track;
    ++track.frames;
    frame->span = {frame->payload, 100};
    frame->view = {};
    frame->view.flags = SLUICE_FRAME_KEY;
    frame->view.track = &track.view;
    frame->view.dts = static_cast<std::int64_t>(number);
    frame->view.spans = &frame->span;
    frame->view.span_count = 1;
    frame->view.bytes = 100;
    log.append(*frame);
    ++number;
  }
}

}  // namespace

void run_tail(const Settings& settings) {
  Course course;
  sluice_track video{};
  video.struct_size = sizeof video;
  video.kind = SLUICE_TRACK_VIDEO;
  Failure failure;
  const std::uint32_t id = *course.tracks.add(video, failure);
  {
    FrameLog log(stream_id, {1u << 20, 4, INT64_MAX});
    std::vector<std::thread> readers;
    for (unsigned i = 0; i < settings.lanes; ++i) {
      readers.emplace_back(
          [&course, &log, seed = settings.seed * 100 + i] { read_tail(course, log, Random(seed)); });
    }
    write_tail(course, log, *course.tracks.newest(id), settings);
    course.over = true;
    for (std::thread& reader : readers) reader.join();
  }
  course.pool.trim();
  if (!course.pool.all_home()) fail(scene, "frames never came home");
  std::printf("tail: %lu reads, %lu misses\n", static_cast<unsigned long>(course.reads.load()),
              static_cast<unsigned long>(course.misses.load()));
}

}  // namespace stress
