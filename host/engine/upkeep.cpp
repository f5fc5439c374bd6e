// What time brings to the stream table: five to twenty times a second, on one host thread.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "abi/seat.hpp"
#include "engine/publication.hpp"
#include "engine/slab_store.hpp"
#include "engine/stream_table.hpp"
#include "engine/subscription.hpp"

namespace sluice::engine {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t shortest_cache = second / 4;

}  // namespace

bool StreamTable::tick() {
  const std::int64_t now = clock_.monotonic();
  bool short_of_memory = false;
  {
    Turn turn(*this);
    std::vector<std::shared_ptr<Stream>> streams;  // an end takes its stream out of the table
    streams.reserve(streams_.size());
    for (const auto& [key, stream] : streams_) streams.push_back(stream);
    for (const auto& stream : streams) keep_stream(turn, *stream, now);
    keep_operations(now);
    keep_memory();
    short_of_memory = age_limit_ != INT64_MAX;
    if (now >= next_viewer_check_) {
      next_viewer_check_ = now + second;
      keep_viewers(turn, now);
    }
  }
  reap();
  return short_of_memory;
}

void StreamTable::keep_stream(Turn& turn, Stream& stream, std::int64_t now) {
  keep_rates(turn, stream, now);
  keep_packagings(turn, stream, now);
  if (stream.state == StreamState::grace) {
    if (now >= stream.grace_until) end_stream(turn, stream, "its publisher did not return");
    return;
  }
  // A publisher whose frames are dropped is not idle.
  const std::uint64_t written = stream.log.head() +
                                stream.counters.dropped_memory.load(std::memory_order_relaxed) +
                                stream.counters.dropped_no_key.load(std::memory_order_relaxed);
  if (written != stream.seen_written) {
    stream.seen_written = written;
    stream.progressed = now;
    stream.epoch_ran = true;
    return;
  }
  const std::int64_t patience =
      (stream.epoch_ran ? stream.options.idle_timeout : stream.options.first_frame_timeout).count();
  if (patience <= 0 || now - stream.progressed < patience || stream.publication == nullptr) return;
  revoke_publication(*stream.publication, Errc::timeout,
                     "no frame for " + std::to_string(patience / second) + " s", End::lost);
}

void StreamTable::keep_rates(Turn& turn, Stream& stream, std::int64_t now) {
  StreamRates& rates = stream.rates;
  const std::uint64_t keys = stream.counters.keys.load(std::memory_order_relaxed);
  if (keys != rates.keys) {
    rates.keys = keys;
    rates.key_seen = now;
  }
  const std::int64_t passed = now - rates.window_start;
  if (rates.window_start != 0 && passed < second) return;
  const std::uint64_t bytes = stream.counters.bytes.load(std::memory_order_relaxed);
  const std::uint64_t frames = stream.counters.video_frames.load(std::memory_order_relaxed);
  if (rates.window_start != 0) {
    const double seconds = static_cast<double>(passed) / static_cast<double>(second);
    rates.bitrate = static_cast<double>(bytes - rates.bytes) * 8.0 / seconds;
    rates.fps = static_cast<double>(frames - rates.frames) / seconds;
  }
  rates.window_start = now;
  rates.bytes = bytes;
  rates.frames = frames;
  // Told here and not by the writer, whose path calls nobody.
  const std::uint64_t breaks = stream.counters.discontinuities.load(std::memory_order_relaxed);
  if (breaks != rates.told_discontinuities) {
    turn.tell("stream.discontinuity", stream.key, "", {{"count", breaks - rates.told_discontinuities}});
    rates.told_discontinuities = breaks;
  }
  const std::uint64_t changes = stream.tracks.changes();
  if (changes != rates.told_tracks) {
    turn.tell("track.changed", stream.key, "", {{"tracks", stream.tracks.list().size()}});
    rates.told_tracks = changes;
  }
}

void StreamTable::keep_operations(std::int64_t now) {
  for (const auto& [operation, handle] : operations_) {
    if (operation->phase == Operation::Phase::decided || now < operation->deadline) continue;
    if (operation->phase == Operation::Phase::waiting && operation->seat.standby) continue;  // see activate()
    if (operation->phase == Operation::Phase::waiting) {
      if (!operation->publishes()) {
        decide(*operation,
               {Errc::timeout, "the packager of " + operation->subscribe.format + " does not answer", ""});
        continue;
      }
      const auto found = streams_.find(operation->key());
      if (found != streams_.end() && found->second->successor == handle) found->second->successor.reset();
      decide(*operation, {Errc::busy, "the other publisher of " + operation->key() + " does not let go", ""});
    } else {
      decide(*operation, {Errc::denied, "authorisation did not answer in time", "see the auth module's log"});
    }
  }
}

void StreamTable::keep_viewers(Turn& turn, std::int64_t) {
  for (const auto& [id, subscription] : subscriptions_) {
    const std::uint64_t skips = subscription->skips_.load(std::memory_order_relaxed);
    if (skips == subscription->told_skips_) continue;
    turn.tell("subscription.lagged", subscription->stream().key, subscription->seat_.id,
              {{"viewer", id},
               {"peer", subscription->request_.peer.address},
               {"skips", skips - subscription->told_skips_},
               {"skipped_frames", subscription->skipped_.load(std::memory_order_relaxed)}});
    subscription->told_skips_ = skips;
  }
}

// Oldest first over the whole host: every cache's age is bounded by one number that falls while memory is
// short.
void StreamTable::keep_memory() {
  const bool short_of_it = slabs_.under_pressure();
  if (!short_of_it && age_limit_ == INT64_MAX) return;
  std::int64_t longest = 0;
  for (const auto& [key, stream] : streams_) longest = std::max(longest, stream->options.cache_time.count());
  if (short_of_it) {
    age_limit_ = std::max(std::min(age_limit_, longest) / 4 * 3, shortest_cache);
  } else {
    age_limit_ = age_limit_ >= longest ? INT64_MAX : age_limit_ + age_limit_ / 16;
  }
  for (const auto& [key, stream] : streams_) {
    stream->log.set_age_limit(age_limit_);
    for (const auto& [name, packaging] : stream->packagings) packaging->chunks->log.set_age_limit(age_limit_);
    if (stream->publication != nullptr || !short_of_it) continue;
    stream->log.shrink(age_limit_, 256);  // nobody else writes it
    stream->pool->trim();
  }
}

void StreamTable::reap() {
  std::vector<Stream*> dead;
  {
    const std::lock_guard lock(grave_mutex_);
    dead.swap(grave_);
  }
  for (Stream* const stream : dead) {
    emptying_.push_back(stream->pool);
    delete stream;
  }
  std::erase_if(emptying_, [](const std::shared_ptr<FramePool>& pool) {
    pool->trim();
    return pool->all_home();
  });
}

}  // namespace sluice::engine
