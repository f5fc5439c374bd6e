// Writes boxes inside one another (ISO/IEC 14496-12 4.2); sizes are filled in when a box ends.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sluice/wire/byte_writer.hpp"

namespace sluice::mux::mp4 {

// Appends to `out`, which must outlive the writer. Boxes stay below 4 GiB: callers bound what they write.
class BoxWriter {
 public:
  explicit BoxWriter(std::vector<uint8_t>& out) : out_(out), bytes_(out) {}

  // The box open now lasts until the Box is destroyed.
  class Box {
   public:
    Box(const Box&) = delete;
    Box& operator=(const Box&) = delete;
    ~Box() { wire::store_be<4>(out_.data() + start_, out_.size() - start_); }

   private:
    friend class BoxWriter;
    Box(std::vector<uint8_t>& out, size_t start) : out_(out), start_(start) {}
    std::vector<uint8_t>& out_;
    size_t start_;
  };

  [[nodiscard]] Box box(std::string_view type) {
    const size_t start = begin(type);
    return {out_, start};
  }
  [[nodiscard]] Box full_box(std::string_view type, uint8_t version, uint32_t flags) {
    const size_t start = begin(type);
    bytes_.u8(version);
    bytes_.u24be(flags);
    return {out_, start};
  }

  size_t position() const { return out_.size(); }
  // Overwrites four bytes written before.
  void patch_u32(size_t at, uint32_t value) { wire::store_be<4>(out_.data() + at, value); }

  void u8(uint64_t value) { bytes_.u8(value); }
  void u16(uint64_t value) { bytes_.u16be(value); }
  void u24(uint64_t value) { bytes_.u24be(value); }
  void u32(uint64_t value) { bytes_.u32be(value); }
  void u64(uint64_t value) { bytes_.u64be(value); }
  void zeros(size_t count) { out_.insert(out_.end(), count, 0); }
  void bytes(std::span<const uint8_t> in) { bytes_.bytes(in); }
  void text(std::string_view in) { bytes_.text(in); }
  // The four bytes of a code whose first letter is its low byte (SLUICE_FOURCC).
  void fourcc(uint32_t code) { bytes_.u32le(code); }

 private:
  size_t begin(std::string_view type) {
    assert(type.size() == 4);
    const size_t start = out_.size();
    bytes_.u32be(0);
    bytes_.text(type);
    return start;
  }

  std::vector<uint8_t>& out_;
  wire::ByteWriter bytes_;
};

}  // namespace sluice::mux::mp4
