// The frame of an FLV file ("Adobe Flash Video File Format 10.1", annex E): its header, and what stands
// before and behind each tag's body.
//
//   "FLV" | 1 | flags 8 | offset of what follows 32 || previous tag size 32 = 0
//   type 8 | body size 24 | timestamp 24 | its upper 8 bits | stream id 24 = 0 || body || previous tag size
//   32
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sluice/mux/flv/error.hpp"

namespace sluice::mux::flv {

enum class TagType : uint8_t { audio = 8, video = 9, script = 18 };

inline constexpr size_t file_header_size = 9;
inline constexpr size_t tag_head_size = 11;
inline constexpr size_t previous_size_size = 4;
inline constexpr uint32_t tag_body_most = 0xffffff;

struct FileHeader {
  bool audio = false;  // what a file says it has; many are wrong
  bool video = false;
  uint32_t offset = file_header_size;  // where the first previous tag size stands
};

// With the size of no previous tag behind it.
std::array<uint8_t, file_header_size + previous_size_size> serialise_file_header(const FileHeader& header);

// Fails with Errc::not_flv: signature, version other than 1, offset below 9 or above 64 KiB.
Result<FileHeader> parse_file_header(std::span<const uint8_t, file_header_size> in);

struct TagHead {
  uint8_t type = 0;        // TagType, or something else: to be skipped
  bool encrypted = false;  // E.4.1 Filter
  uint32_t size = 0;       // of the body, 24 bits
  uint32_t timestamp = 0;  // ms, see timestamp.hpp
};

std::array<uint8_t, tag_head_size> serialise_tag_head(const TagHead& head);
TagHead parse_tag_head(std::span<const uint8_t, tag_head_size> in);

// What stands behind a tag with a body of this size.
std::array<uint8_t, previous_size_size> serialise_previous_size(uint32_t body_size);

}  // namespace sluice::mux::flv
