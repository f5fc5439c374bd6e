#include "sluice/mux/ts/section.hpp"

#include <algorithm>

#include "sluice/mux/ts/crc.hpp"
#include "sluice/wire/byte_reader.hpp"
#include "sluice/wire/byte_writer.hpp"

namespace sluice::mux::ts {
namespace {

constexpr size_t length_end = 3;  // section_length counts from here
constexpr size_t header_size = 8, crc_size = 4;
constexpr uint8_t stuffing = 0xff;  // where a table_id is expected: nothing more in this packet

}  // namespace

std::vector<uint8_t> write_section(const SectionHeader& header, std::span<const uint8_t> body) {
  std::vector<uint8_t> bytes;
  if (body.size() > max_section - header_size - crc_size) return bytes;
  wire::ByteWriter out(bytes);
  out.u8(header.table_id);
  out.u16be(0xb000 | (header_size - length_end + body.size() + crc_size));  // section_syntax_indicator
  out.u16be(header.extension);
  out.u8(0xc0 | (header.version & 0x1f) << 1 | (header.current ? 1 : 0));
  out.u8(header.number);
  out.u8(header.last_number);
  out.bytes(body);
  out.u32be(crc32(bytes));
  return bytes;
}

Result<Section> parse_section(std::span<const uint8_t> bytes) {
  wire::ByteReader in(bytes);
  Section section;
  section.header.table_id = in.u8();
  const uint16_t length = in.u16be();
  section.header.extension = in.u16be();
  const uint8_t version = in.u8();
  section.header.number = in.u8();
  section.header.last_number = in.u8();
  if (!in.ok() || in.left() < crc_size) return Errc::truncated;
  if ((length & 0xc000) != 0x8000 || length_end + (length & 0x0fff) != bytes.size()) return Errc::malformed;
  if (section.header.number > section.header.last_number) return Errc::malformed;
  if (crc32(bytes) != 0) return Errc::bad_crc;
  section.header.version = version >> 1 & 0x1f;
  section.header.current = version & 1;
  section.body = in.bytes(in.left() - crc_size);
  section.crc = in.u32be();
  return section;
}

// Moves bytes of one section over; false when it can never become one.
bool SectionReader::take(std::span<const uint8_t>& from,
                         const std::function<void(std::span<const uint8_t>)>& whole) {
  const auto move = [&](size_t until) {
    const size_t count = std::min(until - std::min(until, state_.size()), from.size());
    state_.insert(state_.end(), from.begin(), from.begin() + static_cast<std::ptrdiff_t>(count));
    from = from.subspan(count);
    return state_.size() >= until;
  };
  if (!move(length_end)) return true;
  const size_t size = length_end + static_cast<size_t>((state_[1] & 0x0f) << 8 | state_[2]);
  if (size > max_section) return false;
  if (!move(size)) return true;
  whole(state_);
  state_.clear();
  return true;
}

unsigned SectionReader::feed(std::span<const uint8_t> payload, bool unit_start,
                             const std::function<void(std::span<const uint8_t>)>& whole) {
  if (!unit_start) {
    if (skipping_ || state_.empty()) return 0;
    if (take(payload, whole)) return 0;
    lose();
    return 1;
  }
  unsigned lost = 0;
  if (payload.empty() || size_t{payload[0]} + 1 > payload.size()) {
    const bool unfinished = !state_.empty();
    lose();
    return 1 + unfinished;
  }
  auto tail = payload.subspan(1, payload[0]);
  if (!skipping_ && !state_.empty() && !take(tail, whole)) ++lost;
  if (!state_.empty()) ++lost;  // a new one starts, this one has no end
  state_.clear();
  skipping_ = false;
  auto rest = payload.subspan(size_t{payload[0]} + 1);
  while (!rest.empty() && rest[0] != stuffing) {
    if (!take(rest, whole)) {
      lose();
      return lost + 1;
    }
  }
  return lost;
}

}  // namespace sluice::mux::ts
