#include "sluice/mux/flv/tag.hpp"

#include "sluice/wire/byte_reader.hpp"
#include "sluice/wire/byte_writer.hpp"

namespace sluice::mux::flv {
namespace {

constexpr uint8_t has_audio = 4, has_video = 1;
constexpr uint8_t type_bits = 0x1f, filter_bit = 0x20;
constexpr uint32_t offset_most = 64u << 10;
constexpr uint32_t signature = 'F' << 16 | 'L' << 8 | 'V';

}  // namespace

std::array<uint8_t, file_header_size + previous_size_size> serialise_file_header(const FileHeader& header) {
  std::array<uint8_t, file_header_size + previous_size_size> out{};
  wire::store_be<3>(out.data(), signature);
  out[3] = 1;
  out[4] = static_cast<uint8_t>((header.audio ? has_audio : 0) | (header.video ? has_video : 0));
  wire::store_be<4>(out.data() + 5, file_header_size);
  return out;
}

Result<FileHeader> parse_file_header(std::span<const uint8_t, file_header_size> bytes) {
  wire::ByteReader in(bytes);
  if (in.u24be() != signature || in.u8() != 1) return Errc::not_flv;
  const uint8_t flags = in.u8();
  const FileHeader header{(flags & has_audio) != 0, (flags & has_video) != 0, in.u32be()};
  if (header.offset < file_header_size || header.offset > offset_most) return Errc::not_flv;
  return header;
}

std::array<uint8_t, tag_head_size> serialise_tag_head(const TagHead& head) {
  std::array<uint8_t, tag_head_size> out{};
  out[0] = static_cast<uint8_t>((head.type & type_bits) | (head.encrypted ? filter_bit : 0));
  wire::store_be<3>(out.data() + 1, head.size);
  wire::store_be<3>(out.data() + 4, head.timestamp);
  out[7] = static_cast<uint8_t>(head.timestamp >> 24);
  return out;
}

TagHead parse_tag_head(std::span<const uint8_t, tag_head_size> bytes) {
  wire::ByteReader in(bytes);
  TagHead head;
  const uint8_t first = in.u8();
  head.type = first & type_bits;
  head.encrypted = (first & filter_bit) != 0;
  head.size = in.u24be();
  head.timestamp = in.u24be();
  head.timestamp |= uint32_t{in.u8()} << 24;
  return head;
}

std::array<uint8_t, previous_size_size> serialise_previous_size(uint32_t body_size) {
  std::array<uint8_t, previous_size_size> out{};
  wire::store_be<4>(out.data(), uint64_t{body_size} + tag_head_size);
  return out;
}

}  // namespace sluice::mux::flv
