// Session: the server side of RTMP without a socket: bytes in, events and bytes out.
//
//   handshake -> connect -> createStream -> publish | play -> media ... -> deleteStream
//
// One role at a time on message stream 1, so that a message's bytes are the same for every player.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "egress.hpp"
#include "wire/aggregate.hpp"
#include "wire/chunk_reader.hpp"
#include "wire/command.hpp"
#include "wire/handshake.hpp"

namespace sluice::rtmp {

// What a peer wants to publish or play.
struct StreamAsked {
  std::string key;  // canonical
  std::string user;
  std::string password;
  std::string token;
  std::string query;
};
struct PublishAsked : StreamAsked {};
struct PlayAsked : StreamAsked {};
struct RoleEnded {};  // a clean goodbye: the stream is closed, the connection stays
struct PauseAsked {
  bool on;
};
// `message.payload` is valid until the next poll.
struct Media {
  Message message;
};
struct StreamData {  // onMetaData and the like, from a publisher
  Data data;
};
struct Dropped {  // a message that was passed over, with the reason to count
  error_code why;
};
struct NameRefused {  // no stream of this name can be; `name` as the peer gave it, without its query
  bool publish;
  std::string name;
  error_code why;
};
using SessionEvent =
    std::variant<PublishAsked, PlayAsked, RoleEnded, PauseAsked, Media, StreamData, Dropped, NameRefused>;

class Session {
 public:
  // `random` fills the handshake.
  Session(const ChunkLimits& limits, const HandshakeRandom& random);

  // The next bytes; they stay where they are until poll returned nothing.
  void feed(std::span<const std::uint8_t> in, std::uint32_t now_ms);
  // The next event, or nothing when more bytes are needed. An error means: close.
  Result<std::optional<SessionEvent>> poll();
  // Bytes to send, in order, before anything queued later.
  std::vector<std::uint8_t> take_output() { return std::exchange(output_, {}); }
  bool has_output() const { return !output_.empty(); }

  const std::string& user_agent() const { return user_agent_; }
  const Capabilities& capabilities() const { return capabilities_; }
  bool has_role() const { return role_ != Role::none; }

  // ---- Answers to PublishAsked and PlayAsked ----
  void publish_started();
  void play_started();
  // onStatus of level error; the role is over, the connection may stay.
  void refuse(std::string_view code, std::string_view description);
  // The stream ended while it was played.
  void play_ended(std::string_view code, std::string_view description);
  // onStatus of another kind on the stream.
  void tell(Level level, std::string_view code, std::string_view description);

 private:
  enum class Role { none, publish, play };
  using Answer = Result<std::optional<SessionEvent>>;

  Result<void> shake_hands();
  Answer handle(const Message& message);
  Answer handle_command(const Message& message);
  Answer handle_media(const Message& message);
  Answer handle_data(const Message& message);
  Answer handle_media_or_data(const Message& message);
  Answer handle_user_control(std::span<const std::uint8_t> payload);
  Answer next_of_aggregate();

  void on_connect(const Command& command);
  void read_capabilities(const amf0::Object& object);
  std::uint32_t next_stream_id();
  Answer on_stream_asked(const Command& command, std::uint32_t stream, bool publish);
  Result<StreamAsked> read_stream(const std::string& name) const;
  Answer on_role_end(const Command& command);
  Answer on_pause(const Command& command);
  bool is_publisher() const { return role_ == Role::publish; }

  void acknowledge();
  void send(std::uint8_t type, std::uint32_t chunk_stream, std::uint32_t stream,
            std::span<const std::uint8_t> payload);
  void send_control(std::uint8_t type, std::span<const std::uint8_t> payload);
  void send_command(std::span<const std::uint8_t> payload);
  void send_status(std::uint32_t stream, Level level, std::string_view code, std::string_view description);

  std::unique_ptr<ServerHandshake> handshake_;  // these two null once it is over
  std::unique_ptr<HandshakeRandom> random_;
  ChunkReader reader_;
  std::span<const std::uint8_t> input_;  // during the handshake only
  std::uint32_t now_ms_ = 0;
  std::vector<std::uint8_t> output_;
  std::uint32_t out_chunk_ = 128;
  std::optional<AggregateReader> aggregate_;  // being taken apart
  bool in_aggregate_ = false;
  std::uint64_t ignored_aborts_ = 0;  // as told

  std::string app_;
  std::string tc_url_;
  std::string user_agent_;
  Capabilities capabilities_;
  Role role_ = Role::none;
  bool connected_ = false;
  bool enhanced_ = false;  // it told what it can do, so we tell too

  std::uint32_t extra_streams_ = 0;

  std::uint64_t received_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint32_t window_ = 0;  // the peer wants to hear of every so many bytes; 0: it did not say
};

}  // namespace sluice::rtmp
