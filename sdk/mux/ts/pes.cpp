#include "sluice/mux/ts/pes.hpp"

#include <algorithm>

#include "sluice/wire/byte_reader.hpp"
#include "sluice/wire/byte_writer.hpp"

namespace sluice::mux::ts {
namespace {

constexpr size_t length_end = 6;  // PES_packet_length counts from here
constexpr size_t fixed_size = 9;  // with PES_header_data_length
enum : uint8_t { flag_pts = 0x80, flag_dts = 0x40 };

// '0010' or the like, then 33 bits in three groups, each with a marker bit behind.
void store_timestamp(uint8_t* at, uint8_t prefix, uint64_t value) {
  at[0] = static_cast<uint8_t>(prefix << 4 | (value >> 30 & 7) << 1 | 1);
  wire::store_be<2>(at + 1, (value >> 15 & 0x7fff) << 1 | 1);
  wire::store_be<2>(at + 3, (value & 0x7fff) << 1 | 1);
}

std::optional<uint64_t> read_timestamp(wire::ByteReader& in) {
  const uint64_t high = in.u8(), middle = in.u16be(), low = in.u16be();
  if (!in.ok() || !(high & middle & low & 1)) return std::nullopt;
  return (high >> 1 & 7) << 30 | middle >> 1 << 15 | low >> 1;
}

// Table 2-21: these stream_ids have no such header.
bool has_header(uint8_t stream_id) {
  constexpr std::array<uint8_t, 8> without = {0xbc, 0xbe, 0xbf, 0xf0, 0xf1, 0xf2, 0xf8, 0xff};
  return std::find(without.begin(), without.end(), stream_id) == without.end();
}

}  // namespace

Result<PesHeader> PesHeader::make(uint8_t stream_id, const PesTimes& times, size_t payload_size) {
  const bool has_dts = times.pts && times.dts && *times.dts != *times.pts;
  const size_t timestamps = times.pts ? (has_dts ? 10 : 5) : 0;
  size_t length = fixed_size - length_end + timestamps + payload_size;
  if (length > 0xffff) {
    if (stream_id < stream_id_video || stream_id > 0xef) return Errc::beyond_limits;
    length = 0;
  }
  PesHeader header;
  auto* at = header.bytes_.data();
  wire::store_be<4>(at, 0x100 | stream_id);
  wire::store_be<2>(at + 4, length);
  at[6] = 0x80 | 0x04;  // data_alignment_indicator: an access unit begins right behind
  at[7] = static_cast<uint8_t>(times.pts ? (has_dts ? flag_pts | flag_dts : flag_pts) : 0);
  at[8] = static_cast<uint8_t>(timestamps);
  if (times.pts) store_timestamp(at + 9, has_dts ? 3 : 2, *times.pts);
  if (has_dts) store_timestamp(at + 14, 1, *times.dts);
  header.size_ = fixed_size + timestamps;
  return header;
}

Result<PesPacket> parse_pes(std::span<const uint8_t> bytes) {
  wire::ByteReader in(bytes);
  PesPacket packet;
  if (in.u24be() != 1) return Errc::malformed;
  packet.stream_id = in.u8();
  const size_t length = in.u16be();
  if (!in.ok()) return Errc::truncated;
  if (!has_header(packet.stream_id)) return Errc::unsupported;
  if (length != 0 && length_end + length > bytes.size()) return Errc::truncated;
  const uint8_t control = in.u8(), flags = in.u8();
  const auto fields = in.bytes(in.u8());
  if (!in.ok()) return Errc::truncated;
  if ((control & 0xc0) != 0x80 || (flags & 0xc0) == flag_dts) return Errc::malformed;
  if (control & 0x30) return Errc::unsupported;  // PES_scrambling_control
  wire::ByteReader optional(fields);
  if (flags & flag_pts) {
    packet.times.pts = read_timestamp(optional);
    if (!packet.times.pts) return Errc::malformed;
  }
  if (flags & flag_dts) {
    packet.times.dts = read_timestamp(optional);
    if (!packet.times.dts) return Errc::malformed;
  }
  const size_t end = length ? length_end + length : bytes.size();
  if (in.position() > end) return Errc::malformed;
  packet.payload = bytes.subspan(in.position(), end - in.position());
  return packet;
}

void PesReader::clear() {
  budget_.held -= bytes_.size();
  bytes_.clear();
  if (bytes_.capacity() > max_size / 8) bytes_.shrink_to_fit();
  announced_ = 0;
  open_ = false;
}

PesReader::Fed PesReader::begin(std::span<const uint8_t> payload) {
  clear();
  open_ = true;
  return feed(payload);
}

PesReader::Fed PesReader::feed(std::span<const uint8_t> payload) {
  if (!open_) return Fed::nothing;
  if (bytes_.size() + payload.size() > max_size || budget_.held + payload.size() > budget_.limit) {
    clear();
    return Fed::dropped;
  }
  bytes_.insert(bytes_.end(), payload.begin(), payload.end());
  budget_.held += payload.size();
  if (announced_ == 0 && bytes_.size() >= length_end) {
    const size_t length = static_cast<size_t>(bytes_[4] << 8 | bytes_[5]);
    if (length != 0) announced_ = length_end + length;
  }
  if (announced_ == 0 || bytes_.size() < announced_) return Fed::nothing;
  if (bytes_.size() > announced_) {  // more than it says: which of both is wrong cannot be known
    clear();
    return Fed::dropped;
  }
  open_ = false;
  return Fed::complete;
}

}  // namespace sluice::mux::ts
