#include "client_session.hpp"

#include <algorithm>
#include <utility>

namespace sluice::bench {
namespace {

constexpr std::size_t packet = 1'536;  // C1, S1, C2, S2 (RTMP 1.0, 5.2.3)

std::uint32_t first_number(std::span<const std::uint8_t> body) {
  return static_cast<std::uint32_t>(body[0]) << 24 | body[1] << 16 | body[2] << 8 | body[3];
}

}  // namespace

ClientSession::ClientSession(Role role, Target target, OnMedia on_media)
    : role_(role), target_(std::move(target)), on_media_(std::move(on_media)) {
  output_.assign(1 + packet, 0);  // C0 and C1: time and version zero, so the simple handshake
  output_[0] = 3;
  for (std::size_t i = 9; i < output_.size(); ++i) output_[i] = static_cast<std::uint8_t>(i * 131);
}

Bytes ClientSession::take_output() { return std::exchange(output_, {}); }

bool ClientSession::feed(std::span<const std::uint8_t> bytes) {
  if (!error_.empty()) return false;
  acknowledge(bytes.size());
  if (!handshaken_ && !feed_handshake(bytes)) return error_.empty();
  if (!parser_.feed(bytes, [this](const Message& message) { return on_message(message); }))
    error_ = "the server's bytes are not a chunk stream";
  return error_.empty();
}

void ClientSession::note_unread(std::size_t bytes) { acknowledge(bytes); }

bool ClientSession::feed_handshake(std::span<const std::uint8_t>& bytes) {
  const std::size_t part = std::min(bytes.size(), 1 + 2 * packet - handshake_.size());
  handshake_.insert(handshake_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(part));
  bytes = bytes.subspan(part);
  if (handshake_[0] != 3) error_ = "the server speaks another version than 3";
  if (!error_.empty() || handshake_.size() < 1 + 2 * packet) return false;
  output_.insert(output_.end(), handshake_.begin() + 1, handshake_.begin() + 1 + packet);  // C2 repeats S1
  handshaken_ = true;
  handshake_ = {};
  send_connect();
  return true;
}

bool ClientSession::on_message(const Message& message) {
  using namespace message_type;
  if (message.type == audio || message.type == video) {
    on_media_(message);
  } else if (message.type == amf0_command) {
    if (const auto command = read_command(message.body)) on_command(*command);
  } else if (message.body.size() >= 4 && message.type == set_chunk_size) {
    parser_.set_chunk_size(first_number(message.body) & 0x7FFFFFFF);
  } else if (message.body.size() >= 4 && message.type == window_size) {
    window_ = first_number(message.body);
  } else if (message.body.size() >= 6 && message.type == user_control && message.body[1] == 6) {
    Bytes pong = message.body;  // ping request and response differ in the event type alone (7.1.7)
    pong[1] = 7;
    append_message(output_, {.chunk_stream = 2, .type = user_control}, pong, chunk_size);
  }
  return error_.empty();
}

void ClientSession::on_command(const Command& command) {
  const bool refused = command.is_error || command.code.find("Failed") != std::string::npos ||
                       command.code.find("NotFound") != std::string::npos;
  if (refused &&
      command.transaction < 3) {  // 3 and 4 are releaseStream and FCPublish: no server must know them
    error_ = command.name + " " + command.code;
  } else if (command.name == "_result" && command.transaction == 1) {
    if (role_ == Role::publish) {
      send_command(AmfBody().string("releaseStream").number(3).null().string(target_.stream));
      send_command(AmfBody().string("FCPublish").number(4).null().string(target_.stream));
    }
    send_command(AmfBody().string("createStream").number(2).null());
  } else if (command.name == "_result" && command.transaction == 2) {
    send_request(command.first_number.value_or(1));
  } else if (command.name == "onStatus" && command.code.ends_with(".Start")) {
    granted_ = true;
  }
}

void ClientSession::send_connect() {
  append_number(output_, message_type::set_chunk_size, chunk_size);
  AmfBody body;
  body.string("connect").number(1).begin_object();
  body.name("app").string(target_.app).name("type").string("nonprivate");
  body.name("flashVer").string("FMLE/3.0 (compatible; bench)").name("tcUrl").string(target_.url).end_object();
  send_command(body);
}

void ClientSession::send_request(double message_stream) {
  const auto stream = static_cast<std::uint32_t>(message_stream);
  AmfBody body;
  body.string(role_ == Role::play ? "play" : "publish").number(5).null().string(target_.stream);
  if (role_ == Role::play) {
    body.number(-2000);
  } else {
    body.string("live");
  }
  send_command(body, stream);
  if (role_ == Role::play) {  // SetBufferLength, 3 s (7.1.7)
    const Bytes length = {0, 3, 0, 0, 0, static_cast<std::uint8_t>(stream), 0, 0, 0x0B, 0xB8};
    append_message(output_, {.chunk_stream = 2, .type = message_type::user_control}, length, chunk_size);
  }
  requested_ = true;
}

void ClientSession::send_command(const AmfBody& body, std::uint32_t message_stream) {
  append_message(output_, {.type = message_type::amf0_command, .message_stream = message_stream},
                 body.bytes(), chunk_size);
}

void ClientSession::acknowledge(std::size_t bytes) {
  received_ += bytes;
  if (window_ == 0 || received_ - acknowledged_ < window_) return;
  acknowledged_ = received_;
  append_number(output_, message_type::acknowledgement, static_cast<std::uint32_t>(received_));
}

}  // namespace sluice::bench
