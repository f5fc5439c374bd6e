#include "sluice/mux/ts/pat.hpp"

#include "sluice/wire/byte_reader.hpp"
#include "sluice/wire/byte_writer.hpp"

namespace sluice::mux::ts {

std::vector<uint8_t> write_pat(const Pat& pat) {
  std::vector<uint8_t> body;
  wire::ByteWriter out(body);
  for (const PatProgram& program : pat.programs) {
    out.u16be(program.number);
    out.u16be(0xe000 | program.map_pid);
  }
  return write_section({pat_table_id, pat.transport_stream_id, pat.version, true, 0, 0}, body);
}

Result<Pat> parse_pat(const Section& section) {
  if (section.header.table_id != pat_table_id || section.body.size() % 4 != 0) return Errc::malformed;
  Pat pat;
  pat.transport_stream_id = section.header.extension;
  pat.version = section.header.version;
  for (wire::ByteReader in(section.body); !in.at_end();) {
    const uint16_t number = in.u16be();
    const uint16_t pid = in.u16be() & 0x1fff;
    if (number == 0) continue;
    if (pid < 0x10 || pid == 0x1fff) return Errc::malformed;  // reserved for other tables, or null packets
    if (pat.programs.size() == max_programs) {
      ++pat.left_out;
    } else {
      pat.programs.push_back({number, pid});
    }
  }
  return pat;
}

}  // namespace sluice::mux::ts
