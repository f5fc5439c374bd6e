// The synthetic stream as MPEG-TS, by the least that players take: for the floor server.
#pragma once

#include <cstdint>
#include <map>
#include <span>

#include "synthetic_stream.hpp"

namespace sluice::bench {

constexpr std::size_t ts_packet = 188;

class TsPackets {
 public:
  // PAT and PMT before each key frame and every 100 ms; PCR with each picture; one PES packet per frame.
  void append(const StreamFrame& frame, Bytes& out);

 private:
  void append_tables(Bytes& out);
  void append_section(unsigned pid, std::span<const std::uint8_t> section, Bytes& out);
  void append_unit(unsigned pid, bool key, const std::uint64_t* clock, std::span<const std::uint8_t> unit,
                   Bytes& out);

  std::map<unsigned, std::uint8_t> counters_;
  std::uint32_t tables_at_ = 0;  // ms
  Bytes unit_;
};

}  // namespace sluice::bench
