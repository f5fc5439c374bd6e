#include "sluice/mux/ts/pmt.hpp"

#include "sluice/mux/ts/descriptor.hpp"
#include "sluice/wire/byte_reader.hpp"
#include "sluice/wire/byte_writer.hpp"

namespace sluice::mux::ts {

std::vector<uint8_t> write_pmt(const Pmt& pmt) {
  std::vector<uint8_t> body;
  wire::ByteWriter out(body);
  out.u16be(0xe000 | pmt.pcr_pid);
  out.u16be(0xf000);  // program_info_length: none
  for (const PmtStream& stream : pmt.streams) {
    out.u8(stream.type);
    out.u16be(0xe000 | stream.pid);
    out.u16be(0xf000 | stream.descriptors.size());
    out.bytes(stream.descriptors);
  }
  return write_section({pmt_table_id, pmt.program, pmt.version, true, 0, 0}, body);
}

Result<Pmt> parse_pmt(const Section& section) {
  if (section.header.table_id != pmt_table_id || section.header.last_number != 0) return Errc::malformed;
  wire::ByteReader in(section.body);
  Pmt pmt;
  pmt.program = section.header.extension;
  pmt.version = section.header.version;
  pmt.pcr_pid = in.u16be() & 0x1fff;
  const auto program_descriptors = in.bytes(in.u16be() & 0x0fff);
  if (!in.ok() || !check_descriptors(program_descriptors)) return Errc::malformed;
  while (!in.at_end()) {
    PmtStream stream;
    stream.type = in.u8();
    stream.pid = in.u16be() & 0x1fff;
    const auto descriptors = in.bytes(in.u16be() & 0x0fff);
    if (!in.ok() || !check_descriptors(descriptors)) return Errc::malformed;
    if (stream.pid < 0x10 || stream.pid == 0x1fff) return Errc::malformed;
    if (pmt.streams.size() == max_streams) {
      ++pmt.left_out;
      continue;
    }
    stream.descriptors.assign(descriptors.begin(), descriptors.end());
    pmt.streams.push_back(std::move(stream));
  }
  return pmt;
}

}  // namespace sluice::mux::ts
