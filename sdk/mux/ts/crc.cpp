#include "sluice/mux/ts/crc.hpp"

#include <array>

namespace sluice::mux::ts {
namespace {

constexpr std::array<uint32_t, 256> make_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t value = i << 24;
    for (int bit = 0; bit < 8; ++bit) value = value << 1 ^ (value >> 31 ? 0x04c11db7u : 0);
    table[i] = value;
  }
  return table;
}
constexpr auto table = make_table();

}  // namespace

uint32_t crc32(std::span<const uint8_t> bytes) {
  uint32_t crc = 0xffffffff;
  for (const uint8_t byte : bytes) crc = crc << 8 ^ table[(crc >> 24 ^ byte) & 0xff];
  return crc;
}

}  // namespace sluice::mux::ts
