#include "player.hpp"

#include "connection.hpp"
#include "lane_server.hpp"
#include "merge_group.hpp"

namespace sluice::rtmp {
namespace {

// Enough for one gather write; keeps what a blocked player holds small.
constexpr std::uint32_t batch_limit = 64;

}  // namespace

Player::Player(LaneServer& server, Connection& connection, Capabilities capabilities)
    : server_(server),
      connection_(connection),
      capabilities_(std::move(capabilities)),
      subscriber_(server.host()) {}

Player::~Player() {
  if (merge_) merge_->leave(*this);
}

const SubscriberCalls& Player::calls() {
  static constexpr SubscriberCalls table{
      .on_open = [](void* self) { static_cast<Player*>(self)->on_open(); },
      .on_refused = [](void* self, sluice_status status,
                       std::string_view why) { static_cast<Player*>(self)->on_refused(status, why); },
      .on_ready = [](void* self) { static_cast<Player*>(self)->on_ready(); },
      .on_closed = [](void* self, sluice_status why,
                      std::string_view reason) { static_cast<Player*>(self)->on_closed(why, reason); }};
  return table;
}

sluice_status Player::open(const SessionRequest& request) {
  key_ = request.key;
  return subscriber_.open(server_.lane(), request, calls(), this);
}

void Player::on_open() {
  playing_ = true;
  merge_ = server_.merge_group(key_);
  if (merge_) merge_->join();
  connection_.play_started();
  choose_tracks();
  server_.host().info("player joined", {{"stream", key_}, {"peer", connection_.peer()}});
  pump();
}

void Player::on_refused(sluice_status status, std::string_view why) { connection_.play_refused(status, why); }

void Player::on_ready() {
  if (!merge_ || paused_) {
    pump();
  } else if (!marked_) {
    marked_ = true;
    merge_->mark(*this);
  }
}

void Player::on_closed(sluice_status why, std::string_view reason) {
  playing_ = false;
  connection_.play_ended(why, reason);
}

void Player::pause(bool on) {
  if (paused_ && !on) {
    wait_key_ = video_ != 0;
    video_revision_ = audio_revision_ = 0;  // the decoder may have been closed meanwhile
  }
  paused_ = on;
}

void Player::leave(std::string_view reason) {
  playing_ = false;
  subscriber_.close(reason);
}

void Player::pump() {
  marked_ = false;
  while (playing_ && connection_.flush()) {
    const std::uint64_t skipped_before = skipped_;
    const auto entries = subscriber_.read(batch_limit, &skipped_);
    if (skipped_ != skipped_before)
      server_.host().debug("player lagged; skipped to a later key frame",
                           {{"stream", key_}, {"peer", connection_.peer()}});
    if (entries.empty()) return;
    if (!paused_) enqueue(entries);
  }
}

void Player::enqueue(std::span<sluice_entry> entries) {
  std::size_t run = 0;  // entries[run..i) need no new sequence header in between
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const sluice_track& track = *entries[i].frame->track;
    const std::uint32_t known = track.id == video_   ? video_revision_
                                : track.id == audio_ ? audio_revision_
                                                     : 0;
    if (track.revision == known || track.revision == refused_revision_[track.id % track_slots]) continue;
    enqueue_run(entries.subspan(run, i - run));
    run = i;
    follow_track(*entries[i].frame);
  }
  enqueue_run(entries.subspan(run));
  connection_.account(subscriber_);
}

void Player::enqueue_run(std::span<sluice_entry> entries) {
  if (entries.empty()) return;
  if (merge_ && merge_->is_serving() && !wait_key_) {
    if (ParcelRef merged = merge_->merged(entries, video_, audio_); merged->bytes)
      connection_.queue(std::move(merged));
    return;
  }
  for (sluice_entry& entry : entries)
    if (wanted(*entry.frame))
      if (ParcelRef parcel = server_.egress().parcel_of(entry); parcel->bytes)
        connection_.queue(std::move(parcel));
}

bool Player::wanted(const sluice_frame& frame) {
  if (frame.track->id == audio_) return true;
  if (frame.track->id != video_) return false;
  if (wait_key_ && (frame.flags & SLUICE_FRAME_KEY)) wait_key_ = false;
  return !wait_key_;
}

// The first track of each kind that this player can take is the one it gets; the rest is said once.
void Player::choose_tracks() {
  for (const sluice_track* track : subscriber_.tracks()) {
    std::uint32_t& slot = track->kind == SLUICE_TRACK_VIDEO ? video_ : audio_;
    if (track->kind != SLUICE_TRACK_VIDEO && track->kind != SLUICE_TRACK_AUDIO) continue;
    if (!Egress::can_carry(*track, capabilities_))
      refuse_track(*track);
    else if (slot == 0)
      slot = track->id;
  }
  tell_metadata();
}

void Player::tell_metadata() {
  std::vector<const sluice_track*> chosen;
  for (const sluice_track* track : subscriber_.tracks())
    if (track->id == video_ || track->id == audio_) chosen.push_back(track);
  if (!chosen.empty()) connection_.queue(server_.egress().metadata(chosen));
}

// A frame of a track whose newest revision this player does not know yet.
void Player::follow_track(const sluice_frame& frame) {
  const sluice_track& track = *frame.track;
  const bool video = track.kind == SLUICE_TRACK_VIDEO;
  if (!video && track.kind != SLUICE_TRACK_AUDIO) return;
  if (!Egress::can_carry(track, capabilities_)) {
    refuse_track(track);
    if (track.id == video_) video_ = 0;
    if (track.id == audio_) audio_ = 0;
    return;
  }
  std::uint32_t& slot = video ? video_ : audio_;
  if (slot != 0 && slot != track.id) {
    refused_revision_[track.id % track_slots] = track.revision;  // a second track of this kind
    return;
  }
  const bool late = slot == 0;  // the player was here before the track
  slot = track.id;
  if (late) tell_metadata();
  (video ? video_revision_ : audio_revision_) = track.revision;
  if (ParcelRef header = server_.egress().sequence_header(track, frame.dts))
    connection_.queue(std::move(header));
}

void Player::refuse_track(const sluice_track& track) {
  std::uint32_t& refused = refused_revision_[track.id % track_slots];
  if (refused == track.revision) return;
  refused = track.revision;
  const std::string codec = Egress::codec_name(track.codec);
  server_.host().warn("player cannot be sent a track: it announced no such codec in connect (Enhanced RTMP)",
                      {{"stream", key_}, {"peer", connection_.peer()}, {"codec", codec}});
  connection_.track_not_playable(codec);
}

}  // namespace sluice::rtmp
