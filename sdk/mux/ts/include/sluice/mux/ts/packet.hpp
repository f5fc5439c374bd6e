// Transport packets (ISO/IEC 13818-1 2.4.3.2) and their adaptation field (2.4.3.4): read one, or cut a PES
// packet or a section into them.
//
// Every 184 bytes of payload get a header, so output is contiguous: the payload is copied once, into place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sluice/mux/ts/error.hpp"

namespace sluice::mux::ts {

inline constexpr size_t packet_size = 188;
inline constexpr uint8_t sync_byte = 0x47;
inline constexpr uint16_t null_pid = 0x1fff;

struct Adaptation {
  bool discontinuity = false;
  bool random_access = false;
  std::optional<uint64_t> pcr;  // 27 MHz, below pcr_wrap
};

struct Packet {
  uint16_t pid = 0;
  bool unit_start = false;
  bool transport_error = false;
  bool scrambled = false;
  bool has_payload = false;
  uint8_t continuity = 0;
  Adaptation adaptation;
  std::span<const uint8_t> payload;  // borrowed
};

// Fails with Errc::malformed: no sync byte, the reserved adaptation_field_control, an adaptation field that
// does not fit the packet or its own flags. With transport_error set only `pid` and the flags are read.
Result<Packet> parse_packet(std::span<const uint8_t, packet_size> bytes);

// What goes on one PID; counts its packets.
class PacketWriter {
 public:
  explicit PacketWriter(uint16_t pid = null_pid) : pid_(pid) {}
  uint16_t pid() const { return pid_; }

  // One PES packet, given in pieces. The first transport packet carries `adaptation`, those behind it one of
  // `references` (PCR) each, the last one stuffing. The pieces have more bytes than there are references.
  void unit(const Adaptation& adaptation, std::span<const std::span<const uint8_t>> pieces,
            std::vector<uint8_t>& out, std::span<const uint64_t> references = {});
  // An adaptation field alone; does not count (2.4.3.3).
  void adaptation_only(const Adaptation& adaptation, std::vector<uint8_t>& out) const;
  // One section, starting a packet of its own that carries `adaptation`.
  void section(const Adaptation& adaptation, std::span<const uint8_t> section, std::vector<uint8_t>& out);

 private:
  uint16_t pid_;
  uint8_t next_ = 0;  // continuity_counter
};

}  // namespace sluice::mux::ts
