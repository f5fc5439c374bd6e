#include "ingest.hpp"

#include <sluice/mux/flv/carriage.hpp>
#include <sluice/mux/flv/timestamp.hpp>

#include "connection.hpp"
#include "lane_server.hpp"

namespace sluice::rtmp {
namespace {

using flv::ns_per_ms;

// The encoder's own marks count too: in an open GOP the key frames are no IDR pictures.
std::uint32_t marks_of(const flv::VideoTag& tag) {
  return (tag.key ? SLUICE_FRAME_KEY : 0u) | (tag.disposable ? SLUICE_FRAME_DISPOSABLE : 0u);
}

}  // namespace

Ingest::Ingest(LaneServer& server, Connection& connection)
    : server_(server), connection_(connection), publisher_(server.host()) {}

sluice_status Ingest::open(sluice_lane* lane, const SessionRequest& request) {
  return publisher_.open(
      lane, request,
      {.on_open = [this] { connection_.publish_started(); },
       .on_refused = [this](sluice_status status,
                            std::string_view why) { connection_.publish_refused(status, why); },
       .on_revoked = [this](sluice_status why,
                            std::string_view reason) { connection_.publish_revoked(why, reason); }});
}

void Ingest::on_message(const Message& message) {
  if (!publisher_.is_open()) return;
  if (message.type == type_video)
    on_video(message);
  else
    on_audio(message);
}

void Ingest::on_video(const Message& message) {
  const auto parsed = flv::parse_video(message.payload);
  if (!parsed) return drop(parsed.error().message());
  if (parsed->skipped) drop("codec not carried");
  const std::int64_t ms = clock_.unroll(message.timestamp);
  for (const flv::VideoTag& tag : parsed->tags) {
    auto& slot = video_[tag.track % flv::max_tracks];
    const std::int64_t dts = ms * ns_per_ms + tag.nano_offset;
    if (tag.packet == flv::VideoPacket::sequence_start)
      configure(slot, flv::codec_of(tag.codec), tag.payload);
    else if (tag.packet == flv::VideoPacket::frames)
      write(slot, flv::codec_of(tag.codec), tag.payload, {dts, dts + tag.composition_ms * ns_per_ms},
            marks_of(tag));
  }
}

void Ingest::on_audio(const Message& message) {
  const auto parsed = flv::parse_audio(message.payload);
  if (!parsed) return drop(parsed.error().message());
  if (parsed->skipped) drop("codec not carried");
  const std::int64_t ms = clock_.unroll(message.timestamp);
  for (const flv::AudioTag& tag : parsed->tags) {
    auto& slot = audio_[tag.track % flv::max_tracks];
    const std::int64_t dts = ms * ns_per_ms + tag.nano_offset;
    if (tag.packet == flv::AudioPacket::sequence_start)
      configure(slot, flv::codec_of(tag.codec), tag.payload);
    else if (tag.packet == flv::AudioPacket::frames)
      write(slot, flv::codec_of(tag.codec), tag.payload, {dts, dts}, 0);
  }
}

// A slot keeps its engine track when the codec changes: players see a new revision of the same picture or
// sound.
Ingest::Track& Ingest::track_for(std::optional<Track>& slot, std::uint32_t codec) {
  if (!slot)
    slot.emplace(Track{flv::CodecTrack(codec)});
  else if (slot->codec.facts().codec != codec)
    slot->codec = flv::CodecTrack(codec);
  return *slot;
}

void Ingest::configure(std::optional<Track>& slot, std::uint32_t codec,
                       std::span<const std::uint8_t> record) {
  // A record that cannot be used must not take the place of one that can.
  flv::CodecTrack candidate =
      slot && slot->codec.facts().codec == codec ? slot->codec : flv::CodecTrack(codec);
  const auto change = candidate.configure(record);
  if (!change) return drop("codec configuration: " + change.error().message());
  Track& track = track_for(slot, codec);
  track.codec = std::move(candidate);
  if (*change == flv::Change::facts || track.id == 0) declare(track);
}

void Ingest::write(std::optional<Track>& slot, std::uint32_t codec, std::span<const std::uint8_t> frame,
                   Timing timing, std::uint32_t marks) {
  Track& track = track_for(slot, codec);
  const auto plan = track.codec.scan(frame);
  if (!plan) return drop(plan.error().message());
  if ((plan->facts_changed || track.id == 0) && !declare(track)) return;
  if (plan->size == 0) return;
  const std::uint32_t flags =
      marks | (plan->key ? SLUICE_FRAME_KEY : 0u) | (plan->disposable ? SLUICE_FRAME_DISPOSABLE : 0u);
  if (track.wait_key && !(flags & SLUICE_FRAME_KEY)) return drop("waiting for a key frame after a loss");

  sluice_draft draft{};
  if (publisher_.begin(plan->size, draft) != SLUICE_STATUS_OK) {
    track.wait_key = true;
    return drop("no memory");
  }
  track.codec.write(frame, {draft.data, plan->size});
  sluice_frame_facts facts{};
  facts.track = track.id;
  facts.flags = flags;
  facts.size = plan->size;
  facts.dts = timing.dts;
  facts.pts = timing.pts;
  facts.duration = plan->duration;
  facts.capture_wall = SLUICE_TIME_NONE;
  const sluice_status status = publisher_.publish(draft, facts);
  track.wait_key = status != SLUICE_STATUS_OK;
  if (track.wait_key) return drop(status_name(status));
  ++frames_;
}

// Tells the engine the track's newest facts. False: not possible now; frames of it are dropped.
bool Ingest::declare(Track& track) {
  if (!track.codec.is_ready()) return false;
  const sluice_track facts = track.codec.facts().to_abi();
  const sluice_status status =
      track.id ? publisher_.update_track(track.id, facts) : publisher_.add_track(facts, track.id);
  if (status != SLUICE_STATUS_OK) drop("track refused");
  return status == SLUICE_STATUS_OK;
}

void Ingest::drop(std::string_view reason) {
  server_.count("dropped_messages", reason);
  server_.host().debug("message dropped", {{"peer", connection_.peer()}, {"reason", reason}});
}

}  // namespace sluice::rtmp
