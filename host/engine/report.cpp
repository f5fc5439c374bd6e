// The stream table's lists for operators and modules.
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

template <class Number>
Number read(const std::atomic<Number>& counter) {
  return counter.load(std::memory_order_relaxed);
}

std::string codec_name(std::uint32_t codec) {
  std::string name;
  for (int shift = 0; shift < 32; shift += 8) {
    const char c = static_cast<char>(codec >> shift & 0xff);
    name += c >= ' ' && c <= '~' ? c : '?';
  }
  return name;
}

nlohmann::json track_facts(const sluice_track& track) {
  static constexpr const char* kinds[] = {"", "video", "audio", "data", "chunks"};
  nlohmann::json facts{{"id", track.id},
                       {"revision", track.revision},
                       {"kind", kinds[track.kind]},
                       {"codec", codec_name(track.codec)}};
  if (track.kind == SLUICE_TRACK_VIDEO && track.width != 0) {
    facts["width"] = track.width;
    facts["height"] = track.height;
  }
  if (track.kind == SLUICE_TRACK_AUDIO && track.sample_rate != 0) {
    facts["sample_rate"] = track.sample_rate;
    facts["channels"] = track.channels;
  }
  return facts;
}

nlohmann::json to_json(const ViewerFacts& viewer) {
  return {{"id", viewer.id},
          {"stream", viewer.stream},
          {"module", viewer.module},
          {"protocol", viewer.peer.protocol},
          {"peer", viewer.peer.address},
          {"agent", viewer.peer.user_agent},
          {"format", viewer.format},
          {"age_s", viewer.age / second},
          {"bytes", viewer.bytes},
          {"frames", viewer.frames},
          {"skipped", viewer.skipped},
          {"skips", viewer.skips},
          {"lag_frames", viewer.lag_frames},
          {"lag_bytes", viewer.lag_bytes},
          {"lag_ms", viewer.lag_time / 1'000'000}};
}

const char* state_name(StreamState state) {
  return state == StreamState::live ? "live" : state == StreamState::grace ? "grace" : "ended";
}

// How far the newest picture is ahead of the newest sound; null where there is only one of them.
nlohmann::json skew_ms(const StreamCounters& counters) {
  const std::int64_t video = read(counters.video_dts);
  const std::int64_t audio = read(counters.audio_dts);
  if (video == SLUICE_TIME_NONE || audio == SLUICE_TIME_NONE) return nullptr;
  return (video - audio) / 1'000'000;
}

nlohmann::json counter_facts(const Stream& stream, std::int64_t now) {
  const StreamCounters& counters = stream.counters;
  return {{"frames", read(counters.frames)},
          {"bytes", read(counters.bytes)},
          {"bitrate", static_cast<std::uint64_t>(stream.rates.bitrate)},
          {"fps", static_cast<double>(static_cast<std::int64_t>(stream.rates.fps * 100)) / 100},
          {"gop_frames", read(counters.gop_frames)},
          {"gop_ms", read(counters.gop_time) / 1'000'000},
          {"segment_bound_ms", read(counters.segment_bound) / 1'000'000},
          {"key_age_ms", stream.rates.key_seen == 0 ? -1 : (now - stream.rates.key_seen) / 1'000'000},
          {"cache_bytes", stream.log.held_bytes()},
          {"memory", stream.pool->held()},
          {"discontinuities", read(counters.discontinuities)},
          {"dropped_memory", read(counters.dropped_memory)},
          {"dropped_no_key", read(counters.dropped_no_key)},
          {"clock_jumps", read(counters.jumps)},
          {"dts_held", read(counters.held_back)},
          {"pts_repaired", read(counters.pts_repaired)},
          {"lanes_lapped", read(counters.lapped)},
          {"av_skew_ms", skew_ms(counters)}};
}

}  // namespace

ViewerFacts StreamTable::facts_of(const Subscription& subscription, std::int64_t now) {
  const Stream& stream = subscription.stream();
  const std::uint64_t head = stream.log.head();
  const std::uint64_t cursor = read(subscription.shown_cursor_);
  const std::uint64_t total = stream.log.total_bytes();
  const std::uint64_t at = read(subscription.shown_total_);
  ViewerFacts facts;
  facts.id = subscription.id();
  facts.stream = stream.key;
  facts.module = subscription.seat_.id;
  facts.peer = subscription.request_.peer;
  facts.format = subscription.request_.format;
  facts.age = now - subscription.since_;
  facts.bytes = read(subscription.bytes_);
  facts.frames = read(subscription.frames_);
  facts.skipped = read(subscription.skipped_);
  facts.skips = read(subscription.skips_);
  facts.lag_frames = head >= cursor ? head + 1 - cursor : 0;
  facts.lag_bytes = total > at ? total - at : 0;
  facts.lag_time = std::max<std::int64_t>(0, stream.log.newest_dts() - read(subscription.shown_dts_));
  return facts;
}

nlohmann::json StreamTable::streams() const {
  nlohmann::json list = nlohmann::json::array();
  const std::int64_t now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  for (const auto& [key, stream] : streams_) {
    nlohmann::json facts = counter_facts(*stream, now);
    facts["key"] = key;
    facts["state"] = state_name(stream->state);
    facts["epoch"] = stream->epoch;
    facts["age_s"] = (now - stream->since) / second;
    facts["viewers"] = read(stream->viewers);
    facts["packagings"] = packaging_facts(*stream);
    facts["tracks"] = nlohmann::json::array();
    for (const auto& track : stream->tracks.list()) facts["tracks"].push_back(track_facts(track->view));
    if (const Publication* const publication = stream->publication) {
      facts["module"] = publication->seat().id;
      facts["protocol"] = publication->peer().protocol;
      facts["peer"] = publication->peer().address;
    }
    list.push_back(std::move(facts));
  }
  std::sort(list.begin(), list.end(),
            [](const nlohmann::json& a, const nlohmann::json& b) { return a["key"] < b["key"]; });
  return list;
}

// Numbers first, words later: ten thousand viewers are no reason to hold the mutex for long.
nlohmann::json StreamTable::viewers(std::string_view key) const {
  const std::int64_t now = clock_.monotonic();
  std::vector<ViewerFacts> facts;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, subscription] : subscriptions_) {
      if (subscription->request().peer.local_module) continue;
      if (key.empty() || subscription->stream().key == key) facts.push_back(facts_of(*subscription, now));
    }
  }
  nlohmann::json list = nlohmann::json::array();
  for (const ViewerFacts& viewer : facts) list.push_back(to_json(viewer));
  return list;
}

nlohmann::json StreamTable::totals() const {
  const std::lock_guard lock(mutex_);
  return {{"streams", streams_.size()},
          {"viewers", viewers_},
          {"begins", operations_.size()},
          {"memory_used", slabs_.used()},
          {"memory_budget", slabs_.budget()}};
}

PublisherHoldings StreamTable::holdings(const Seat& seat) const {
  PublisherHoldings holdings;
  const std::lock_guard lock(mutex_);
  for (const Publication* const publication : publications_) {
    if (&publication->seat() != &seat) continue;
    holdings.drafts += read(publication->drafts_);
    if (publication->live_) holdings.memory += publication->stream_->pool->held();
  }
  return holdings;
}

std::uint64_t StreamTable::revision() const {
  const std::lock_guard lock(mutex_);
  return changes_.revision();
}

}  // namespace sluice::engine
