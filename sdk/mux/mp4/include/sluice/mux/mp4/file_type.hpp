// "ftyp" and "styp": which rules a file or segment keeps (ISO/IEC 14496-12 4.3 and 8.16.2; ISO/IEC 23000-19
// 7.2).
#pragma once

#include <cstdint>
#include <vector>

namespace sluice::mux::mp4 {

enum class Layout {
  progressive,  // one stream of fragments
  cmaf,         // CMAF: one track, each fragment a chunk
};

void write_file_type(std::vector<uint8_t>& out, Layout layout);
void write_segment_type(std::vector<uint8_t>& out, Layout layout);

}  // namespace sluice::mux::mp4
