#include "sluice/media/ac3.hpp"

#include <array>

#include "sluice/wire/bit_reader.hpp"

namespace sluice::media {
namespace {

constexpr std::array<uint32_t, 3> rates = {48000, 44100, 32000};
constexpr std::array<uint16_t, 19> kilobits = {32,  40,  48,  56,  64,  80,  96,  112, 128, 160,
                                               192, 224, 256, 320, 384, 448, 512, 576, 640};
constexpr uint8_t usual_bsid = 8;
constexpr std::array<uint8_t, 8> front_and_back = {2, 1, 2, 3, 3, 4, 4, 5};

// Table 4.13: words of 16 bits; at 44.1 kHz every odd code has one more, so that the rate comes out.
uint32_t frame_bytes(const Ac3Header& header, bool longer) {
  const uint32_t bits = header.bit_rate() * ac3_samples_per_frame;
  const uint32_t words = bits / header.sample_rate() / 16;
  return 2 * (words + (header.fscod == 1 && longer ? 1 : 0));
}

// Versions 9 and 10 run at half and at a quarter of the speed, with frames of the same size.
uint32_t slower(const Ac3Header& header, uint32_t rate) {
  return rate >> (header.bsid > usual_bsid ? header.bsid - usual_bsid : 0);
}

}  // namespace

uint32_t Ac3Header::sample_rate() const { return slower(*this, rates[fscod % rates.size()]); }
uint32_t Ac3Header::bit_rate() const {
  return slower(*this, 1000u * kilobits[bit_rate_code % kilobits.size()]);
}
uint8_t Ac3Header::channels() const { return static_cast<uint8_t>(front_and_back[acmod & 7] + lfeon); }

Result<Ac3Header> parse_ac3_header(std::span<const uint8_t> frame) {
  wire::BitReader in(frame);
  Ac3Header header;
  const auto sync = in.u(16);
  in.skip(16);  // crc1
  header.fscod = static_cast<uint8_t>(in.u(2));
  const auto size_code = static_cast<uint8_t>(in.u(6));
  header.bsid = static_cast<uint8_t>(in.u(5));
  header.bsmod = static_cast<uint8_t>(in.u(3));
  header.acmod = static_cast<uint8_t>(in.u(3));
  if ((header.acmod & 1) && header.acmod != 1) in.skip(2);  // centre mix level
  if (header.acmod & 4) in.skip(2);                         // surround mix level
  if (header.acmod == 2) in.skip(2);                        // Dolby Surround mode
  header.lfeon = in.flag();
  if (!in.ok()) return Errc::truncated;
  if (sync != 0x0b77) return Errc::malformed;
  if (header.bsid > ac3_last_bsid) return Errc::unsupported;
  if (header.fscod == 3 || size_code / 2 >= kilobits.size()) return Errc::malformed;
  header.bit_rate_code = size_code / 2;
  header.frame_size = frame_bytes(header, size_code & 1);
  return header;
}

Ac3Header guess_ac3_header(uint32_t sample_rate, uint32_t channels, uint32_t bit_rate) {
  Ac3Header header;
  for (size_t i = 0; i < rates.size(); ++i)
    if (rates[i] == sample_rate) header.fscod = static_cast<uint8_t>(i);
  header.bit_rate_code = 10;
  for (size_t i = 0; i < kilobits.size(); ++i)
    if (1000u * kilobits[i] == bit_rate) header.bit_rate_code = static_cast<uint8_t>(i);
  // One to five with no low frequencies; six is 5.1.
  constexpr std::array<uint8_t, 7> modes = {2, 1, 2, 3, 6, 7, 7};
  header.acmod = modes[channels < modes.size() ? channels : 6];
  header.lfeon = channels >= 6;
  header.frame_size = frame_bytes(header, false);
  return header;
}

}  // namespace sluice::media
