// What comes in: bytes, requests, and who answers them. What goes out is connection_out.cpp.
#include "connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "arrival.hpp"

namespace sluice::http {
namespace {

constexpr int reads_per_turn = 4;                  // then others get theirs
constexpr std::size_t unread_limit = 256 * 1024;   // of answers, before more pipelined requests are read
constexpr std::size_t pipeline_limit = 64 * 1024;  // bytes of requests behind the one being answered

}  // namespace

Connection::Connection(LaneServer& server, sluice::Connection socket, bool secure)
    : server_(server),
      settings_(server.settings()),
      socket_(std::move(socket)),
      watch_(server.host()),
      reader_(settings_->request),
      deadline_(server.host().now() + settings_->header_timeout) {
  if (secure) tls_ = std::make_unique<tls::Session>(server.shared().tls->current());
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
  if (websocket_) websocket_->forgive();
  if (blocked_ && now - blocked_since_ >= settings_->write_timeout) {
    server_.count("timeouts", "write");
    return close("the peer takes nothing of what is sent to it");
  }
  if (answering_ && !finished_) answering_->tick(now);
  if (closed_ || blocked_ || now < deadline_) return;
  if (phase_ != Phase::reading) return close(last_words_);
  if (!begun_ || (tls_ && tls_->state() == tls::Session::State::handshake)) {
    server_.count("timeouts", "idle");
    return close("idle");
  }
  server_.count("timeouts", "request");
  refuse({408, "The request took too long to arrive; send it in one go."});
}

void Connection::drain() {
  // An answer whose head has left without saying so is not the last one.
  if (phase_ == Phase::answering && status_ == 0) keep_ = false;
  // An idle one may have a request on its way: it is given the time to arrive.
  if (phase_ == Phase::reading && !begun_)
    deadline_ = std::min(deadline_, server_.host().now() + farewell_ns);
}

// ---- In ----

void Connection::on_event(std::uint32_t events) {
  if (events & SLUICE_WATCH_WRITE) on_writable();
  if (closed_ || !(events & (SLUICE_WATCH_READ | SLUICE_WATCH_ERROR))) return;
  if (wants_input())
    on_readable();
  else if (events & SLUICE_WATCH_ERROR)
    close("the peer is gone");
}

// While an answer is made the peer is still read, to learn that it has gone; what it pipelines is bounded.
bool Connection::wants_input() const {
  if (phase_ == Phase::lingering) return true;
  return !peer_finished_ && phase_ != Phase::leaving && reader_.stored() < pipeline_limit;
}

void Connection::update_watch() {
  if (closed_) return;
  watch_.want((wants_input() ? SLUICE_WATCH_READ : 0u) | (blocked_ ? SLUICE_WATCH_WRITE : 0u));
}

void Connection::on_readable() {
  const auto buffer = server_.read_buffer();
  for (int turn = 0; turn < reads_per_turn && !closed_ && wants_input(); ++turn) {
    const ssize_t count = ::recv(socket_.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count == 0) {
      peer_finished();
      break;
    }
    if (count < 0) {
      if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) break;
      return close(std::strerror(errno));
    }
    const auto bytes = buffer.first(static_cast<std::size_t>(count));
    if (phase_ == Phase::lingering) continue;
    if (tls_)
      take_encrypted(bytes);
    else
      take(bytes);
    if (static_cast<std::size_t>(count) < buffer.size()) break;
  }
  update_watch();
}

void Connection::take_encrypted(std::span<const std::uint8_t> bytes) {
  tls_->feed(bytes);
  const std::span<std::uint8_t> room = server_.tls_rooms()->opened;
  while (!closed_ && phase_ < Phase::leaving) {
    const std::size_t count = tls_->read(room);
    if (count == 0) break;
    take(room.first(count));
  }
  if (closed_) return;
  if (tls_->state() == tls::Session::State::failed) {
    tls::send_output(*tls_, socket_.fd());  // the alert
    server_.count("protocol_errors", "tls");
    return close("TLS: " + tls_->error());
  }
  if (!tls_->output().empty()) flush();
  if (closed_) return;
  if (tls_->state() == tls::Session::State::closed) peer_finished();
}

void Connection::take(std::span<const std::uint8_t> bytes) {
  if (websocket_) return read_websocket(bytes);
  reader_.feed(bytes);
  advance();
}

void Connection::read_websocket(std::span<const std::uint8_t> bytes) {
  if (finished_) return;  // the close frame is our last
  websocket_->feed(bytes);
  while (const auto event = websocket_->poll()) {
    if (event->opcode == Opcode::ping && out_.bytes() < unread_limit) {
      out_.push(parcel_of(ws_frame_header(Opcode::pong, event->payload.size()) + event->payload));
      flush();
    }
    if (closed_) return;
    if (event->opcode == Opcode::close) {
      if (answering_) answering_->hung_up();
      return;
    }
  }
  if (websocket_->failure() == 0) return;
  server_.count("protocol_errors", "websocket");
  if (answering_) answering_->hung_up();
}

// Its sending half is closed: what it has asked for it still gets.
void Connection::peer_finished() {
  peer_finished_ = true;
  if (phase_ == Phase::lingering) return close(last_words_);
  if (websocket_) return close("the peer closed the connection");
  advance();
}

// ---- Requests ----

void Connection::advance() {
  while (!closed_ && phase_ == Phase::reading && out_.bytes() < unread_limit) {
    switch (reader_.stage()) {
      case RequestReader::Stage::head:
        if (!begun_ && !reader_.is_idle()) {
          begun_ = true;
          deadline_ = server_.host().now() + settings_->header_timeout;
        }
        [[fallthrough]];
      case RequestReader::Stage::body:
        if (peer_finished_) leave("the peer closed the connection");
        return;
      case RequestReader::Stage::chosen:
        choose();
        break;
      case RequestReader::Stage::done:
        answer();
        break;
      case RequestReader::Stage::failed:
        server_.count("protocol_errors", std::to_string(reader_.refusal().status));
        return refuse(reader_.refusal());
    }
  }
}

// The head is there: which route, and how long a body it takes.
void Connection::choose() {
  begun_ = true;
  asked_at_ = server_.host().now();
  refusal_.reset();
  found_ = {};
  const RequestHead& head = reader_.head();
  keep_ = head.keep_alive && !server_.shared().draining && served_ + 1 < settings_->requests_per_connection;
  auto arrived = arrive(head, {socket_.remote(), tls_ != nullptr, settings_->trusted_proxies});
  if (arrived) {
    request_ = std::move(*arrived);
    if (!request_.target.asterisk) found_ = server_.route(request_);
  } else {
    request_ = {};
    request_.head = head;
    request_.method = method_of(head.method);
    request_.peer = socket_.remote();
    refusal_ = arrived.error();
  }
  const bool refused = refusal_ || (!found_.route && request_.method != method_options);
  if (refused && head.has_body) {  // which is not read
    keep_ = false;
    return answer();
  }
  if (!refused && head.expects_continue) {
    out_.push(parcel_of("HTTP/1.1 100 Continue\r\n\r\n"));
    flush();
    if (closed_) return;
  }
  deadline_ = server_.host().now() + settings_->idle_timeout;
  reader_.take_body(found_.route ? found_.route->body_limit() : 0);
}

void Connection::answer() {
  if (!refusal_) request_.body = reader_.body();
  run_answer([this]() -> std::unique_ptr<Answering> {
    if (refusal_) {
      reply_refusal(*this, *refusal_);
    } else if (found_.route) {
      return server_.answer(*this, found_.route);
    } else if (request_.method == method_options && (found_.allowed || request_.target.asterisk)) {
      answer_options(found_);
    } else if (found_.allowed) {
      reply_text(*this, 405, "This path is for " + list_of(found_.allowed | method_options) + ".",
                 {{"Allow", list_of(found_.allowed | method_options)}});
    } else {
      reply_text(*this, 404,
                 "No route answers this path; `sluice modules list` shows which modules bring routes.");
    }
    return nullptr;
  });
}

// OPTIONS, a browser's preflight (Fetch standard) above all.
void Connection::answer_options(const LaneRoutes::Found& found) {
  const std::string allowed = list_of((found.allowed ? found.allowed : method_all) | method_options);
  Fields fields{{"Allow", allowed}};
  if (request_.head.field("access-control-request-method")) {
    fields.emplace_back("Access-Control-Allow-Methods", allowed);
    fields.emplace_back("Access-Control-Allow-Headers",
                        "Authorization, Content-Type, If-Match, If-None-Match, Range");
    fields.emplace_back("Access-Control-Max-Age", "86400");
  }
  reply_body(*this, {204, std::move(fields), std::nullopt}, parcel_of(""), false);
}

// What cannot be read is answered and ends the connection.
void Connection::refuse(const Refusal& refusal) {
  const Refusal why = refusal;  // the reader's own may go
  const std::string peer = socket_.remote();
  request_ = {};
  request_.head.version = 11;
  request_.head.method = reader_.head().method;
  request_.target.path = "?";
  request_.peer = peer;
  keep_ = false;
  run_answer([&]() -> std::unique_ptr<Answering> {
    reply_refusal(*this, why);
    return nullptr;
  });
}

void Connection::run_answer(const std::function<std::unique_ptr<Answering>()>& begin) {
  phase_ = Phase::answering;
  deadline_ = INT64_MAX;
  status_ = 0;
  body_sent_ = 0;
  finished_ = false;
  dispatching_ = true;
  auto answering = begin();
  dispatching_ = false;
  if (closed_) {
    former_answering_ = std::move(answering);
    return;
  }
  answering_ = std::move(answering);
  if (finished_) finish();
}

void Connection::settle() {
  former_answering_.reset();
  if (closed_ || !finished_) return;
  finish();
  if (!closed_) advance();
  update_watch();
}

void Connection::finish() {
  finished_ = false;
  answering_.reset();
  ++served_;
  log_answer();
  if (!keep_) return leave("answered");
  phase_ = Phase::reading;
  begun_ = false;
  await_request();
  reader_.next();
  flush();
}

void Connection::await_request() {
  deadline_ = server_.host().now() + (server_.shared().draining ? farewell_ns : settings_->idle_timeout);
}

void Connection::log_answer() {
  const Host& host = server_.host();
  if (!host.logs(settings_->access_log)) return;
  const std::string agent = request_.head.field("user-agent").value_or("");
  host.log(settings_->access_log, "request",
           {{"method", request_.head.method},
            {"path", request_.target.path},
            {"status", std::to_string(status_)},
            {"bytes", std::to_string(body_sent_)},
            {"ms", std::to_string((host.now() - asked_at_) / 1'000'000)},
            {"peer", request_.peer},
            {"agent", std::string_view(agent).substr(0, 128)}});
}

}  // namespace sluice::http
