// The dump format, all numbers big-endian:
//
//   dump   = "SLDUMP1\n" track... record...
//   track  = 'T' id(4) kind(1) codec(4 letters) size(4) config(size)
//   record = 'F' size(4) track(4) flags(1) dts(8) pts(8) payload(size)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

using Bytes = std::vector<std::uint8_t>;

constexpr std::string_view dump_magic = "SLDUMP1\n";

template <std::size_t Count>
void put(Bytes& out, std::uint64_t value) {
  for (std::size_t i = Count; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

// A codec's letters in writing order: the first one is in the low byte.
inline void put_letters(Bytes& out, std::uint32_t code) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::uint8_t>(code >> shift));
}

inline Bytes track_record(std::uint32_t id, std::uint32_t kind, std::uint32_t codec,
                          std::uint32_t config_size) {
  Bytes out{'T'};
  put<4>(out, id);
  put<1>(out, kind);
  put_letters(out, codec);
  put<4>(out, config_size);
  return out;
}

struct FrameRecord {
  std::uint32_t size;
  std::uint32_t track;
  std::uint8_t flags;
  std::int64_t dts;
  std::int64_t pts;
};

inline Bytes frame_record(const FrameRecord& frame) {
  Bytes out{'F'};
  put<4>(out, frame.size);
  put<4>(out, frame.track);
  put<1>(out, frame.flags);
  put<8>(out, static_cast<std::uint64_t>(frame.dts));
  put<8>(out, static_cast<std::uint64_t>(frame.pts));
  return out;
}
