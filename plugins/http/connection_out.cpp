// What goes out: heads, bodies, and the last words.
#include <sys/socket.h>

#include <cerrno>

#include "connection.hpp"

namespace sluice::http {
namespace {

constexpr std::size_t gather_limit = 128;
constexpr std::size_t turn_limit = 1024 * 1024;  // bytes of an answer, then others get theirs

}  // namespace

// ---- Answers ----

void Connection::begin(ResponseHead head) {
  status_ = head.status;
  framing_ = framing_of(head, request_.head.version);
  if (framing_ == Framing::close) keep_ = false;
  const bool upgrade = head.status == 101;
  if (!upgrade) {
    const std::string origin = request_.head.field("origin").value_or("");
    settings_->origins.add_fields(origin, request_.head.field("host").value_or(""), head.fields);
    head.fields.emplace_back("X-Content-Type-Options", "nosniff");
    head.fields.emplace_back("Referrer-Policy", "no-referrer");
  }
  out_.push(parcel_of(write_head(head, request_.head.version, keep_, server_.date())));
  server_.count("answers", std::to_string(status_ / 100) + "xx");
  if (!upgrade) return;
  keep_ = false;
  websocket_.emplace();
  const std::string rest = reader_.take_rest();
  if (!rest.empty()) websocket_->feed(bytes_of(rest));
}

void Connection::send(ParcelRef parcel, std::size_t begin, std::size_t end) {
  if (begin >= end || closed_) return;
  body_sent_ += end - begin;
  if (framing_ != Framing::chunked) return out_.push(std::move(parcel), begin, end);
  out_.push(parcel_of(chunk_line(end - begin)));
  out_.push(std::move(parcel), begin, end);
  out_.push(parcel_of("\r\n"));
}

void Connection::send_framed(ParcelRef parcel) {
  if (closed_) return;
  body_sent_ += parcel->bytes();
  out_.push(std::move(parcel));
}

void Connection::end() {
  if (closed_ || finished_) return;
  if (websocket_)
    out_.push(parcel_of(websocket_->failure() ? ws_close_frame(websocket_->failure(), "")
                                              : ws_close_frame(ws_normal, "the stream has ended")));
  else if (framing_ == Framing::chunked && request_.wants_body())
    out_.push(parcel_of(std::string(last_chunk)));
  finished_ = true;
  if (dispatching_) return;
  flush();
  if (!closed_) server_.settle_later(*this);
}

void Connection::abort(std::string_view reason) {
  if (closed_) return;
  if (websocket_) {
    out_.push(parcel_of(ws_close_frame(ws_going_away, reason)));
    keep_ = false;
    finished_ = true;
    flush();
    if (!closed_) server_.settle_later(*this);
    return;
  }
  log_answer();
  close(reason);  // mid-body: nothing but the end of the connection says that it is not whole
}

// ---- Out ----

bool Connection::flush() {
  if (closed_ || blocked_) return false;
  std::size_t sent = 0;
  Outcome outcome = write_out(sent);
  if (sent != 0 && answering_) answering_->account(sent);
  if (outcome == Outcome::failed) {
    close("the peer is gone");
    return false;
  }
  // A peer that takes whatever there is would keep the lane to itself: the socket tells us to go on.
  turn_sent_ += sent;
  if (outcome == Outcome::drained && phase_ == Phase::answering && turn_sent_ >= turn_limit) {
    turn_sent_ = 0;
    outcome = Outcome::blocked;
  }
  if (outcome == Outcome::blocked) {
    blocked_ = true;
    blocked_since_ = server_.host().now();
    update_watch();
    return false;
  }
  if (phase_ != Phase::leaving) return true;
  linger();
  return false;
}

void Connection::on_writable() {
  blocked_ = false;
  if (!flush()) return;
  if (phase_ == Phase::reading) {
    if (!begun_) await_request();
    advance();
  } else if (phase_ == Phase::answering && answering_ && !finished_) {
    answering_->resume();
  }
  update_watch();
}

Connection::Outcome Connection::write_out(std::size_t& sent) {
  return tls_ ? tls::send_sealed(*tls_, socket_.fd(), out_, *server_.tls_rooms(), sent) : write_plain(sent);
}

Connection::Outcome Connection::write_plain(std::size_t& sent) {
  while (!out_.empty()) {
    iovec pieces[gather_limit];
    msghdr header{};
    header.msg_iov = pieces;
    header.msg_iovlen = out_.gather(pieces, gather_limit);
    ssize_t written;
    do written = ::sendmsg(socket_.fd(), &header, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (written < 0 && errno == EINTR);
    if (written < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? Outcome::blocked : Outcome::failed;
    sent += static_cast<std::size_t>(written);
    out_.consume(static_cast<std::size_t>(written));
  }
  return Outcome::drained;
}

// Says no more and hears no more, but what is queued still goes out.
void Connection::leave(std::string_view reason) {
  if (closed_ || phase_ == Phase::leaving || phase_ == Phase::lingering) return;
  phase_ = Phase::leaving;
  last_words_ = reason;
  deadline_ = INT64_MAX;  // the write timeout counts
  flush();
  update_watch();
}

// After our FIN: closing while unread input is there would reset the connection, and with it take back what
// the peer has not read yet.
void Connection::linger() {
  if (phase_ == Phase::lingering) return;
  phase_ = Phase::lingering;
  if (tls_) {
    tls_->close();
    tls::send_output(*tls_, socket_.fd());
  }
  ::shutdown(socket_.fd(), SHUT_WR);
  deadline_ = server_.host().now() + farewell_ns;
  if (peer_finished_) return close(last_words_);
  update_watch();
}

void Connection::close(std::string_view reason) {
  if (closed_) return;
  closed_ = true;
  server_.host().debug("connection closed", {{"peer", socket_.remote()}, {"reason", reason}});
  if (answering_) former_answering_ = std::move(answering_);
  out_.clear();
  watch_.stop();
  socket_.close();
  server_.forget(*this);
}

}  // namespace sluice::http
