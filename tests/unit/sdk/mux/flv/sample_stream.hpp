// Tracks, frames and whole files for the tests of muxer and demuxer.
#pragma once

#include <cstdint>
#include <deque>
#include <stdexcept>
#include <vector>

#include "sluice/media/vp9.hpp"
#include "sluice/mux/flv/demuxer.hpp"
#include "sluice/mux/flv/muxer.hpp"

namespace sluice::test::flv {

using Bytes = std::vector<uint8_t>;
using namespace sluice::mux::flv;

// 128x96 Constrained Baseline, in canonical form (NAL length size 4).
inline const Bytes avc_config{1,    0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0, 7,    0x67, 0x42, 0xC0,
                              0x1E, 0xDC, 0x20, 0xD9, 1,    0,    4, 0x68, 0xCE, 0x38, 0x80};
// The same with another PPS.
inline const Bytes other_avc_config{1,    0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0, 7,    0x67, 0x42, 0xC0,
                                    0x1E, 0xDC, 0x20, 0xD9, 1,    0,    4, 0x68, 0xCE, 0x3C, 0x80};
inline const Bytes aac_config{0x12, 0x10};  // LC, 44100 Hz, 2 channels

struct Track {
  Track(uint32_t id, uint32_t kind, uint32_t codec, Bytes bytes = {}) : config(std::move(bytes)) {
    view.struct_size = sizeof view;
    view.id = id;
    view.revision = 1;
    view.kind = kind;
    view.codec = codec;
    view.config = {config.data(), config.size()};
  }
  Track(const Track&) = delete;
  Track& operator=(const Track&) = delete;
  Bytes config;
  sluice_track view{};
};

inline Bytes nal(uint8_t type, size_t size, uint8_t filling) {
  Bytes out{0, 0, static_cast<uint8_t>(size >> 8), static_cast<uint8_t>(size), type};
  out.insert(out.end(), size - 1, filling);
  return out;
}

struct Unit {
  uint32_t track = 0;
  int64_t dts_ms = 0;
  int64_t pts_ms = 0;
  bool key = false;
  bool disposable = false;
  Bytes payload;

  friend bool operator==(const Unit&, const Unit&) = default;
};

inline MuxedFrame muxed(const Unit& unit) {
  return {unit.track,
          unit.payload.size(),
          {unit.dts_ms * 1'000'000, unit.pts_ms * 1'000'000, unit.key, unit.disposable}};
}

inline void append(Bytes& out, std::span<const uint8_t> more) {
  out.insert(out.end(), more.begin(), more.end());
}

inline void append_unit(Bytes& out, const Muxer& muxer, const Unit& unit) {
  const auto wrapping = muxer.wrap(muxed(unit));
  if (!wrapping) throw std::runtime_error(wrapping.error().message());
  append(out, wrapping->head());
  append(out, unit.payload);
  append(out, wrapping->tail());
}

// Video of B-frame order (I P b b, 40 ms) with sound every 23 ms, beginning at `start_ms`.
inline std::vector<Unit> sample_units(int64_t start_ms, uint32_t video, uint32_t audio, int pictures = 24) {
  std::vector<Unit> units;
  int64_t sound = 0;
  for (int i = 0; i < pictures; ++i) {
    const int64_t dts = i * 40;
    for (; audio && sound <= dts; sound += 23)
      units.push_back(
          {audio, start_ms + sound, start_ms + sound, true, false, Bytes(50, static_cast<uint8_t>(sound))});
    const bool key = i % 12 == 0;
    const int64_t shift = i % 4 == 0 ? 40 : i % 4 == 1 ? 120 : 0;
    const bool disposable = !key && i % 4 >= 2;
    if (video)
      units.push_back({video, start_ms + dts, start_ms + dts + shift, key, disposable,
                       nal(key          ? 0x65
                           : disposable ? 0x01
                                        : 0x41,
                           100 + static_cast<size_t>(i) * 7, static_cast<uint8_t>(i + 1))});
  }
  return units;
}

struct Read {
  std::vector<Demuxer::Track> tracks;
  std::vector<Unit> units;
  std::vector<int64_t> durations;
  Demuxer::Counters counters;
  error_code failed, last_drop;
  amf0::Object metadata;
};

// Every piece in memory of its own size, so that a read beyond it or after its time is seen.
inline Read read_file(const Bytes& file, size_t piece) {
  Demuxer demuxer;
  Read out;
  for (size_t at = 0; at < file.size() && !out.failed; at += piece) {
    const Bytes part(file.begin() + static_cast<std::ptrdiff_t>(at),
                     file.begin() + static_cast<std::ptrdiff_t>(std::min(at + piece, file.size())));
    demuxer.feed(part);
    for (;;) {
      auto event = demuxer.poll();
      if (!event) {
        out.failed = event.error();
        break;
      }
      if (!*event) break;
      if (const auto* track = std::get_if<Demuxer::Track>(&**event)) {
        out.tracks.push_back(*track);
        continue;
      }
      const auto& frame = std::get<Demuxer::Frame>(**event);
      out.units.push_back({frame.track_id, frame.dts / 1'000'000, frame.pts / 1'000'000, frame.key,
                           frame.disposable, Bytes(frame.payload.begin(), frame.payload.end())});
      out.durations.push_back(frame.duration);
    }
  }
  out.counters = demuxer.counters();
  out.last_drop = demuxer.last_drop();
  out.metadata = demuxer.metadata();
  return out;
}

}  // namespace sluice::test::flv
