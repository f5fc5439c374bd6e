// Flags of "tfhd" and "trun" (ISO/IEC 14496-12 8.8.7, 8.8.8) and of samples (8.8.3.1).
#pragma once

#include <cstdint>

namespace sluice::mux::mp4 {

inline constexpr uint32_t tfhd_base_offset = 0x1, tfhd_description = 0x2, tfhd_duration = 0x8,
                          tfhd_size = 0x10, tfhd_flags = 0x20, tfhd_base_is_moof = 0x20000;
inline constexpr uint32_t trun_data_offset = 0x1, trun_first_flags = 0x4, trun_duration = 0x100,
                          trun_size = 0x200, trun_flags = 0x400, trun_composition = 0x800;
inline constexpr uint32_t depends_on_others = 1u << 24, depends_on_none = 2u << 24, needed_by_none = 2u << 22,
                          needed_by_mask = 3u << 22, not_sync = 1u << 16;

}  // namespace sluice::mux::mp4
