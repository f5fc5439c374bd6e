#include "wire/websocket.hpp"

#include <openssl/evp.h>

#include <array>

#include "wire/text.hpp"

namespace sluice::http {
namespace {

constexpr std::size_t control_limit = 125;  // section 5.5

std::string base64(std::span<const std::uint8_t> bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

// 16 bytes in base64.
bool is_key(std::string_view text) {
  if (text.size() != 24 || !text.ends_with("==")) return false;
  for (const char c : text.substr(0, 22)) {
    const bool fits =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    if (!fits) return false;
  }
  return true;
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

}  // namespace

bool asks_websocket(const RequestHead& head) {
  const auto upgrade = head.field("upgrade");
  return upgrade && has_element(*upgrade, "websocket");
}

Refusable<std::string> accept_websocket(const RequestHead& head) {
  const auto connection = head.field("connection");
  if (head.method != "GET" || head.version != 11 || !connection || !has_element(*connection, "upgrade"))
    return Refusal{400, "A WebSocket opens with GET in HTTP/1.1 and Connection: Upgrade."};
  if (head.field("sec-websocket-version") != "13")
    return Refusal{426, "This server speaks WebSocket version 13; ask for it."};
  const auto key = head.field("sec-websocket-key");
  if (!key || !is_key(*key)) return Refusal{400, "Sec-WebSocket-Key is not 16 bytes in base64."};
  const std::string text = *key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<std::uint8_t, 20> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
    return Refusal{500, "SHA-1 is not to be had on this server."};
  return base64(digest);
}

std::string ws_frame_header(Opcode opcode, std::uint64_t size) {
  std::string out(1, static_cast<char>(0x80 | static_cast<std::uint8_t>(opcode)));
  const int bytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
  out += static_cast<char>(bytes == 0 ? size : bytes == 2 ? 126 : 127);
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(size >> (8 * i) & 0xff);
  return out;
}

std::string ws_close_frame(std::uint16_t code, std::string_view reason) {
  reason = reason.substr(0, control_limit - 2);
  std::string out = ws_frame_header(Opcode::close, reason.size() + 2);
  out += static_cast<char>(code >> 8);
  out += static_cast<char>(code & 0xff);
  out += reason;
  return out;
}

void WebSocketReader::feed(std::span<const std::uint8_t> bytes) {
  if (failure_ == 0) store_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::optional<WebSocketReader::Event> WebSocketReader::fail(std::uint16_t code) {
  failure_ = code;
  store_ = {};
  message_ = {};
  return std::nullopt;
}

std::optional<WebSocketReader::Event> WebSocketReader::poll() {
  while (failure_ == 0 && store_.size() >= 2) {
    const auto first = static_cast<std::uint8_t>(store_[0]), second = static_cast<std::uint8_t>(store_[1]);
    const auto opcode = static_cast<Opcode>(first & 0x0f);
    const bool final = first & 0x80, control = first & 0x08;
    if ((first & 0x70) || !(second & 0x80)) return fail(ws_protocol_error);  // extensions; no mask
    if ((first & 0x0f) > (control ? 10 : 2)) return fail(ws_protocol_error);
    const std::size_t length_bytes = (second & 0x7f) == 126 ? 2 : (second & 0x7f) == 127 ? 8 : 0;
    const std::size_t header = 2 + length_bytes + 4;
    if (store_.size() < 2 + length_bytes) return std::nullopt;
    const std::uint64_t size =
        length_bytes ? big_endian(std::string_view(store_).substr(2, length_bytes)) : second & 0x7fu;
    if (size >> 63 || (control && (size > control_limit || !final))) return fail(ws_protocol_error);
    if (size + message_.size() > limits_.message_bytes) return fail(ws_too_big);
    if (store_.size() < header + size) return std::nullopt;
    std::string payload = store_.substr(header, size);
    for (std::size_t i = 0; i < payload.size(); ++i)
      payload[i] = static_cast<char>(payload[i] ^ store_[header - 4 + i % 4]);
    store_.erase(0, header + size);
    if (auto event = take(opcode, final, std::move(payload))) return event;
  }
  return std::nullopt;
}

// A whole frame, masked no longer.
std::optional<WebSocketReader::Event> WebSocketReader::take(Opcode opcode, bool final, std::string payload) {
  if (static_cast<std::uint8_t>(opcode) & 0x08) {
    if (++controls_ > limits_.controls) return fail(ws_policy);
    if (opcode == Opcode::close && payload.size() == 1) return fail(ws_protocol_error);
    return Event{opcode, std::move(payload)};
  }
  const bool continues = opcode == Opcode::continuation;
  if (continues == (message_opcode_ == Opcode::continuation)) return fail(ws_protocol_error);
  if (!continues) message_opcode_ = opcode;
  if (++fragments_ > limits_.fragments) return fail(ws_policy);
  message_ += payload;
  if (!final) return std::nullopt;
  fragments_ = 0;
  ++controls_;  // whole messages are as much work as pings
  if (controls_ > limits_.controls) return fail(ws_policy);
  return Event{std::exchange(message_opcode_, Opcode::continuation), std::exchange(message_, {})};
}

}  // namespace sluice::http
