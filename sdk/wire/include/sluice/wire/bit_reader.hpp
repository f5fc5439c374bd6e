// Reads bit fields, most significant bit first, with the Exp-Golomb codes of H.264 and H.265 (ITU-T
// H.264 9.1).
//
// Failure is sticky as in ByteReader: past the end everything reads as zero and ok() stays false. Loops over
// counts that came from the wire must bound the count themselves.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sluice::wire {

class BitReader {
 public:
  explicit BitReader(std::span<const uint8_t> in) : in_(in), bits_(in.size() * 8) {}

  bool ok() const { return ok_; }
  size_t left() const { return bits_ - at_; }
  size_t position() const { return at_; }

  // An unsigned field of 0 to 64 bits.
  uint64_t u(unsigned count) {
    if (!has(count)) return 0;
    uint64_t value = 0;
    while (count > 0) {
      const unsigned offset = at_ % 8;
      const unsigned take = count < 8 - offset ? count : 8 - offset;
      const unsigned shifted = in_[at_ / 8] >> (8 - offset - take);
      value = value << take | (shifted & ((1u << take) - 1));
      at_ += take;
      count -= take;
    }
    return value;
  }
  bool flag() { return u(1) != 0; }
  void skip(size_t count) {
    if (has(count)) at_ += count;
  }

  // ue(v). The standards allow 0 to 2^32 - 2, that is at most 31 leading zeros; more is a failure.
  uint32_t ue() {
    unsigned zeros = 0;
    while (ok_ && !flag()) {
      if (++zeros > 31) fail();
    }
    if (!ok_) return 0;
    const uint64_t suffix = u(zeros);
    return ok_ ? static_cast<uint32_t>((uint64_t{1} << zeros) - 1 + suffix) : 0;
  }

  // se(v): 1, -1, 2, -2 ...
  int32_t se() {
    const int64_t code = ue();
    return static_cast<int32_t>(code % 2 ? (code + 1) / 2 : -(code / 2));
  }

  // ue(v) that must not exceed `limit`; more is a failure and reads as zero.
  uint32_t ue_up_to(uint32_t limit) {
    const uint32_t value = ue();
    if (value <= limit) return value;
    fail();
    return 0;
  }

  void fail() {
    ok_ = false;
    at_ = bits_;
  }

 private:
  bool has(size_t count) {
    if (count <= left()) return true;
    fail();
    return false;
  }

  std::span<const uint8_t> in_;
  size_t bits_;
  size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace sluice::wire
