// Connection: one peer. It reads lines, answers them, and watches at most one stream.
#pragma once

#include <string>
#include <string_view>

#include <sluice/listener.hpp>
#include <sluice/subscriber.hpp>
#include <sluice/watch.hpp>

#include "command.hpp"

// [lane] All of it on the lane that was given the socket.
class Connection {
 public:
  Connection(const sluice::Host& host, sluice_lane* lane, sluice::Connection socket);

  void start();
  // Nothing more will happen. It may still be on the stack then, so it is freed by somebody else, later.
  bool is_closed() const { return closed_; }
  bool is_watching() const { return viewer_.is_open(); }
  std::int64_t opened_at() const { return opened_at_; }
  // Sends what is still to be sent, as far as the socket takes it, and ends.
  void close(std::string_view reason);

 private:
  void on_event(std::uint32_t events);
  void read_lines();
  void answer(const Command& command);
  void list();
  void watch(const std::string& stream);
  void pump();
  void say(std::string_view text);
  void flush();

  static const sluice::SubscriberCalls& viewer_calls();

  const sluice::Host& host_;
  sluice_lane* lane_;
  sluice::Connection socket_;
  std::int64_t opened_at_;
  sluice::Watch watch_;
  sluice::Subscriber viewer_;
  std::string in_;
  std::string out_;  // bounded: while it is over its limit no frame is read, and the host counts the lag
  bool closed_ = false;
};
