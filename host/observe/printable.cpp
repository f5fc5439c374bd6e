#include "observe/printable.hpp"

#include <array>
#include <cstdio>

namespace sluice::observe {
namespace {

// Length of the well-formed UTF-8 sequence at the front, 0 if there is none (RFC 3629 section 4).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto tail = [&](std::size_t i, unsigned low, unsigned high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2) return 0;
  if (first < 0xE0) return tail(1, 0x80, 0xBF) ? 2 : 0;
  const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (first < 0xF0) return tail(1, low, high) && tail(2, 0x80, 0xBF) ? 3 : 0;
  if (first < 0xF5) return tail(1, low, high) && tail(2, 0x80, 0xBF) && tail(3, 0x80, 0xBF) ? 4 : 0;
  return 0;
}

// U+0080..U+009F steer terminals just as the ones below U+0020 do; U+202A..U+202E and U+2066..U+2069 turn
// text round.
bool steers(std::string_view sequence) {
  if (sequence.size() == 1) return static_cast<unsigned char>(sequence[0]) < 0x20 || sequence[0] == 0x7F;
  if (sequence.size() == 2) return sequence[0] == '\xC2' && static_cast<unsigned char>(sequence[1]) < 0xA0;
  if (sequence.size() != 3 || sequence[0] != '\xE2') return false;
  const auto third = static_cast<unsigned char>(sequence[2]);
  return (sequence[1] == '\x80' && third >= 0xAA && third <= 0xAE) ||
         (sequence[1] == '\x81' && third >= 0xA6 && third <= 0xA9);
}

void append_hex(std::string& out, const char* format, unsigned value) {
  std::array<char, 8> hex;
  out.append(hex.data(), static_cast<std::size_t>(std::snprintf(hex.data(), hex.size(), format, value)));
}

void append_steering(std::string& out, std::string_view sequence, bool json) {
  if (sequence == "\n") {
    out += "\\n";
  } else if (sequence == "\r") {
    out += "\\r";
  } else if (sequence == "\t") {
    out += "\\t";
  } else if (!json) {
    for (const char c : sequence) append_hex(out, "\\x%02x", static_cast<unsigned char>(c));
  } else if (sequence.size() == 1) {
    append_hex(out, "\\u%04x", static_cast<unsigned char>(sequence[0]));
  } else if (sequence.size() == 2) {
    append_hex(out, "\\u%04x", static_cast<unsigned char>(sequence[1]));
  } else {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]) & 0x3FU; };
    append_hex(out, "\\u%04x", 0x2000U | (byte(1) << 6) | byte(2));
  }
}

}  // namespace

void append_printable(std::string& out, std::string_view text, std::size_t limit, Escapes escapes) {
  const bool cut = text.size() > limit;
  for (std::size_t at = 0; at < text.size() && at < limit;) {
    const std::size_t length = sequence_length(text.substr(at));
    const std::string_view sequence = text.substr(at, length == 0 ? 1 : length);
    at += sequence.size();
    if (length == 0) {
      if (escapes == Escapes::json) {
        out += "\xEF\xBF\xBD";
      } else {
        append_hex(out, "\\x%02x", static_cast<unsigned char>(sequence[0]));
      }
    } else if (steers(sequence)) {
      append_steering(out, sequence, escapes == Escapes::json);
    } else {
      if (escapes != Escapes::plain && (sequence == "\"" || sequence == "\\")) out += '\\';
      out += sequence;
    }
  }
  if (cut) out += "…";
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  append_printable(out, text, limit, Escapes::plain);
  return out;
}

}  // namespace sluice::observe
