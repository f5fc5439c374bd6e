#include "sluice/mux/mp4/ac3_specific.hpp"

#include "sluice/mux/mp4/box_writer.hpp"
#include "sluice/wire/bit_reader.hpp"

namespace sluice::mux::mp4 {

void write_ac3_specific(std::vector<uint8_t>& out, const media::Ac3Header& header) {
  BoxWriter writer(out);
  const auto box = writer.box("dac3");
  writer.u24(static_cast<uint32_t>(header.fscod << 22 | header.bsid << 17 | header.bsmod << 14 |
                                   header.acmod << 11 | header.lfeon << 10 | header.bit_rate_code << 5));
}

Result<media::Ac3Header> parse_ac3_specific(std::span<const uint8_t> body) {
  wire::BitReader in(body);
  media::Ac3Header header;
  header.fscod = static_cast<uint8_t>(in.u(2));
  header.bsid = static_cast<uint8_t>(in.u(5));
  header.bsmod = static_cast<uint8_t>(in.u(3));
  header.acmod = static_cast<uint8_t>(in.u(3));
  header.lfeon = in.flag();
  header.bit_rate_code = static_cast<uint8_t>(in.u(5));
  if (!in.ok()) return Errc::truncated;
  if (header.bsid > media::ac3_last_bsid) return Errc::unsupported;
  if (header.fscod == 3 || header.bit_rate_code > 18) return Errc::malformed;
  return header;
}

}  // namespace sluice::mux::mp4
