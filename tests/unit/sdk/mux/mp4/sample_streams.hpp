// Tracks of every codec that MP4 carries, with samples their parsers take; streams made of them and read
// back.
#pragma once

#include <sluice/abi/frame.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "../../wire/hex.hpp"
#include "sluice/mux/mp4/demuxer.hpp"
#include "sluice/mux/mp4/file_type.hpp"
#include "sluice/mux/mp4/movie.hpp"
#include "sluice/mux/mp4/muxer.hpp"

namespace sluice::test {

struct Codec {
  const char* name;
  uint32_t kind;
  uint32_t codec;
  uint32_t timescale;
  Bytes config;
  Bytes key;    // a sample that decoding can start with
  Bytes other;  // one that it cannot, of sound the same again
};

inline const std::vector<Codec>& all_codecs() {
  const uint32_t video = SLUICE_TRACK_VIDEO, audio = SLUICE_TRACK_AUDIO;
  static const std::vector<Codec> codecs = {
      {"H.264", video, SLUICE_CODEC_H264, 90000,
       hex("0164000dffe100196764000dacd941519e226c04400000fa40003a9803c50a658001000668ebe3cb22c0fdf8f800"),
       hex("00000005 65888400ab"), hex("00000004 419a2211")},
      {"H.265", video, SLUICE_CODEC_H265, 30000,
       hex("0101600000009000000000003cf000fcfdf8f800000f03"
           "a00001001840010c01ffff01600000030090000003000003003c959809"
           "a10001002942010101600000030090000003000003003ca00a480b9c9596566924caf01680800001f480003a9804"
           "a2000100074401c172b46240"),
       hex("00000007 2801af0858bd22"), hex("00000006 0201d0195f84")},
      {"AV1", video, SLUICE_CODEC_AV1, 90000, hex("81004c00 0a0b000000043d06d4daf94040"),
       hex("0a0b000000043d06d4daf94040 3205 1400a0c810"), hex("3205 29057020aa")},
      {"VP9", video, SLUICE_CODEC_VP9, 90000, hex("01000000 000b820202020000"), hex("824983420014100b560438"),
       hex("86004092f0d1")},
      {"AAC", audio, SLUICE_CODEC_AAC, 44100, hex("1210"), hex("21100460 8c1c"), hex("211004")},
      {"Opus", audio, SLUICE_CODEC_OPUS, 48000, hex("4f707573486561640102380180bb0000000000"), hex("fcfffe"),
       hex("fcff01")},
      {"MP3", audio, SLUICE_CODEC_MP3, 44100, {}, hex("fffb9064 0001"), hex("fffb9064 02")},
      {"AC-3", audio, SLUICE_CODEC_AC3, 48000, {}, hex("0b770000 1440 4300"), hex("0b770000 1440 43")},
  };
  return codecs;
}

inline mux::mp4::Track track_of(const Codec& codec, uint32_t id) {
  mux::mp4::Track track;
  track.id = id;
  track.kind = codec.kind;
  track.codec = codec.codec;
  track.timescale = codec.timescale;
  track.config = codec.config;
  if (codec.kind == SLUICE_TRACK_VIDEO) {
    track.width = 322;
    track.height = 182;
  } else {
    track.sample_rate = codec.timescale;
    track.channels = 2;
    track.bitrate = codec.codec == SLUICE_CODEC_AC3 ? 192000 : 0;
  }
  return track;
}

struct Fed {
  uint32_t track = 1;
  int64_t dts = 0;
  int64_t pts = 0;
  bool key = false;
  bool disposable = false;
  Bytes payload;

  friend bool operator==(const Fed&, const Fed&) = default;
};

inline Bytes init_of(const std::vector<mux::mp4::Track>& tracks) {
  Bytes out;
  mux::mp4::write_file_type(out, mux::mp4::Layout::progressive);
  mux::mp4::write_movie(out, tracks);
  return out;
}

// Fragments of `each` samples.
inline Bytes fragments_of(const std::vector<mux::mp4::Track>& tracks, const std::vector<Fed>& samples,
                          size_t each) {
  std::vector<mux::mp4::MuxedTrack> muxed;
  for (const auto& track : tracks) muxed.push_back({track, 0});
  mux::mp4::Muxer muxer(std::move(muxed));
  Bytes out;
  uint32_t number = 0;
  for (size_t at = 0; at < samples.size(); at += each) {
    const size_t end = std::min(at + each, samples.size());
    for (size_t i = at; i < end; ++i) {
      const Fed& fed = samples[i];
      REQUIRE(muxer.add({fed.track, fed.dts, fed.pts, 0, static_cast<uint32_t>(fed.payload.size()), fed.key,
                         fed.disposable}));
    }
    std::optional<mux::mp4::Successor> next;
    if (end < samples.size()) next = mux::mp4::Successor{samples[end].track, samples[end].dts};
    const auto fragment = muxer.close(next, ++number);
    out = out + fragment.head;
    for (const uint32_t index : fragment.order) out = out + samples[at + index].payload;
  }
  return out;
}

struct ReadBack {
  std::vector<std::vector<mux::mp4::Track>> tracks;  // each list that was told
  std::vector<Fed> frames;
  std::vector<int64_t> durations;
  error_code error;
  std::string place;

  friend bool operator==(const ReadBack&, const ReadBack&) = default;
};

inline ReadBack demuxed(const Bytes& stream, size_t piece = ~size_t{0}) {
  ReadBack back;
  mux::mp4::Demuxer demuxer;
  for (size_t at = 0; at < stream.size(); at += std::min(piece, stream.size() - at)) {
    // A buffer of exactly its size, so that a read past the end is seen.
    const Bytes part(stream.begin() + static_cast<std::ptrdiff_t>(at),
                     stream.begin() + static_cast<std::ptrdiff_t>(at + std::min(piece, stream.size() - at)));
    demuxer.feed(part);
    for (;;) {
      const auto event = demuxer.poll();
      if (!event) {
        back.error = event.error();
        back.place = demuxer.place();
        return back;
      }
      if (!*event) break;
      if (const auto* list = std::get_if<mux::mp4::Demuxer::Tracks>(&**event)) {
        back.tracks.push_back(list->tracks);
        continue;
      }
      const auto& frame = std::get<mux::mp4::Demuxer::Frame>(**event);
      back.frames.push_back({frame.track_id, frame.dts, frame.pts, frame.key, frame.disposable,
                             Bytes(frame.payload.begin(), frame.payload.end())});
      back.durations.push_back(frame.duration);
    }
  }
  return back;
}

// Frames of each track keep their order; within a fragment the tracks come one after another.
inline std::vector<Fed> of_track(const std::vector<Fed>& frames, uint32_t track) {
  std::vector<Fed> out;
  for (const Fed& fed : frames)
    if (fed.track == track) out.push_back(fed);
  return out;
}

}  // namespace sluice::test
