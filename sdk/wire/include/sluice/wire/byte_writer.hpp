// Writes numbers and slices in wire order: ByteWriter appends to a vector, store_be fills memory already
// there.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace sluice::wire {

// Stores the low Count bytes of `value`, most significant first. The caller owns at least Count bytes at
// `at`.
template <size_t Count>
void store_be(uint8_t* at, uint64_t value) {
  static_assert(Count >= 1 && Count <= 8);
  for (size_t i = 0; i < Count; ++i) at[i] = static_cast<uint8_t>(value >> (8 * (Count - 1 - i)));
}

class ByteWriter {
 public:
  // Appends to `out`, which must outlive the writer.
  explicit ByteWriter(std::vector<uint8_t>& out) : out_(out) {}

  void u8(uint64_t value) { out_.push_back(static_cast<uint8_t>(value)); }
  void u16be(uint64_t value) { big_endian<2>(value); }
  void u24be(uint64_t value) { big_endian<3>(value); }
  void u32be(uint64_t value) { big_endian<4>(value); }
  void u64be(uint64_t value) { big_endian<8>(value); }
  void f64be(double value) { u64be(std::bit_cast<uint64_t>(value)); }
  void u16le(uint64_t value) { little_endian<2>(value); }
  void u32le(uint64_t value) { little_endian<4>(value); }
  void bytes(std::span<const uint8_t> in) { out_.insert(out_.end(), in.begin(), in.end()); }
  void text(std::string_view in) { out_.insert(out_.end(), in.begin(), in.end()); }

 private:
  template <size_t Count>
  void big_endian(uint64_t value) {
    for (size_t i = Count; i-- > 0;) u8(value >> (8 * i));
  }
  template <size_t Count>
  void little_endian(uint64_t value) {
    for (size_t i = 0; i < Count; ++i) u8(value >> (8 * i));
  }

  std::vector<uint8_t>& out_;
};

}  // namespace sluice::wire
