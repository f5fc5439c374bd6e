// One keep-alive connection that asks for one thing after another.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "socket.hpp"

namespace sluice::bench {

struct Answer {
  unsigned status = 0;
  Clock::time_point asked;
  Clock::time_point first_byte;  // when the kernel had it, not when this program came to read it
  Clock::time_point last_byte;   // the same
  std::string body;
};

class AnswerLine {
 public:
  AnswerLine(std::uint16_t port, std::uint32_t from) : socket_(connect_to_loopback(port, true, from)) {
    begin();
  }

  const Descriptor& socket() const { return socket_; }
  bool is_idle() const { return idle_; }
  void ask(const std::string& path);
  // True: an answer is whole and stands in answer() until the next ask. Reads what there is.
  bool read(std::span<char> scratch);
  const Answer& answer() const { return answer_; }
  const std::string& error() const { return error_; }

 private:
  void begin();
  void take(std::string_view bytes, Clock::time_point arrived);
  bool read_head();

  Descriptor socket_;
  Answer answer_;
  std::string head_;
  std::uint64_t left_ = 0;
  bool in_body_ = false;
  bool idle_ = true;
  bool whole_ = false;
  std::string error_;
};

}  // namespace sluice::bench
