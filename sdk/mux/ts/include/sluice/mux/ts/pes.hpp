// PES packets (ISO/IEC 13818-1 2.4.3.6): the header with its timestamps, and packets put together again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sluice/mux/ts/error.hpp"

namespace sluice::mux::ts {

enum : uint8_t {
  stream_id_private = 0xbd,  // private_stream_1
  stream_id_audio = 0xc0,    // and 31 more
  stream_id_video = 0xe0,    // and 15 more
};

struct PesTimes {
  std::optional<uint64_t> pts;  // 90 kHz, below clock_wrap
  std::optional<uint64_t> dts;  // only with pts; absent where equal
};

// A header in memory of its own.
class PesHeader {
 public:
  // PES_packet_length is 0 ("until the next one starts") where the payload does not fit its 16 bits, which
  // only video may do (2.4.3.7): fails with Errc::beyond_limits for other streams. Where it fits it is given,
  // so that a decoder has the access unit when its last packet comes.
  static Result<PesHeader> make(uint8_t stream_id, const PesTimes& times, size_t payload_size);
  std::span<const uint8_t> bytes() const { return std::span(bytes_).first(size_); }

 private:
  std::array<uint8_t, 19> bytes_{};
  size_t size_ = 0;
};

struct PesPacket {
  uint8_t stream_id = 0;
  PesTimes times;
  std::span<const uint8_t> payload;  // borrowed
};

// A whole PES packet. Fails with Errc::truncated or malformed: lengths that do not fit, a timestamp without
// its marker bits, scrambled payload, a stream_id without this header.
Result<PesPacket> parse_pes(std::span<const uint8_t> bytes);

// Memory that several PesReaders share, so that many streams cannot hold the limit of one each.
struct PesBudget {
  size_t limit = 32u << 20;
  size_t held = 0;
};

// Puts the PES packets of one PID together.
class PesReader {
 public:
  static constexpr size_t max_size = 8u << 20;

  explicit PesReader(PesBudget& budget) : budget_(budget) {}
  ~PesReader() { clear(); }
  PesReader(const PesReader&) = delete;
  PesReader& operator=(const PesReader&) = delete;

  enum class Fed { nothing, complete, dropped };
  // The payload of a packet without unit start. After `complete` the packet is in bytes() until clear();
  // after `dropped` it was too large, or longer than it says.
  Fed feed(std::span<const uint8_t> payload);
  // A packet with unit start: clears and begins. Whoever wants a packet of unknown length looks at is_open()
  // and bytes() before.
  Fed begin(std::span<const uint8_t> payload);
  // True while a packet of unknown length may still grow.
  bool is_open() const { return open_ && announced_ == 0 && bytes_.size() > 6; }
  // A packet has begun and did not reach the length it announces.
  bool is_cut() const { return open_ && announced_ != 0; }
  std::span<const uint8_t> bytes() const { return bytes_; }
  void clear();

 private:
  PesBudget& budget_;
  std::vector<uint8_t> bytes_;
  size_t announced_ = 0;  // whole packet; 0: unknown
  bool open_ = false;
};

}  // namespace sluice::mux::ts
