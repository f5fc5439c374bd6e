#include "sluice/mux/ts/packet.hpp"

#include <algorithm>
#include <cstring>

#include "sluice/wire/byte_reader.hpp"
#include "sluice/wire/byte_writer.hpp"

namespace sluice::mux::ts {
namespace {

constexpr size_t header_size = 4;
constexpr size_t body_size = packet_size - header_size;
enum : uint8_t { flag_discontinuity = 0x80, flag_random_access = 0x40, flag_pcr = 0x10 };
enum : uint8_t { has_adaptation = 0x20, has_payload = 0x10 };

// The flags that follow PCR say how much must still be there; none of it is of use here.
bool skip_optional_fields(wire::ByteReader& in, uint8_t flags) {
  if (flags & 0x08) in.skip(6);        // OPCR
  if (flags & 0x04) in.skip(1);        // splice_countdown
  if (flags & 0x02) in.skip(in.u8());  // private bytes
  if (flags & 0x01) in.skip(in.u8());  // extension
  return in.ok();
}

Result<Adaptation> parse_adaptation(std::span<const uint8_t> field) {
  Adaptation adaptation;
  if (field.empty()) return adaptation;  // one byte of stuffing
  wire::ByteReader in(field);
  const uint8_t flags = in.u8();
  adaptation.discontinuity = flags & flag_discontinuity;
  adaptation.random_access = flags & flag_random_access;
  if (flags & flag_pcr) {
    const uint64_t base_high = in.u32be();
    const uint16_t low = in.u16be();
    const uint32_t extension = low & 0x1ff;
    if (extension >= 300) return Errc::malformed;
    adaptation.pcr = (base_high << 1 | low >> 15) * 300 + extension;
  }
  if (!skip_optional_fields(in, flags)) return Errc::malformed;
  return adaptation;
}

size_t content_size(const Adaptation& adaptation) {
  if (adaptation.pcr) return 8;
  return adaptation.discontinuity || adaptation.random_access ? 2 : 0;
}

// Writes an adaptation field of `size` bytes with its length; the rest of it is stuffing.
void store_adaptation(uint8_t* at, size_t size, const Adaptation& adaptation) {
  at[0] = static_cast<uint8_t>(size - 1);
  if (size == 1) return;
  at[1] = static_cast<uint8_t>((adaptation.discontinuity ? flag_discontinuity : 0) |
                               (adaptation.random_access ? flag_random_access : 0) |
                               (adaptation.pcr ? flag_pcr : 0));
  size_t used = 2;
  if (adaptation.pcr) {
    const uint64_t base = *adaptation.pcr / 300, extension = *adaptation.pcr % 300;
    wire::store_be<6>(at + 2, base << 15 | 0x3f << 9 | extension);
    used = 8;
  }
  std::memset(at + used, 0xff, size - used);
}

void store_header(uint8_t* at, uint16_t pid, bool unit_start, uint8_t control, uint8_t continuity) {
  at[0] = sync_byte;
  at[1] = static_cast<uint8_t>((unit_start ? 0x40 : 0) | pid >> 8);
  at[2] = static_cast<uint8_t>(pid);
  at[3] = static_cast<uint8_t>(control | continuity);
}

class PieceCursor {
 public:
  explicit PieceCursor(std::span<const std::span<const uint8_t>> pieces) : pieces_(pieces) {}

  void copy(uint8_t* to, size_t count) {
    while (count > 0) {
      const auto piece = pieces_.front().subspan(at_);
      const size_t part = std::min(count, piece.size());
      if (part > 0) std::memcpy(to, piece.data(), part);
      to += part;
      count -= part;
      at_ += part;
      if (part == piece.size()) {
        pieces_ = pieces_.subspan(1);
        at_ = 0;
      }
    }
  }

 private:
  std::span<const std::span<const uint8_t>> pieces_;
  size_t at_ = 0;
};

}  // namespace

Result<Packet> parse_packet(std::span<const uint8_t, packet_size> bytes) {
  if (bytes[0] != sync_byte) return Errc::malformed;
  Packet packet;
  packet.transport_error = bytes[1] & 0x80;
  packet.unit_start = bytes[1] & 0x40;
  packet.pid = static_cast<uint16_t>((bytes[1] & 0x1f) << 8 | bytes[2]);
  packet.scrambled = bytes[3] & 0xc0;
  packet.continuity = bytes[3] & 0x0f;
  if (packet.transport_error) return packet;
  const uint8_t control = bytes[3] & 0x30;
  if (control == 0) return Errc::malformed;
  packet.has_payload = control & has_payload;
  size_t at = header_size;
  if (control & has_adaptation) {
    const size_t length = bytes[at++];
    if (length > body_size - (packet.has_payload ? 2 : 1)) return Errc::malformed;
    const auto adaptation = parse_adaptation(bytes.subspan(at, length));
    if (!adaptation) return adaptation.error();
    packet.adaptation = *adaptation;
    at += length;
  }
  if (packet.has_payload) packet.payload = bytes.subspan(at);
  return packet;
}

void PacketWriter::unit(const Adaptation& adaptation, std::span<const std::span<const uint8_t>> pieces,
                        std::vector<uint8_t>& out, std::span<const uint64_t> references) {
  size_t left = 0;
  for (const auto piece : pieces) left += piece.size();
  Adaptation carried = adaptation;
  const size_t fields = content_size(adaptation) + references.size() * content_size({false, false, 0});
  const size_t count = std::max<size_t>((fields + left + body_size - 1) / body_size, references.size() + 1);
  size_t at = out.size();
  out.resize(at + count * packet_size);
  PieceCursor source(pieces);
  for (size_t i = 0; i < count; ++i, at += packet_size) {
    uint8_t* packet = out.data() + at;
    const size_t behind = references.size() > i ? references.size() - i : 0;  // packets that need a byte
    const size_t payload = std::min(left - behind, body_size - content_size(carried));
    const size_t field = body_size - payload;
    store_header(packet, pid_, i == 0,
                 static_cast<uint8_t>((field ? has_adaptation : 0) | (payload ? has_payload : 0)), next_);
    if (field) store_adaptation(packet + header_size, field, carried);
    source.copy(packet + header_size + field, payload);
    next_ = (next_ + 1) & 0x0f;
    left -= payload;
    carried = {};
    if (i < references.size()) carried.pcr = references[i];
  }
}

void PacketWriter::adaptation_only(const Adaptation& adaptation, std::vector<uint8_t>& out) const {
  const size_t at = out.size();
  out.resize(at + packet_size);
  store_header(out.data() + at, pid_, false, has_adaptation, (next_ + 15) & 0x0f);
  store_adaptation(out.data() + at + header_size, body_size, adaptation);
}

void PacketWriter::section(const Adaptation& adaptation, std::span<const uint8_t> section,
                           std::vector<uint8_t>& out) {
  constexpr uint8_t pointer_field = 0;
  const size_t field = content_size(adaptation);
  size_t at = out.size();
  bool first = true;
  while (first || !section.empty()) {
    out.resize(at + packet_size, 0xff);
    uint8_t* packet = out.data() + at;
    const bool has_field = first && field > 0;
    store_header(packet, pid_, first, static_cast<uint8_t>((has_field ? has_adaptation : 0) | has_payload),
                 next_);
    next_ = (next_ + 1) & 0x0f;
    size_t used = header_size;
    if (has_field) {
      store_adaptation(packet + used, field, adaptation);
      used += field;
    }
    if (first) packet[used++] = pointer_field;
    const size_t part = std::min(section.size(), packet_size - used);
    std::copy_n(section.begin(), part, packet + used);
    section = section.subspan(part);
    at += packet_size;
    first = false;
  }
}

}  // namespace sluice::mux::ts
