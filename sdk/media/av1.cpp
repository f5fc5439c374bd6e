#include "sluice/media/av1.hpp"

#include <algorithm>

#include "sluice/wire/byte_reader.hpp"
#include "sluice/wire/byte_writer.hpp"

namespace sluice::media {
namespace {

// obu_type, AV1 bitstream specification 6.2.2.
enum : uint8_t { obu_sequence_header = 1, obu_temporal_delimiter = 2, obu_frame_header = 3, obu_frame = 6 };

constexpr uint8_t has_size_bit = 0x02;

size_t leb128_size(size_t value) {
  size_t size = 1;
  while (value >>= 7) ++size;
  return size;
}

size_t store_leb128(uint8_t* at, size_t value) {
  size_t size = 0;
  do {
    const auto low = static_cast<uint8_t>(value & 0x7f);
    value >>= 7;
    at[size++] = static_cast<uint8_t>(low | (value ? 0x80 : 0));
  } while (value);
  return size;
}

// 4.10.5: at most eight bytes, and the value fits 32 bits.
std::optional<uint64_t> read_leb128(wire::ByteReader& in) {
  uint64_t value = 0;
  for (unsigned i = 0; i < 8; ++i) {
    const uint8_t byte = in.u8();
    if (!in.ok()) return std::nullopt;
    value |= uint64_t{byte & 0x7fu} << (7 * i);
    if (!(byte & 0x80)) return value <= UINT32_MAX ? std::optional(value) : std::nullopt;
  }
  return std::nullopt;
}

size_t canonical_size(const Obu& obu) {
  return obu.header.size() + leb128_size(obu.payload.size()) + obu.payload.size();
}

// 5.9.2: show_existing_frame(1), frame_type(2), show_frame(1); a reduced still picture leaves them out.
bool starts_with_key(std::span<const uint8_t> frame_header, bool reduced_still_picture) {
  if (reduced_still_picture) return true;
  return !frame_header.empty() && (frame_header[0] & 0xf0) == 0x10;
}

}  // namespace

std::optional<Obu> ObuWalk::next() {
  if (!ok_ || left_.empty()) return std::nullopt;
  wire::ByteReader in(left_);
  Obu obu;
  const uint8_t first = in.u8();
  const bool extended = first & 0x04;
  obu.has_size = first & has_size_bit;
  obu.type = first >> 3 & 0x0f;
  if (extended) in.skip(1);
  obu.header = left_.first(in.ok() ? in.position() : 0);
  if (obu.has_size) {
    const auto size = read_leb128(in);
    if (size) obu.payload = in.bytes(static_cast<size_t>(*size));
    ok_ = size && in.ok();
  } else {
    obu.payload = in.rest();
    ok_ = in.ok();
  }
  if (first & 0x80) ok_ = false;  // obu_forbidden_bit
  if (!ok_) return std::nullopt;
  left_ = left_.subspan(in.position());
  return obu;
}

Result<Av1Config> parse_av1_config(std::span<const uint8_t> record) {
  wire::ByteReader in(record);
  if (in.u8() != 0x81) return record.empty() ? Errc::truncated : Errc::malformed;  // marker and version 1
  Av1Config config;
  const uint8_t level = in.u8();
  const uint8_t flags = in.u8();
  config.presentation_delay = in.u8() & 0x1f;
  if (!in.ok()) return Errc::truncated;
  const auto obus = in.rest();
  config.header.profile = level >> 5;
  config.header.level = level & 0x1f;
  config.header.tier = flags >> 7;
  config.header.high_bit_depth = flags & 0x40;
  config.header.twelve_bit = flags & 0x20;
  config.header.monochrome = flags & 0x10;
  config.header.subsampling_x = flags & 0x08;
  config.header.subsampling_y = flags & 0x04;
  config.header.chroma_sample_position = flags & 0x03;
  config.config_obus.assign(obus.begin(), obus.end());

  ObuWalk walk(obus);
  while (const auto obu = walk.next()) {
    if (obu->type != obu_sequence_header) continue;
    const auto header = parse_av1_sequence_header(obu->payload);
    if (!header) return header.error();
    config.header = *header;
  }
  if (!walk.ok()) return Errc::malformed;
  return config;
}

std::vector<uint8_t> serialise_av1_config(const Av1Config& config) {
  const Av1SequenceHeader& h = config.header;
  std::vector<uint8_t> record;
  wire::ByteWriter out(record);
  out.u8(0x81);
  out.u8(h.profile << 5 | h.level);
  out.u8(h.tier << 7 | h.high_bit_depth << 6 | h.twelve_bit << 5 | h.monochrome << 4 | h.subsampling_x << 3 |
         h.subsampling_y << 2 | h.chroma_sample_position);
  out.u8(config.presentation_delay);
  out.bytes(config.config_obus);
  return record;
}

Result<Av1Config> make_av1_config(std::span<const uint8_t> payload) {
  const auto header = parse_av1_sequence_header(payload);
  if (!header) return header.error();
  Av1Config config;
  config.header = *header;
  config.config_obus.resize(1 + leb128_size(payload.size()));
  config.config_obus[0] = obu_sequence_header << 3 | has_size_bit;
  store_leb128(config.config_obus.data() + 1, payload.size());
  config.config_obus.insert(config.config_obus.end(), payload.begin(), payload.end());
  return config;
}

bool has_sequence_header(const Av1Config& config, std::span<const uint8_t> payload) {
  ObuWalk walk(config.config_obus);
  while (const auto obu = walk.next()) {
    if (obu->type == obu_sequence_header) return std::ranges::equal(obu->payload, payload);
  }
  return false;
}

Result<Av1Frame> scan_av1_frame(std::span<const uint8_t> unit, const Av1Config& config) {
  Av1Frame facts;
  bool reduced = config.header.reduced_still_picture;
  bool seen_frame = false;
  ObuWalk walk(unit);
  while (const auto obu = walk.next()) {
    if (obu->type == obu_temporal_delimiter) {
      facts.needs_rewrite = true;
      continue;
    }
    facts.canonical_size += canonical_size(*obu);
    if (obu->type == obu_sequence_header) {
      facts.sequence_header = obu->payload;
      reduced = obu->payload.size() > 0 && (obu->payload[0] & 0x08);
    } else if (!seen_frame && (obu->type == obu_frame || obu->type == obu_frame_header)) {
      seen_frame = true;
      facts.key = starts_with_key(obu->payload, reduced);
    }
  }
  if (!walk.ok()) return Errc::malformed;
  // A size field that is missing or longer than it must be shows as a difference in length.
  facts.needs_rewrite |= facts.canonical_size != unit.size();
  return facts;
}

size_t write_canonical_av1(std::span<const uint8_t> unit, std::span<uint8_t> out) {
  size_t at = 0;
  ObuWalk walk(unit);
  while (const auto obu = walk.next()) {
    if (obu->type == obu_temporal_delimiter) continue;
    if (out.size() - at < canonical_size(*obu)) return 0;
    uint8_t* to = std::copy(obu->header.begin(), obu->header.end(), out.data() + at);
    out[at] |= has_size_bit;
    to += store_leb128(to, obu->payload.size());
    std::copy(obu->payload.begin(), obu->payload.end(), to);
    at += canonical_size(*obu);
  }
  return walk.ok() ? at : 0;
}

}  // namespace sluice::media
