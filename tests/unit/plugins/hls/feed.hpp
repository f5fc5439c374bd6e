// A rendition's chunks as a packager would give them, for tests: 5 parts of 200 ms a second.
#pragma once

#include <cstdint>
#include <memory>

#include "part_index.hpp"

namespace sluice::hls {

inline constexpr std::int64_t test_second = 1'000'000'000;
inline constexpr std::int64_t test_part = 200'000'000;
inline constexpr std::int64_t test_wall = 1'772'366'400 * test_second;  // 2026-03-01T12:00:00Z

struct Feed {
  std::uint64_t segment = 0;
  std::uint32_t part = 0;
  std::uint32_t discontinuity = 0;
  std::uint64_t init = 0;
  std::int64_t dts = 0;
  std::int64_t part_length = test_part;
  std::uint64_t part_bytes = 1000;

  Chunk next() {
    Chunk chunk;
    chunk.segment = segment;
    chunk.part = part;
    chunk.discontinuity = discontinuity;
    chunk.init = init;
    chunk.dts = dts;
    chunk.duration = part_length;
    chunk.wall = test_wall + dts;
    chunk.independent = part == 0;
    chunk.bytes = part_bytes;
    chunk.held = std::make_shared<int>(static_cast<int>(part));
    ++part;
    dts += part_length;
    return chunk;
  }
  void begin_segment() {
    if (part == 0) return;
    ++segment;
    part = 0;
  }
  void begin_discontinuity() {
    begin_segment();
    ++discontinuity;
  }
  // What comes is not seen by anyone.
  void lose(int segments, int parts = 10) {
    for (int i = 0; i < segments; ++i) {
      begin_segment();
      for (int k = 0; k < parts; ++k) next();
    }
    begin_segment();
  }
  void segments(PartIndex& index, int count, int parts = 10) {
    for (int i = 0; i < count; ++i) {
      begin_segment();
      for (int k = 0; k < parts; ++k) index.add(next());
    }
  }
  void parts(PartIndex& index, int count) {
    for (int k = 0; k < count; ++k) index.add(next());
  }
};

// Segments [0, count) are whole, and one part of the next is there.
inline PartIndex index_of(int count, const WindowLimits& limits = {}) {
  PartIndex index(limits);
  Feed feed;
  feed.segments(index, count);
  feed.begin_segment();
  feed.parts(index, 1);
  return index;
}

}  // namespace sluice::hls
