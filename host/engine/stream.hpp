// One stream: what its writer owns, what everybody may read, and what the table keeps under its mutex.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "engine/frame_log.hpp"
#include "engine/frame_pool.hpp"
#include "engine/options.hpp"
#include "engine/segment_clock.hpp"
#include "engine/timeline.hpp"
#include "engine/track.hpp"

namespace sluice::engine {

class Operation;
class Publication;
struct Packaging;

enum class StreamState { live, grace, ended };

// One writer each; read by whoever reports.
struct StreamCounters {
  std::atomic<std::uint64_t> frames{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> video_frames{0};
  std::atomic<std::uint64_t> keys{0};
  std::atomic<std::uint64_t> gop_frames{0};    // of the last whole GOP
  std::atomic<std::int64_t> gop_time{0};       // ns
  std::atomic<std::int64_t> segment_bound{0};  // ns, SegmentClock::bound
  std::atomic<std::uint64_t> discontinuities{0};
  std::atomic<std::uint64_t> dropped_memory{0};  // no memory, and what could not be decoded after it
  std::atomic<std::uint64_t> dropped_no_key{0};  // before a track's first key frame
  std::atomic<std::uint64_t> jumps{0};           // clock corrections, as Timeline counts them
  std::atomic<std::uint64_t> held_back{0};
  std::atomic<std::uint64_t> pts_repaired{0};
  std::atomic<std::uint64_t> lapped{0};                   // lanes that fell out of the log
  std::atomic<std::int64_t> video_dts{SLUICE_TIME_NONE};  // newest of each kind
  std::atomic<std::int64_t> audio_dts{SLUICE_TIME_NONE};
};

// Rates over the last full second or so.
struct StreamRates {
  std::int64_t window_start = 0;
  std::uint64_t bytes = 0;
  std::uint64_t frames = 0;
  double bitrate = 0;
  double fps = 0;
  std::uint64_t keys = 0;
  std::int64_t key_seen = 0;
  std::uint64_t told_discontinuities = 0;
  std::uint64_t told_tracks = 0;
};

struct Stream {
  Stream(std::uint64_t number, std::string name, const AppOptions& app, SlabStore& store)
      : id(number),
        key(std::move(name)),
        options(app),
        pool(std::make_shared<FramePool>(store, app.memory_share)),
        tracks(*pool),
        log(number, {app.cache_bytes, app.cache_frames, app.cache_time.count()}),
        marks(app.segment_target.count(), app.part_target.count()) {}

  const std::uint64_t id;
  const std::string key;
  const AppOptions options;

  // The writer's: the publication's lane, or the table while there is none. Handed over under its mutex.
  const std::shared_ptr<FramePool> pool;  // outlives the log
  TrackTable tracks;
  FrameLog log;
  Timeline timeline;
  SegmentClock marks;

  // [any]
  StreamCounters counters;
  std::atomic<std::int64_t> next_key_request{0};
  // Admitted, of packagings too; changed under the table's mutex. What a module reads for itself is no
  // viewer.
  std::atomic<std::uint64_t> viewers{0};
  std::atomic<std::uint64_t> readers{0};       // with those
  std::string ended_why = "the stream ended";  // changed by the writer before log.finish()
  std::weak_ptr<Stream> source;                // of a packaging's chunks; set before anybody sees it

  // Under the table's mutex.
  StreamState state = StreamState::live;
  std::uint64_t epoch = 0;
  Publication* publication = nullptr;
  std::shared_ptr<Operation> successor;  // waits for the publication to let go
  std::int64_t since = 0;
  std::int64_t grace_until = 0;
  std::uint64_t seen_written = 0;  // for idleness: what the last tick saw ...
  std::int64_t progressed = 0;     // ... and when that was new
  bool epoch_ran = false;          // this publication wrote a frame
  StreamRates rates;
  std::map<std::string, std::shared_ptr<Packaging>> packagings;  // by format and parameters
};

}  // namespace sluice::engine
