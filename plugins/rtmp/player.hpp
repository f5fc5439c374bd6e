// Player: one viewer of one stream over one connection.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <sluice/subscriber.hpp>

#include "egress.hpp"

namespace sluice::rtmp {

class Connection;
class LaneServer;
class MergeGroup;

// [lane]
class Player {
 public:
  Player(LaneServer& server, Connection& connection, Capabilities capabilities);
  ~Player();
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  sluice_status open(const SessionRequest& request);
  // Reads and sends until there is nothing new or the socket is full. Called again when it is not.
  void pump();
  // NetStream.pause: live goes on without this player; afterwards it starts again at a key frame.
  void pause(bool on);
  // The viewer is gone: no call comes any more.
  void leave(std::string_view reason);
  bool is_playing() const { return playing_; }

 private:
  static const SubscriberCalls& calls();

  void on_open();
  void on_refused(sluice_status status, std::string_view why);
  void on_ready();
  void on_closed(sluice_status why, std::string_view reason);

  void choose_tracks();
  void tell_metadata();
  void enqueue(std::span<sluice_entry> entries);
  void enqueue_run(std::span<sluice_entry> entries);
  void follow_track(const sluice_frame& frame);
  void refuse_track(const sluice_track& track);
  bool wanted(const sluice_frame& frame);

  LaneServer& server_;
  Connection& connection_;
  Capabilities capabilities_;
  Subscriber subscriber_;
  MergeGroup* merge_ = nullptr;
  std::string key_;
  std::uint64_t skipped_ = 0;
  std::uint32_t video_ = 0;  // the track played, 0 none
  std::uint32_t audio_ = 0;
  std::uint32_t video_revision_ = 0;  // of the last sequence header sent
  std::uint32_t audio_revision_ = 0;
  // Per track (ids are small): the revision this player does not get, so that it is looked at once.
  static constexpr std::size_t track_slots = 16;
  std::array<std::uint32_t, track_slots> refused_revision_{};
  bool playing_ = false;
  bool paused_ = false;
  bool wait_key_ = false;  // after a pause: video resumes at a key frame
  bool marked_ = false;    // with the merge group
};

}  // namespace sluice::rtmp
