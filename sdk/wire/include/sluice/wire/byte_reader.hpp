// Reads numbers and slices off a span and cannot leave it.
//
// Failure is sticky: a read past the end gives zero (or an empty slice), moves to the end and makes ok()
// false for good. A parser therefore reads a whole structure straight down and asks ok() once, before it
// believes or allocates anything.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sluice::wire {

class ByteReader {
 public:
  explicit ByteReader(std::span<const uint8_t> in) : in_(in) {}

  bool ok() const { return ok_; }
  size_t position() const { return at_; }
  size_t left() const { return in_.size() - at_; }
  bool at_end() const { return at_ == in_.size(); }

  uint8_t u8() { return static_cast<uint8_t>(big_endian<1>()); }
  uint16_t u16be() { return static_cast<uint16_t>(big_endian<2>()); }
  uint32_t u24be() { return static_cast<uint32_t>(big_endian<3>()); }
  uint32_t u32be() { return static_cast<uint32_t>(big_endian<4>()); }
  uint64_t u64be() { return big_endian<8>(); }
  double f64be() { return std::bit_cast<double>(u64be()); }
  uint16_t u16le() { return static_cast<uint16_t>(little_endian<2>()); }
  uint32_t u32le() { return static_cast<uint32_t>(little_endian<4>()); }

  // Two's complement in 24 bits, as FLV writes composition times.
  int32_t s24be() {
    const uint32_t raw = u24be();
    return static_cast<int32_t>(raw) - static_cast<int32_t>((raw & 0x800000u) << 1);
  }

  // Slices point into what was given to the constructor.
  std::span<const uint8_t> bytes(size_t count) {
    if (count > left()) {
      fail();
      return {};
    }
    const auto slice = in_.subspan(at_, count);
    at_ += count;
    return slice;
  }
  std::string_view text(size_t count) {
    const auto slice = bytes(count);
    return {reinterpret_cast<const char*>(slice.data()), slice.size()};
  }
  std::span<const uint8_t> rest() { return bytes(left()); }
  void skip(size_t count) { bytes(count); }

  // The next byte without moving; zero at the end.
  uint8_t peek() const { return at_ < in_.size() ? in_[at_] : uint8_t{0}; }

 private:
  template <size_t Count>
  uint64_t big_endian() {
    uint64_t value = 0;
    for (const uint8_t byte : bytes(Count)) value = value << 8 | byte;
    return value;
  }
  template <size_t Count>
  uint64_t little_endian() {
    uint64_t value = 0;
    unsigned shift = 0;
    for (const uint8_t byte : bytes(Count)) {
      value |= uint64_t{byte} << shift;
      shift += 8;
    }
    return value;
  }
  void fail() {
    ok_ = false;
    at_ = in_.size();
  }

  std::span<const uint8_t> in_;
  size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace sluice::wire
