#include "connection.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "lane_server.hpp"

namespace sluice::rtmp {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t farewell_ns = second_ns;  // to get the last status out before closing
constexpr std::size_t unread_limit = 1024;       // parcels
constexpr int reads_per_turn = 4;                // then others get theirs

}  // namespace

Connection::Connection(LaneServer& server, sluice::Connection socket, bool secure)
    : server_(server),
      socket_(std::move(socket)),
      watch_(server.host()),
      peer_(socket_.remote()),
      session_(server.chunk_limits(), server.handshake_random()),
      deadline_(server.host().now() +
                std::chrono::nanoseconds(server.settings()->handshake_timeout).count()) {
  if (secure) tls_ = std::make_unique<tls::Session>(server.tls_context());
}

Connection::~Connection() = default;

void Connection::start() {
  const auto on_event = [](void* self, std::uint32_t events) {
    static_cast<Connection*>(self)->on_event(events);
  };
  if (watch_.start(server_.lane(), socket_.fd(), SLUICE_WATCH_READ, on_event, this) != SLUICE_STATUS_OK)
    close("the lane watches no more sockets");
}

void Connection::tick(std::int64_t now) {
  if (now < deadline_) return;
  if (!last_words_.empty()) return close(last_words_);
  server_.count("protocol_errors", "too slow");
  close("neither published nor played in time");
}

// ---- In
// ----------------------------------------------------------------------------------------------------

void Connection::on_event(std::uint32_t events) {
  if (events & SLUICE_WATCH_WRITE) on_writable();
  if (closed_ || !(events & (SLUICE_WATCH_READ | SLUICE_WATCH_ERROR))) return;
  if (lingering_)
    read_farewell();
  else if (wants_input())
    on_readable();
  else if (events & SLUICE_WATCH_ERROR)
    close("the peer is gone");
}

bool Connection::wants_input() const { return !awaiting_answer_ && (last_words_.empty() || lingering_); }

void Connection::update_watch() {
  watch_.want((wants_input() ? SLUICE_WATCH_READ : 0u) | (waiting_writable_ ? SLUICE_WATCH_WRITE : 0u));
}

void Connection::on_readable() {
  const auto buffer = server_.read_buffer();
  for (int turn = 0; turn < reads_per_turn && !closed_ && wants_input() && !lingering_; ++turn) {
    const ssize_t count = ::recv(socket_.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count == 0) return close("the peer closed the connection");
    if (count < 0) {
      if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) break;
      return close(std::strerror(errno));
    }
    const auto bytes = buffer.first(static_cast<std::size_t>(count));
    if (tls_)
      take_encrypted(bytes);
    else
      take(bytes);
    if (static_cast<std::size_t>(count) < buffer.size()) break;
  }
  update_watch();
}

void Connection::take(std::span<const std::uint8_t> bytes) {
  session_.feed(bytes, static_cast<std::uint32_t>(server_.host().now() / 1'000'000));
  read_session();
}

// All that is fed is opened at once: no event of the socket would come for what stayed in the TLS session.
void Connection::take_encrypted(std::span<const std::uint8_t> bytes) {
  if (!std::exchange(heard_, true) && bytes.front() == handshake_version)
    return refuse_bytes(Errc::tls_expected);
  tls_->feed(bytes);
  const std::span<std::uint8_t> room = server_.tls_rooms()->opened;
  while (!closed_ && last_words_.empty()) {
    const std::size_t count = tls_->read(room);
    if (count == 0) break;
    take(room.first(count));
  }
  if (closed_) return;
  if (tls_->state() == tls::Session::State::failed) {
    server_.count("protocol_errors", "tls");
    return close("TLS: " + tls_->error());
  }
  if (!tls_->output().empty()) flush();
  if (!closed_ && tls_->state() == tls::Session::State::closed && !lingering_)
    close("the peer closed the connection");
}

void Connection::refuse_bytes(const error_code& why) {
  server_.count("protocol_errors", why.message());
  close("protocol error: " + why.message());
}

void Connection::read_session() {
  while (!closed_) {
    auto event = session_.poll();
    if (!event) {
      send_control();
      return refuse_bytes(event.error());
    }
    if (!*event) break;
    handle(**event);
  }
  if (!closed_) send_control();
}

void Connection::handle(SessionEvent& event) {
  if (auto* media = std::get_if<Media>(&event)) {
    on_media(media->message);
  } else if (auto* publish = std::get_if<PublishAsked>(&event)) {
    begin_publish(*publish);
  } else if (auto* play = std::get_if<PlayAsked>(&event)) {
    begin_play(*play);
  } else if (std::holds_alternative<RoleEnded>(event)) {
    end_role("the peer ended its stream");
  } else if (auto* pause = std::get_if<PauseAsked>(&event)) {
    if (player_) player_->pause(pause->on);
  } else if (auto* dropped = std::get_if<Dropped>(&event)) {
    server_.count("dropped_messages", dropped->why.message());
  } else if (auto* refused = std::get_if<NameRefused>(&event)) {
    server_.count("dropped_messages", refused->why.message());
    // Encoders show nobody the text of our answer: this line is where the reason can be found.
    server_.host().warn(refused->publish ? "publish refused: no stream name" : "play refused: no stream name",
                        {{"name", presentable(refused->name)},
                         {"peer", peer_},
                         {"expected", "app/name of letters, digits, '.', '_' and '-'"}});
  }
}

// What a stranger sent, short and harmless enough for the log.
std::string Connection::presentable(std::string_view name) {
  std::string text(name.substr(0, 64));
  for (char& c : text) {
    if (c <= ' ' || c > '~' || c == '"') c = '?';
  }
  return text;
}

void Connection::on_media(const Message& message) {
  if (!ingest_) return;
  if (awaiting_answer_) {
    held_.push_back({message, {message.payload.begin(), message.payload.end()}});
    return;
  }
  ingest_->on_message(message);
}

// After our FIN: closing while unread input is there would reset the connection, and with it take back what
// the peer has not read yet, the last onStatus for one.
void Connection::linger() {
  lingering_ = true;
  end_tls();
  ::shutdown(socket_.fd(), SHUT_WR);
  update_watch();
}

// The goodbye that tells the peer from a line that was cut, or the alert; as far as the socket takes it.
void Connection::end_tls() {
  if (!tls_) return;
  tls_->close();
  tls::send_output(*tls_, socket_.fd());
}

void Connection::read_farewell() {
  const auto buffer = server_.read_buffer();
  const ssize_t count = ::recv(socket_.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) close(last_words_);
}

// ---- Roles
// -------------------------------------------------------------------------------------------------

SessionRequest Connection::request_of(const StreamAsked& asked) const {
  SessionRequest request;
  request.key = asked.key;
  request.protocol = tls_ ? "rtmps" : "rtmp";
  request.address = peer_;
  request.user_agent = session_.user_agent();
  request.user = asked.user;
  request.password = asked.password;
  request.token = asked.token;
  request.query = asked.query;
  return request;
}

void Connection::begin_publish(const PublishAsked& asked) {
  ingest_ = std::make_unique<Ingest>(server_, *this);
  key_ = asked.key;
  awaiting_answer_ = true;  // nothing more is read until it is decided
  const sluice_status status = ingest_->open(server_.lane(), request_of(asked));
  if (status != SLUICE_STATUS_OK) publish_refused(status, "the server takes no new streams now");
}

void Connection::begin_play(const PlayAsked& asked) {
  player_ = std::make_unique<Player>(server_, *this, session_.capabilities());
  key_ = asked.key;
  const sluice_status status = player_->open(request_of(asked));
  if (status != SLUICE_STATUS_OK) play_refused(status, "the server takes no new players now");
}

void Connection::publish_started() {
  deadline_ = INT64_MAX;
  awaiting_answer_ = false;
  server_.host().info("publishing", {{"stream", key_}, {"peer", peer_}, {"encoder", session_.user_agent()}});
  session_.publish_started();
  send_control();
  for (OwnedMessage& held : held_) {
    held.message.payload = held.bytes;
    if (ingest_) ingest_->on_message(held.message);
  }
  held_ = {};
  update_watch();
}

void Connection::publish_refused(sluice_status status, std::string_view why) {
  awaiting_answer_ = false;
  held_ = {};
  former_ingest_ = std::move(ingest_);
  session_.refuse(status == SLUICE_STATUS_DENIED ? "NetStream.Publish.Denied" : "NetStream.Publish.BadName",
                  why);
  close_when_sent(std::string("publish refused: ") + std::string(why));
}

void Connection::publish_revoked(sluice_status, std::string_view reason) {
  if (ingest_) ingest_->end(SLUICE_END_LOST, reason);
  former_ingest_ = std::move(ingest_);
  session_.refuse("NetStream.Publish.Failed", reason);
  close_when_sent(std::string("publication taken away: ") + std::string(reason));
}

void Connection::play_started() {
  deadline_ = INT64_MAX;
  session_.play_started();
  send_control();
}

void Connection::play_refused(sluice_status status, std::string_view why) {
  former_player_ = std::move(player_);
  const char* code = status == SLUICE_STATUS_NOT_FOUND  ? "NetStream.Play.StreamNotFound"
                     : status == SLUICE_STATUS_ARGUMENT ? "NetStream.Play.BadName"
                                                        : "NetStream.Play.Failed";
  session_.refuse(code, why);
  close_when_sent(std::string("play refused: ") + std::string(why));
}

void Connection::play_ended(sluice_status why, std::string_view reason) {
  former_player_ = std::move(player_);
  former_player_->leave(reason);
  if (why == SLUICE_STATUS_GONE)
    session_.play_ended("NetStream.Play.UnpublishNotify", "The stream has ended.");
  else
    session_.refuse("NetStream.Play.Failed", reason);
  close_when_sent(std::string(reason));
}

void Connection::track_not_playable(const std::string& codec) {
  session_.tell(Level::warning, "NetStream.Play.NoSupportedTrackFound",
                "This stream has a " + codec + " track, which this player did not announce (Enhanced RTMP).");
  send_control();
}

void Connection::end_role(std::string_view reason) {
  if (ingest_) {
    server_.host().info("publisher left", {{"stream", key_}, {"peer", peer_}, {"reason", reason}});
    ingest_->end(SLUICE_END_CLEAN, reason);
    ingest_.reset();
  }
  if (player_) {
    server_.host().info("player left", {{"stream", key_}, {"peer", peer_}, {"reason", reason}});
    player_.reset();
  }
  deadline_ = server_.host().now() + std::chrono::nanoseconds(server_.settings()->handshake_timeout).count();
}

// ---- Out
// ---------------------------------------------------------------------------------------------------

void Connection::send_control() {
  if (session_.has_output()) out_.push(server_.egress().pool().make(session_.take_output()));
  if (!waiting_writable_)
    flush();
  else if (out_.size() > unread_limit)
    close("the peer asks but does not read the answers");
}

bool Connection::flush() {
  if (closed_) return false;
  if (waiting_writable_) return false;
  std::size_t sent = 0;
  const auto outcome = tls_ ? tls::send_sealed(*tls_, socket_.fd(), out_, *server_.tls_rooms(), sent)
                            : out_.flush(socket_.fd(), sent);
  sent_ += sent;
  if (outcome == SendQueue::Outcome::failed) {
    close("the peer is gone");
    return false;
  }
  if (outcome == SendQueue::Outcome::blocked) {
    waiting_writable_ = true;
    update_watch();
    return false;
  }
  if (last_words_.empty()) return true;
  if (!lingering_) linger();
  return false;
}

void Connection::account(Subscriber& subscriber) {
  subscriber.sent(sent_ - accounted_);
  accounted_ = sent_;
}

void Connection::on_writable() {
  waiting_writable_ = false;
  if (player_ && player_->is_playing())
    player_->pump();
  else
    flush();
  if (!closed_) update_watch();
}

void Connection::close_when_sent(std::string_view reason) {
  if (closed_ || !last_words_.empty()) return;
  last_words_ = reason.empty() ? "closed" : std::string(reason);
  deadline_ = server_.host().now() + farewell_ns;
  send_control();
  if (!closed_) update_watch();
}

void Connection::close(std::string_view reason) {
  if (closed_) return;
  closed_ = true;
  const std::string_view role = ingest_ || former_ingest_   ? "publisher"
                                : player_ || former_player_ ? "player"
                                                            : "neither";
  server_.host().info("connection closed",
                      {{"stream", key_}, {"peer", peer_}, {"role", role}, {"reason", reason}});
  if (ingest_) ingest_->end(SLUICE_END_LOST, reason);
  former_ingest_ = std::move(ingest_);
  former_player_ = std::move(player_);
  if (former_player_) former_player_->leave(reason);
  out_.clear();
  watch_.stop();
  end_tls();
  socket_.close();
  server_.forget(*this);
}

}  // namespace sluice::rtmp
