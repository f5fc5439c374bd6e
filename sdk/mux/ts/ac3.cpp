#include "sluice/mux/ts/ac3.hpp"

#include <array>

#include "sluice/wire/bit_reader.hpp"

namespace sluice::mux::ts {

Result<Ac3Header> parse_ac3_header(std::span<const uint8_t> frame) {
  constexpr std::array<uint32_t, 3> rates = {48000, 44100, 32000};
  constexpr std::array<uint16_t, 19> kilobits = {32,  40,  48,  56,  64,  80,  96,  112, 128, 160,
                                                 192, 224, 256, 320, 384, 448, 512, 576, 640};
  constexpr std::array<uint8_t, 8> channels = {2, 1, 2, 3, 3, 4, 4, 5};  // by acmod
  wire::BitReader in(frame);
  const bool sync = in.u(16) == 0x0b77;
  in.skip(16);  // crc1
  const auto rate = in.u(2), size_code = in.u(6), bsid = in.u(5);
  in.skip(3);
  const auto acmod = in.u(3);
  if ((acmod & 1) && acmod != 1) in.skip(2);  // cmixlev
  if (acmod & 4) in.skip(2);                  // surmixlev
  if (acmod == 2) in.skip(2);                 // dsurmod
  const bool low = in.flag();
  if (!in.ok()) return Errc::truncated;
  if (!sync || rate >= rates.size() || size_code >= 2 * kilobits.size()) return Errc::malformed;
  if (bsid > 10) return Errc::unsupported;
  Ac3Header header;
  // bsid 9 and 10 are half and quarter rate versions.
  header.sample_rate = rates[rate] >> (bsid > 8 ? bsid - 8 : 0);
  header.channels = channels[acmod] + (low ? 1u : 0u);
  const uint32_t bit_rate = kilobits[size_code / 2] * 1000u;
  // Table 4.13 in words of 16 bits; 44.1 kHz comes in frames of two lengths.
  const uint32_t words = 1536 * bit_rate / 16 / rates[rate] + (rate == 1 ? size_code & 1 : 0);
  header.size = 2 * words;
  return header;
}

}  // namespace sluice::mux::ts
