// RTMP messages as bytes, for the benchmark's own peers. Written apart from the server's module on purpose: a
// fault there must not be understood here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::bench {

using Bytes = std::vector<std::uint8_t>;

namespace message_type {
constexpr std::uint8_t set_chunk_size = 1, acknowledgement = 3, user_control = 4, window_size = 5,
                       bandwidth = 6, audio = 8, video = 9, amf0_metadata = 18, amf0_command = 20;
}

struct MessageHead {
  std::uint8_t chunk_stream = 3;
  std::uint8_t type = 0;
  std::uint32_t timestamp_ms = 0;
  std::uint32_t message_stream = 0;
};

// Every message begins with a type 0 chunk header (RTMP 1.0, 5.3.1.2.1).
void append_message(Bytes& out, const MessageHead& head, std::span<const std::uint8_t> body,
                    std::size_t chunk_size);

// Control messages with one 32-bit number: set chunk size, acknowledgement, window size.
void append_number(Bytes& out, std::uint8_t type, std::uint32_t value);

class AmfBody {
 public:
  AmfBody& string(std::string_view text);
  AmfBody& number(double value);
  AmfBody& boolean(bool value);
  AmfBody& null();
  AmfBody& begin_object();
  AmfBody& name(std::string_view text);
  AmfBody& end_object();
  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

// The parts of a command these peers look at.
struct Command {
  std::string name;
  double transaction = 0;
  std::optional<double> first_number;  // the value behind a null: createStream's answer
  std::string code;                    // of an information object
  bool is_error = false;
};
std::optional<Command> read_command(std::span<const std::uint8_t> body);

}  // namespace sluice::bench
