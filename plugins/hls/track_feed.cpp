#include "track_feed.hpp"

#include <sluice/media/codec_string.hpp>

#include "stream_list.hpp"

namespace sluice::hls {
namespace {

constexpr std::uint32_t batch_limit = 64;
// A chunk is a whole part, so the engine's limits for single frames are too small.
constexpr std::uint64_t lag_bytes = 64u << 20;
constexpr std::int64_t lag_time = 30'000'000'000;

// FNV-1a: the same bytes have the same name on every node, other bytes another one.
std::uint64_t name_of(sluice_bytes bytes) {
  std::uint64_t hash = 14'695'981'039'346'656'037u;
  for (std::uint64_t i = 0; i < bytes.size; ++i) hash = (hash ^ bytes.data[i]) * 1'099'511'628'211u;
  return hash >> 11;  // exact in a script's number as well
}

}  // namespace

const SubscriberCalls& TrackFeed::calls() {
  static constexpr SubscriberCalls table{
      .on_open = [](void* self) { static_cast<TrackFeed*>(self)->pump(); },
      .on_refused = [](void* self, sluice_status,
                       std::string_view why) { static_cast<TrackFeed*>(self)->fail(why); },
      .on_ready = [](void* self) { static_cast<TrackFeed*>(self)->pump(); },
      .on_closed = [](void* self, sluice_status why,
                      std::string_view) { static_cast<TrackFeed*>(self)->close(why); }};
  return table;
}

void TrackFeed::open(sluice_lane* lane, const std::string& key, const sluice_track& track) {
  describe(track);
  subscribe(lane, key, "cmaf", "{\"tracks\":[" + std::to_string(track.id) + "]}");
}

void TrackFeed::open_transport_stream(sluice_lane* lane, const std::string& key) {
  facts_.id = "ts";
  subscribe(lane, key, "mpegts", "{}");
}

void TrackFeed::subscribe(sluice_lane* lane, const std::string& key, std::string_view format,
                          const std::string& parameters) {
  key_ = key;
  title_ = key + " " + facts_.id;
  SessionRequest request;
  request.key = key;
  request.protocol = "hls";
  request.local_module = true;
  const sluice_status status = subscriber_.open(lane, request, calls(), this,
                                                {.start = SLUICE_START_CACHE,
                                                 .max_bytes = lag_bytes,
                                                 .max_time = lag_time,
                                                 .format = format,
                                                 .parameters = parameters});
  if (status != SLUICE_STATUS_OK) fail(status_name(status));
}

void TrackFeed::describe(const sluice_track& track) {
  video_ = track.kind == SLUICE_TRACK_VIDEO;
  facts_.id = (video_ ? "v" : "a") + std::to_string(track.id);
  const auto codecs = media::codec_string(track.codec, std::span(track.config.data, track.config.size));
  facts_.codecs = codecs.has_value() ? *codecs : std::string();
  facts_.language = from_abi(track.language);
  facts_.width = track.width;
  facts_.height = track.height;
  facts_.frame_rate_num = track.frame_rate_num;
  facts_.frame_rate_den = track.frame_rate_den;
  facts_.sample_rate = track.sample_rate;
  facts_.channels = track.channels;
  timescale_ = !video_ && track.sample_rate > 0 ? track.sample_rate : 90'000;
}

Rendition TrackFeed::rendition() const {
  Rendition rendition = facts_;
  rendition.peak_bitrate = index_.peak_bitrate();
  rendition.average_bitrate = index_.average_bitrate();
  rendition.independent = index_.all_independent();
  return rendition;
}

void TrackFeed::pump() {
  const std::uint64_t before = index_.revision();
  for (auto entries = subscriber_.read(batch_limit); !entries.empty();
       entries = subscriber_.read(batch_limit))
    for (const sluice_entry& entry : entries) {
      take(*entry.frame);
      subscriber_.sent(entry.frame->bytes);
    }
  if (index_.revision() != before) on_change_();
}

void TrackFeed::take(const sluice_frame& frame) {
  if (frame.track->revision != init_revision_) take_init(frame);
  Chunk chunk;
  chunk.segment = frame.segment;
  chunk.part = frame.part;
  chunk.discontinuity = frame.discontinuity;
  chunk.init = init_;
  chunk.dts = frame.dts;
  chunk.duration = frame.duration;
  chunk.wall = frame.capture_wall == SLUICE_TIME_NONE ? no_wall : frame.capture_wall;
  chunk.independent = (frame.flags & (SLUICE_FRAME_INDEPENDENT | SLUICE_FRAME_KEY)) != 0;
  chunk.bytes = frame.bytes;
  chunk.held = hold(frame);
  // The chunk that ends the first segment: it is settled now.
  if (index_.target_duration() == 0 && index_.open() && chunk.segment > index_.open()->number)
    index_.expect_at_most(segment_bound(host_, key_));
  index_.add(std::move(chunk));
}

ChunkRef TrackFeed::hold(const sluice_frame& frame) const {
  host_.engine().call(&sluice_engine::frame_retain, &frame);
  return {&frame, [host = &host_](const void* held) {
            host->engine().call(&sluice_engine::frame_release, static_cast<const sluice_frame*>(held));
          }};
}

void TrackFeed::take_init(const sluice_frame& frame) {
  const sluice_bytes config = frame.track->config;
  init_revision_ = frame.track->revision;
  init_ = name_of(config);
  index_.add_init(init_, std::make_shared<const std::string>(reinterpret_cast<const char*>(config.data),
                                                             static_cast<std::size_t>(config.size)));
}

void TrackFeed::fail(std::string_view why) {
  failed_ = true;
  index_.end();
  host_.warn("a track cannot be offered over HLS", {{"track", title_}, {"why", std::string(why)}});
  on_change_();
}

void TrackFeed::close(sluice_status why) {
  pump();
  if (why == SLUICE_STATUS_GONE)
    index_.end();
  else
    lost_ = true;
  on_change_();
}

}  // namespace sluice::hls
