// Walks boxes that lie side by side in memory (ISO/IEC 14496-12 4.2). Nothing here recurses: how deep a file
// nests is bounded by how deep its reader looks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sluice/abi/frame.h"
#include "sluice/wire/byte_reader.hpp"

namespace sluice::mux::mp4 {

// As sluice_track.codec: first letter in the low byte.
constexpr uint32_t box_type(const char (&text)[5]) {
  return SLUICE_FOURCC(static_cast<uint8_t>(text[0]), static_cast<uint8_t>(text[1]),
                       static_cast<uint8_t>(text[2]), static_cast<uint8_t>(text[3]));
}

struct Box {
  uint32_t type = 0;
  std::span<const uint8_t> body;  // behind size, type and, of "uuid", the extended type
};

struct BoxHeader {
  uint32_t type = 0;
  uint64_t header_size = 8;
  uint64_t body_size = 0;
  bool to_the_end = false;  // size 0: the box reaches to the end of the file
};

// Nothing: more bytes are needed. A header with body_size and header_size 0: the size is a lie.
inline std::optional<BoxHeader> read_box_header(std::span<const uint8_t> in) {
  if (in.size() < 8) return std::nullopt;
  wire::ByteReader reader(in);
  const uint64_t small = reader.u32be();
  BoxHeader header;
  header.type = static_cast<uint32_t>(in[4]) | static_cast<uint32_t>(in[5]) << 8 |
                static_cast<uint32_t>(in[6]) << 16 | static_cast<uint32_t>(in[7]) << 24;
  reader.skip(4);
  uint64_t size = small;
  if (small == 1) {
    if (in.size() < 16) return std::nullopt;
    size = reader.u64be();
    header.header_size = 16;
  }
  if (small == 0) {
    header.to_the_end = true;
    return header;
  }
  if (size < header.header_size) {
    header.header_size = 0;
    return header;
  }
  header.body_size = size - header.header_size;
  return header;
}

class BoxWalk {
 public:
  explicit BoxWalk(std::span<const uint8_t> in) : left_(in) {}

  // Nothing at the end, or where a size does not fit what holds the box; ok() tells which.
  std::optional<Box> next() {
    if (left_.empty()) return std::nullopt;
    const auto header = read_box_header(left_);
    if (!header || header->header_size == 0) return fail();
    const uint64_t room = left_.size() - header->header_size;
    const uint64_t size = header->to_the_end ? room : header->body_size;
    if (size > room) return fail();
    const Box box{header->type, left_.subspan(header->header_size, size)};
    left_ = left_.subspan(header->header_size + size);
    return box;
  }
  bool ok() const { return ok_; }

 private:
  std::optional<Box> fail() {
    ok_ = false;
    left_ = {};
    return std::nullopt;
  }

  std::span<const uint8_t> left_;
  bool ok_ = true;
};

// The first box of that type side by side in `in`; boxes whose sizes lie end the search.
inline std::optional<Box> find_box(std::span<const uint8_t> in, uint32_t type) {
  BoxWalk walk(in);
  while (const auto box = walk.next())
    if (box->type == type) return box;
  return std::nullopt;
}

}  // namespace sluice::mux::mp4
