// The client's side of an RTMP connection, bytes in and bytes out: handshake, connect, createStream, then
// play or publish.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "chunk_parser.hpp"
#include "rtmp_messages.hpp"

namespace sluice::bench {

struct Target {
  std::string app = "live";
  std::string stream = "cam";
  std::string url;  // tcUrl
};

class ClientSession {
 public:
  enum class Role { play, publish };
  using OnMedia = std::function<void(const Message&)>;

  ClientSession(Role role, Target target, OnMedia on_media);

  // The first bytes are queued at once. Fails with error() when the server refuses or breaks the protocol.
  bool feed(std::span<const std::uint8_t> bytes);
  Bytes take_output();

  // Says that `bytes` arrived which nobody looked at, so that acknowledgements still go out.
  void note_unread(std::size_t bytes);

  bool requested() const { return requested_; }  // play or publish has been sent
  bool granted() const { return granted_; }      // the server said NetStream.Play.Start or .Publish.Start
  const std::string& error() const { return error_; }

  static constexpr std::uint32_t chunk_size = 65'536;

 private:
  bool feed_handshake(std::span<const std::uint8_t>& bytes);
  bool on_message(const Message& message);
  void on_command(const Command& command);
  void send_connect();
  void send_request(double message_stream);
  void send_command(const AmfBody& body, std::uint32_t message_stream = 0);
  void acknowledge(std::size_t bytes);

  Role role_;
  Target target_;
  OnMedia on_media_;
  ChunkParser parser_;
  Bytes handshake_;  // S0 S1 S2 until they are whole
  Bytes output_;
  bool handshaken_ = false;
  bool requested_ = false;
  bool granted_ = false;
  std::string error_;
  std::uint32_t window_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t acknowledged_ = 0;
};

}  // namespace sluice::bench
