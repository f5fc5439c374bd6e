#include "rtmp_messages.hpp"

#include <algorithm>
#include <bit>

namespace sluice::bench {
namespace {

void append_big_endian(Bytes& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::optional<std::string> read_string(std::span<const std::uint8_t> body, std::size_t at) {
  if (at + 3 > body.size() || body[at] != 2) return std::nullopt;
  const std::size_t size = body[at + 1] * 256U + body[at + 2];
  if (at + 3 + size > body.size()) return std::nullopt;
  return std::string(body.begin() + static_cast<std::ptrdiff_t>(at + 3),
                     body.begin() + static_cast<std::ptrdiff_t>(at + 3 + size));
}

std::optional<double> read_number(std::span<const std::uint8_t> body, std::size_t at) {
  if (at + 9 > body.size() || body[at] != 0) return std::nullopt;
  std::uint64_t bits = 0;
  for (const std::uint8_t byte : body.subspan(at + 1, 8)) bits = bits << 8 | byte;
  return std::bit_cast<double>(bits);
}

// Found by its bytes, not by walking the object: enough for a peer that trusts the server it measures.
std::string read_property(std::span<const std::uint8_t> body, std::string_view name) {
  Bytes needle = {0, static_cast<std::uint8_t>(name.size())};
  needle.insert(needle.end(), name.begin(), name.end());
  const auto found = std::search(body.begin(), body.end(), needle.begin(), needle.end());
  const auto at = static_cast<std::size_t>(found - body.begin()) + needle.size();
  return found == body.end() ? "" : read_string(body, at).value_or("");
}

}  // namespace

void append_message(Bytes& out, const MessageHead& head, std::span<const std::uint8_t> body,
                    std::size_t chunk_size) {
  const bool extended = head.timestamp_ms >= 0xFFFFFF;
  out.push_back(head.chunk_stream);
  append_big_endian(out, extended ? 0xFFFFFF : head.timestamp_ms, 3);
  append_big_endian(out, body.size(), 3);
  out.push_back(head.type);
  for (int shift = 0; shift < 32; shift += 8)
    out.push_back(static_cast<std::uint8_t>(head.message_stream >> shift));
  if (extended) append_big_endian(out, head.timestamp_ms, 4);
  for (std::size_t at = 0; at < body.size(); at += chunk_size) {
    if (at > 0) {
      out.push_back(0xC0 | head.chunk_stream);
      if (extended) append_big_endian(out, head.timestamp_ms, 4);
    }
    const auto part = body.subspan(at, std::min(chunk_size, body.size() - at));
    out.insert(out.end(), part.begin(), part.end());
  }
}

void append_number(Bytes& out, std::uint8_t type, std::uint32_t value) {
  Bytes body;
  append_big_endian(body, value, 4);
  append_message(out, {.chunk_stream = 2, .type = type}, body, 128);
}

AmfBody& AmfBody::string(std::string_view text) {
  bytes_.push_back(2);
  return name(text);
}

AmfBody& AmfBody::number(double value) {
  bytes_.push_back(0);
  append_big_endian(bytes_, std::bit_cast<std::uint64_t>(value), 8);
  return *this;
}

AmfBody& AmfBody::boolean(bool value) {
  bytes_.insert(bytes_.end(), {1, static_cast<std::uint8_t>(value)});
  return *this;
}

AmfBody& AmfBody::null() {
  bytes_.push_back(5);
  return *this;
}

AmfBody& AmfBody::begin_object() {
  bytes_.push_back(3);
  return *this;
}

AmfBody& AmfBody::name(std::string_view text) {
  append_big_endian(bytes_, text.size(), 2);
  bytes_.insert(bytes_.end(), text.begin(), text.end());
  return *this;
}

AmfBody& AmfBody::end_object() {
  bytes_.insert(bytes_.end(), {0, 0, 9});
  return *this;
}

std::optional<Command> read_command(std::span<const std::uint8_t> body) {
  const auto name = read_string(body, 0);
  if (!name) return std::nullopt;
  const std::size_t behind_name = 3 + name->size();
  const auto transaction = read_number(body, behind_name);
  if (!transaction) return std::nullopt;
  Command command{*name, *transaction, std::nullopt, read_property(body, "code"), false};
  const std::size_t behind_transaction = behind_name + 9;
  if (behind_transaction < body.size() && body[behind_transaction] == 5)
    command.first_number = read_number(body, behind_transaction + 1);
  command.is_error = *name == "_error" || read_property(body, "level") == "error";
  return command;
}

}  // namespace sluice::bench
