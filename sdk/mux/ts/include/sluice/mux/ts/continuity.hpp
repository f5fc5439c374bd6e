// The continuity counter of one PID (ISO/IEC 13818-1 2.4.3.3).
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "sluice/mux/ts/packet.hpp"

namespace sluice::mux::ts {

class Continuity {
 public:
  enum class Verdict { next, duplicate, lost };

  Verdict check(const Packet& packet) {
    excused_ |= packet.adaptation.discontinuity;
    if (!packet.has_payload) return Verdict::next;  // does not count
    const auto last = std::exchange(last_, packet.continuity);
    const bool excused = std::exchange(excused_, false);
    if (!last || packet.continuity == ((*last + 1) & 0x0f)) {
      repeated_ = false;
      return Verdict::next;
    }
    // A packet may be sent twice, and not more.
    if (packet.continuity == *last && !packet.adaptation.discontinuity && !std::exchange(repeated_, true))
      return Verdict::duplicate;
    repeated_ = false;
    return excused ? Verdict::next : Verdict::lost;
  }

 private:
  std::optional<uint8_t> last_;
  bool repeated_ = false;
  bool excused_ = false;  // discontinuity_indicator was set since the last payload
};

}  // namespace sluice::mux::ts
