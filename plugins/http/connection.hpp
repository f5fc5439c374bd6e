// Connection: one socket that speaks HTTP/1.x, perhaps within TLS, perhaps a WebSocket later.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sluice/listener.hpp>
#include <sluice/tls/sealing.hpp>
#include <sluice/watch.hpp>

#include "exchange.hpp"
#include "lane_server.hpp"
#include "out_queue.hpp"
#include "wire/request_reader.hpp"
#include "wire/websocket.hpp"

namespace sluice::http {

// Its lane keeps it until after the turn of the loop in which it closed. [lane]
class Connection final : public Responder {
 public:
  Connection(LaneServer& server, sluice::Connection socket, bool secure);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();
  // About once a second: closes what missed its deadline.
  void tick(std::int64_t now);
  // An answer ended outside of our own turn: go on with the next request.
  void settle();
  void drain();
  // Ends it for good.
  void close(std::string_view reason);

  // ---- Responder ----
  const Request& request() const override { return request_; }
  void begin(ResponseHead head) override;
  void send(ParcelRef parcel, std::size_t begin, std::size_t end) override;
  void send_framed(ParcelRef parcel) override;
  bool is_chunked() const override { return request_.head.version == 11; }
  bool flush() override;
  void end() override;
  void abort(std::string_view reason) override;

 private:
  static constexpr std::int64_t farewell_ns =
      2'000'000'000;  // for the peer to take the last bytes in and close
  enum class Phase {
    reading,    // between requests, or in one
    answering,  // a request is complete, its answer is not
    leaving,    // nothing more is read; closes when all is sent
    lingering   // all is sent, waiting for the peer to close
  };
  using Outcome = tls::Flow;

  void on_event(std::uint32_t events);
  bool wants_input() const;
  void update_watch();
  void on_readable();
  void on_writable();
  void take(std::span<const std::uint8_t> bytes);
  void take_encrypted(std::span<const std::uint8_t> bytes);
  void read_websocket(std::span<const std::uint8_t> bytes);
  void peer_finished();

  void advance();
  void choose();
  void answer();
  void answer_options(const LaneRoutes::Found& found);
  void refuse(const Refusal& refusal);
  void run_answer(const std::function<std::unique_ptr<Answering>()>& begin);
  void finish();
  void await_request();
  void log_answer();

  Outcome write_out(std::size_t& sent);
  Outcome write_plain(std::size_t& sent);
  void leave(std::string_view reason);
  void linger();

  LaneServer& server_;
  const std::shared_ptr<const Settings> settings_;  // those it began with
  sluice::Connection socket_;
  Watch watch_;
  std::unique_ptr<tls::Session> tls_;
  RequestReader reader_;
  std::optional<WebSocketReader> websocket_;
  OutQueue out_;

  Request request_;
  LaneRoutes::Found found_;
  std::optional<Refusal> refusal_;
  std::unique_ptr<Answering> answering_;
  std::unique_ptr<Answering> former_answering_;  // ended from inside one of its own calls; freed a turn later
  Framing framing_ = Framing::length;
  unsigned status_ = 0;          // of the answer; 0: it has not begun
  std::uint64_t body_sent_ = 0;  // queued, of the answer
  std::uint64_t served_ = 0;     // requests
  std::size_t turn_sent_ = 0;    // since others had their turn
  std::int64_t asked_at_ = 0;

  Phase phase_ = Phase::reading;
  // For the peer to say something; INT64_MAX: none. While the socket is full the write timeout counts.
  std::int64_t deadline_ = 0;
  std::int64_t blocked_since_ = 0;  // when the socket last took something while it was full
  std::string last_words_;          // why it leaves
  bool begun_ = false;              // a byte of the request has come
  bool keep_ = true;                // another request may follow
  bool dispatching_ = false;
  bool finished_ = false;       // the answer is complete
  bool peer_finished_ = false;  // it asks no more; what it has asked for it still gets
  bool blocked_ = false;        // the socket is full
  bool closed_ = false;
};

}  // namespace sluice::http
