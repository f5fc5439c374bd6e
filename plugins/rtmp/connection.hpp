// Connection: one RTMP socket, perhaps within TLS. Bytes in to the session, what the session says to ingest
// or player, bytes out.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/listener.hpp>
#include <sluice/subscriber.hpp>
#include <sluice/tls/session.hpp>
#include <sluice/watch.hpp>

#include "ingest.hpp"
#include "player.hpp"
#include "send_queue.hpp"
#include "session.hpp"

namespace sluice::rtmp {

class LaneServer;

// A message kept beyond its read.
struct OwnedMessage {
  Message message;
  std::vector<std::uint8_t> bytes;
};

// Its lane keeps it until after the turn of the loop in which it closed. [lane]
class Connection {
 public:
  Connection(LaneServer& server, sluice::Connection socket, bool secure);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();
  // About once a second: closes what missed its deadline.
  void tick(std::int64_t now);
  // Ends it for good; the reason is logged once.
  void close(std::string_view reason);

  const std::string& peer() const { return peer_; }

  // ---- For the player ----
  void queue(ParcelRef parcel) { out_.push(std::move(parcel)); }
  // Writes what is queued. True: all of it is gone. False: the socket is full (pump is called later) or
  // closed.
  bool flush();
  void account(Subscriber& subscriber);
  void play_started();
  void play_refused(sluice_status status, std::string_view why);
  void play_ended(sluice_status why, std::string_view reason);
  void track_not_playable(const std::string& codec);

  // ---- For the ingest ----
  void publish_started();
  void publish_refused(sluice_status status, std::string_view why);
  void publish_revoked(sluice_status why, std::string_view reason);

 private:
  void on_event(std::uint32_t events);
  bool wants_input() const;
  void update_watch();
  void on_readable();
  void on_writable();
  void take(std::span<const std::uint8_t> bytes);
  void take_encrypted(std::span<const std::uint8_t> bytes);
  void refuse_bytes(const error_code& why);
  void read_session();
  void handle(SessionEvent& event);
  void begin_publish(const PublishAsked& asked);
  void begin_play(const PlayAsked& asked);
  static std::string presentable(std::string_view name);
  void on_media(const Message& message);
  void end_role(std::string_view reason);
  void send_control();
  void close_when_sent(std::string_view reason);
  void linger();
  void end_tls();
  void read_farewell();
  SessionRequest request_of(const StreamAsked& asked) const;

  LaneServer& server_;
  sluice::Connection socket_;
  Watch watch_;
  std::string peer_;
  std::string key_;  // of the stream it publishes or plays, or did last
  std::unique_ptr<tls::Session> tls_;
  Session session_;
  SendQueue out_;
  std::unique_ptr<Ingest> ingest_;
  std::unique_ptr<Player> player_;
  std::unique_ptr<Player> former_player_;  // ended from inside one of its own calls; freed a turn later
  std::unique_ptr<Ingest> former_ingest_;
  std::vector<OwnedMessage> held_;  // media that came before the answer to publish; one read's worth at most
  std::uint64_t sent_ = 0;
  std::uint64_t accounted_ = 0;
  std::int64_t deadline_ = 0;  // to publish or play, later to get the last bytes out; INT64_MAX: none
  std::string last_words_;     // why it closes once all is sent; empty: it does not
  bool heard_ = false;         // a byte of the peer has come
  bool awaiting_answer_ = false;
  bool waiting_writable_ = false;
  bool lingering_ = false;  // all is sent, waiting for the peer to close
  bool closed_ = false;
};

}  // namespace sluice::rtmp
