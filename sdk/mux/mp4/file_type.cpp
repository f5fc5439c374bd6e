#include "sluice/mux/mp4/file_type.hpp"

#include "sluice/mux/mp4/box_writer.hpp"

namespace sluice::mux::mp4 {

void write_file_type(std::vector<uint8_t>& out, Layout layout) {
  BoxWriter writer(out);
  const auto box = writer.box("ftyp");
  writer.text("iso6");  // default-base-is-moof, tfdt
  writer.u32(0);
  writer.text("iso6");
  writer.text("mp41");
  // cmf2, not cmfc alone: composition offsets may be negative and there are no edit lists.
  if (layout == Layout::cmaf) writer.text("cmfccmf2");
}

void write_segment_type(std::vector<uint8_t>& out, Layout layout) {
  BoxWriter writer(out);
  const auto box = writer.box("styp");
  writer.text("msdh");
  writer.u32(0);
  writer.text("msdh");
  if (layout == Layout::cmaf) writer.text("cmfscmfl");
}

}  // namespace sluice::mux::mp4
