// Which H.264 profiles carry chroma format and bit depths (ITU-T H.264 7.3.2.1.1).
#pragma once

#include <cstdint>

namespace sluice::media::detail {

inline bool has_chroma_fields(uint8_t profile) {
  switch (profile) {
    case 44:
    case 83:
    case 86:
    case 100:
    case 110:
    case 118:
    case 122:
    case 128:
    case 134:
    case 135:
    case 138:
    case 139:
    case 244:
      return true;
    default:
      return false;
  }
}

}  // namespace sluice::media::detail
