// From the payload of PES packets to access units in canonical form, one reader for each elementary stream:
// the way back from UnitWrapper.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "sluice/mux/ts/counters.hpp"
#include "sluice/mux/ts/track.hpp"

namespace sluice::mux::ts {

// Payload of one PES packet. Times in ticks of 90 kHz, unrolled.
struct TimedPayload {
  std::optional<int64_t> pts;
  std::optional<int64_t> dts;  // as pts where absent
  std::span<const uint8_t> bytes;
};

struct Unit {
  int64_t pts = 0;  // ticks
  int64_t dts = 0;
  bool key = false;
  bool disposable = false;
  std::span<const uint8_t> payload;  // borrowed for the call
};

class UnitSink {
 public:
  virtual ~UnitSink() = default;
  // The track as it is from the next unit on; at least once before the first one.
  virtual void on_config(const Track& track) = 0;
  virtual void on_unit(const Unit& unit) = 0;
};

class UnitReader {
 public:
  virtual ~UnitReader() = default;
  virtual void read(const TimedPayload& payload, UnitSink& sink, Counters& counters) = 0;
  // Packets were lost: what was begun has no end.
  virtual void lose(Counters& /*counters*/) {}
};

// `track` as track_of() gave it.
std::unique_ptr<UnitReader> make_unit_reader(const Track& track);

}  // namespace sluice::mux::ts
