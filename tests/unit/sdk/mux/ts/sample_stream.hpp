// Streams for tests: tracks as real encoders configure them, and access units that look like theirs.
#pragma once

#include <sluice/abi/frame.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <vector>

#include "../../wire/hex.hpp"
#include "sluice/mux/ts/clock.hpp"
#include "sluice/mux/ts/demuxer.hpp"
#include "sluice/mux/ts/muxer.hpp"

namespace sluice::test {

namespace ts = sluice::mux::ts;

inline const Bytes avc_config =
    hex("0164000dffe100196764000dacd941519e226c04400000fa40003a9803c50a658001000668ebe3cb22c0fdf8f800");
inline const Bytes other_avc_config =
    hex("0142c00dffe100176742c00dd901519e226c04400000fa40003a9803c50a9201000568cb83cb20");
inline const Bytes hevc_config =
    hex("0101600000009000000000003cf000fcfdf8f800000f03"
        "a00001001840010c01ffff01600000030090000003000003003c959809"
        "a10001002942010101600000030090000003000003003ca00a480b9c9596566924caf01680800001f480003a9804"
        "a2000100074401c172b46240");

inline ts::Track video_track(uint32_t id, uint32_t codec = SLUICE_CODEC_H264) {
  return {id, ts::Kind::video, codec, codec == SLUICE_CODEC_H264 ? avc_config : hevc_config, "", 0, 0};
}

inline ts::Track sound_track(uint32_t id, uint32_t codec, const char* language = "") {
  ts::Track track{id, ts::Kind::audio, codec, {}, language, 48000, 2};
  if (codec == SLUICE_CODEC_AAC) track.config = hex("1190");
  if (codec == SLUICE_CODEC_OPUS) track.config = hex("4f7075734865616401020000 80bb0000000000");
  return track;
}

inline ts::Track data_track(uint32_t id) {
  return {id, ts::Kind::data, SLUICE_FOURCC('i', 'd', '3', '!'), {}, "", 0, 0};
}

// Never two zeros in a row, so nothing in it looks like a start code.
inline Bytes noise(size_t size, uint32_t seed) {
  Bytes out(size);
  uint32_t state = seed * 2654435761u + 12345;
  for (auto& byte : out) {
    state = state * 1664525u + 1013904223u;
    byte = static_cast<uint8_t>((state >> 24) % 255 + 1);
  }
  return out;
}

inline Bytes prefixed(const Bytes& nal) {
  Bytes out(4);
  for (unsigned i = 0; i < 4; ++i) out[i] = static_cast<uint8_t>(nal.size() >> (24 - 8 * i));
  return out + nal;
}

enum class Picture { key, reference, disposable };

inline Bytes picture(uint32_t codec, Picture kind, size_t size, uint32_t seed) {
  const bool avc = codec == SLUICE_CODEC_H264;
  const char* head = kind == Picture::key         ? (avc ? "65" : "2601")
                     : kind == Picture::reference ? (avc ? "41" : "0201")
                                                  : (avc ? "01" : "0001");
  Bytes out;
  if (kind == Picture::key) out = prefixed(hex(avc ? "0605 01aa80" : "4e01 0501aa80"));
  return out + prefixed(hex(head) + noise(size, seed)) + prefixed(hex(head) + noise(size / 3 + 1, seed + 1));
}

inline Bytes sound(uint32_t codec, uint32_t seed) {
  switch (codec) {
    case SLUICE_CODEC_MP3:
      return hex("fffb9444") + noise(380, seed);  // 128 kbit/s at 48 kHz: 384 bytes
    case SLUICE_CODEC_AC3:
      return hex("0b77 0000 14 40 40") + noise(761, seed);  // 192 kbit/s at 48 kHz: 768 bytes
    case SLUICE_CODEC_OPUS:
      return hex("fc") + noise(150 + seed % 300, seed);
    default:
      return noise(200 + seed % 400, seed);
  }
}

inline uint32_t samples_of(uint32_t codec) {
  return codec == SLUICE_CODEC_MP3    ? 1152
         : codec == SLUICE_CODEC_AC3  ? 1536
         : codec == SLUICE_CODEC_OPUS ? 960
                                      : 1024;
}

// A frame that owns its payload. Times are whole ticks, so that they come back as they went.
struct OwnedFrame {
  ts::Frame facts;
  Bytes payload;

  ts::Frame view() const {
    ts::Frame frame = facts;
    frame.payload = payload;
    return frame;
  }
};

inline OwnedFrame owned(uint32_t track, int64_t dts_ticks, int64_t pts_ticks, bool key, Bytes payload) {
  OwnedFrame frame;
  frame.facts.track = track;
  frame.facts.key = key;
  frame.facts.dts = ts::ns_of_ticks(dts_ticks);
  frame.facts.pts = ts::ns_of_ticks(pts_ticks);
  frame.payload = std::move(payload);
  return frame;
}

// 25 pictures a second in the order I P B B, a key frame each second, or whatever sound is.
inline std::vector<OwnedFrame> frames_of(const ts::Track& track, int64_t from_ticks, int64_t ticks,
                                         size_t key_size = 20000) {
  std::vector<OwnedFrame> frames;
  for (uint32_t i = 0;; ++i) {
    if (track.kind == ts::Kind::video) {
      const int64_t dts = from_ticks + int64_t{i} * 3600;
      if (dts >= from_ticks + ticks) return frames;
      const bool key = i % 25 == 0;
      // Decoding order I P B B P B B; each is shown two intervals later, P after its B.
      const int64_t place = key ? 0 : (i % 25 - 1) % 3;
      const int64_t pts = dts + 3600 * (key ? 1 : place == 0 ? 3 : 0);
      frames.push_back(owned(track.id, dts, pts, key,
                             picture(track.codec,
                                     key          ? Picture::key
                                     : place == 0 ? Picture::reference
                                                  : Picture::disposable,
                                     key ? key_size : 900 + i % 7 * 100, i)));
    } else {
      const int64_t step = track.kind == ts::Kind::data ? 45000 : 0;
      const int64_t dts =
          from_ticks + (step ? step * i : int64_t{i} * samples_of(track.codec) * 90000 / 48000);
      if (dts >= from_ticks + ticks) return frames;
      frames.push_back(
          owned(track.id, dts, dts, true, step ? noise(40 + i * 100, i) : sound(track.codec, i)));
    }
  }
}

// Interleaved as a sender does it.
inline std::vector<OwnedFrame> stream_of(const std::vector<ts::Track>& tracks, int64_t from_ticks,
                                         int64_t ticks) {
  std::vector<OwnedFrame> all;
  for (const auto& track : tracks)
    for (auto& frame : frames_of(track, from_ticks, ticks)) all.push_back(std::move(frame));
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::pair(a.facts.dts, a.facts.track) < std::pair(b.facts.dts, b.facts.track);
  });
  return all;
}

inline Bytes mux(ts::Muxer& muxer, const std::vector<OwnedFrame>& frames) {
  Bytes out;
  for (const auto& frame : frames)
    if (!muxer.write(frame.view(), out)) throw std::runtime_error("a frame was refused");
  return out;
}

inline Bytes muxed(const std::vector<ts::Track>& tracks, const std::vector<OwnedFrame>& frames,
                   const ts::MuxerSettings& settings = {}) {
  ts::Muxer muxer(settings);
  if (!muxer.set_tracks(tracks)) throw std::runtime_error("the tracks were refused");
  return mux(muxer, frames);
}

// All that a demuxer said.
struct Demuxed final : ts::DemuxerSink {
  void on_track(const ts::Track& track) override {
    if (!tracks.count(track.id)) order.push_back(track.id);
    tracks[track.id] = track;
    ++configurations[track.id];
  }
  void on_track_end(uint32_t id) override { ended.push_back(id); }
  void on_frame(const ts::Frame& frame) override {
    OwnedFrame kept{frame, Bytes(frame.payload.begin(), frame.payload.end())};
    kept.facts.payload = {};
    frames[frame.track].push_back(std::move(kept));
  }
  // Of the n-th track that was announced.
  const std::vector<OwnedFrame>& of(size_t n) { return frames[order.at(n)]; }
  const ts::Track& track(size_t n) { return tracks[order.at(n)]; }
  size_t total() const {
    size_t count = 0;
    for (const auto& [id, list] : frames) count += list.size();
    return count;
  }

  std::vector<uint32_t> order, ended;
  std::map<uint32_t, ts::Track> tracks;
  std::map<uint32_t, int> configurations;
  std::map<uint32_t, std::vector<OwnedFrame>> frames;
};

struct DemuxRun {
  explicit DemuxRun(uint16_t program = 0) : demuxer(sink, program) {}
  DemuxRun& feed(std::span<const uint8_t> bytes) {
    demuxer.feed(bytes);
    return *this;
  }
  DemuxRun& finish() {
    demuxer.finish();
    return *this;
  }
  const ts::Counters& counters() const { return demuxer.counters(); }

  Demuxed sink;
  ts::Demuxer demuxer;
};

inline std::span<uint8_t> packet_at(Bytes& stream, size_t n) {
  return std::span(stream).subspan(n * 188, 188);
}
inline uint16_t pid_of(std::span<const uint8_t> packet) {
  return static_cast<uint16_t>((packet[1] & 0x1f) << 8 | packet[2]);
}

}  // namespace sluice::test
