// Sections of programme specific information (ISO/IEC 13818-1 2.4.4): the header PAT and PMT share, their
// CRC, and their way through packets, where several may lie in one and one may reach over several.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sluice/mux/ts/error.hpp"

namespace sluice::mux::ts {

inline constexpr size_t max_section =
    1024;  // with header and CRC: section_length is at most 1021 for these tables

struct SectionHeader {
  uint8_t table_id = 0;
  uint16_t extension = 0;  // transport_stream_id, or program_number
  uint8_t version = 0;     // 5 bits
  bool current = true;     // false: announces what will be valid later
  uint8_t number = 0;
  uint8_t last_number = 0;
};

struct Section {
  SectionHeader header;
  std::span<const uint8_t> body;  // between header and CRC; borrowed
  uint32_t crc = 0;               // two sections with the same CRC say the same
};

// Throws nothing; a body over 1012 bytes is the caller's error and gives an empty section.
std::vector<uint8_t> write_section(const SectionHeader& header, std::span<const uint8_t> body);

// Exactly one whole section. Fails with Errc::truncated, malformed or bad_crc.
Result<Section> parse_section(std::span<const uint8_t> bytes);

// Puts the sections of one PID together. Holds at most one section.
class SectionReader {
 public:
  // The payload of a packet; `unit_start` is its payload_unit_start_indicator. Calls `whole` with each
  // section that is complete in length; what is in it has not been looked at. Returns how many had to be
  // thrown away.
  unsigned feed(std::span<const uint8_t> payload, bool unit_start,
                const std::function<void(std::span<const uint8_t>)>& whole);
  // A packet was lost.
  void lose() {
    state_.clear();
    skipping_ = true;
  }

 private:
  bool take(std::span<const uint8_t>& from, const std::function<void(std::span<const uint8_t>)>& whole);

  std::vector<uint8_t> state_;
  bool skipping_ = true;  // until the next start
};

}  // namespace sluice::mux::ts
