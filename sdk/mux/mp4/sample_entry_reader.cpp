#include "sluice/abi/frame.h"
#include "sluice/media/aac.hpp"
#include "sluice/media/av1.hpp"
#include "sluice/media/avc.hpp"
#include "sluice/media/hevc.hpp"
#include "sluice/media/vp9.hpp"
#include "sluice/mux/mp4/ac3_specific.hpp"
#include "sluice/mux/mp4/elementary_stream.hpp"
#include "sluice/mux/mp4/limits.hpp"
#include "sluice/mux/mp4/opus_specific.hpp"
#include "sluice/mux/mp4/sample_entry.hpp"

namespace sluice::mux::mp4 {
namespace {

constexpr size_t video_fields = 8 + 70;  // SampleEntry and VisualSampleEntry

Result<std::span<const uint8_t>> config_box(std::span<const uint8_t> boxes, uint32_t type) {
  const auto box = find_box(boxes, type);
  if (!box) return Errc::malformed;
  if (box->body.size() > max_config_bytes) return Errc::too_large;
  return box->body;
}

template <class Parsed>
Result<void> keep(Track& track, const Result<Parsed>& parsed, std::span<const uint8_t> config) {
  if (!parsed) return parsed.error();
  track.config.assign(config.begin(), config.end());
  return {};
}

Result<void> parse_video_config(Track& track, uint32_t entry, std::span<const uint8_t> boxes) {
  const bool avc = entry == box_type("avc1") || entry == box_type("avc3");
  const bool hevc = entry == box_type("hvc1") || entry == box_type("hev1");
  track.codec = avc ? SLUICE_CODEC_H264 : hevc ? SLUICE_CODEC_H265 : entry;
  if (avc) {
    const auto config = config_box(boxes, box_type("avcC"));
    return config ? keep(track, media::parse_avc_config(*config), *config) : config.error();
  }
  if (hevc) {
    const auto config = config_box(boxes, box_type("hvcC"));
    return config ? keep(track, media::parse_hevc_config(*config), *config) : config.error();
  }
  if (entry == SLUICE_CODEC_AV1) {
    const auto config = config_box(boxes, box_type("av1C"));
    return config ? keep(track, media::parse_av1_config(*config), *config) : config.error();
  }
  if (entry == SLUICE_CODEC_VP9 || entry == SLUICE_CODEC_VP8) {
    const auto config = config_box(boxes, box_type("vpcC"));
    return config ? keep(track, media::parse_vp9_config(*config), *config) : config.error();
  }
  return {};
}

Result<void> parse_mpeg4_audio(Track& track, std::span<const uint8_t> boxes) {
  auto box = find_box(boxes, box_type("esds"));
  // QuickTime puts it into another box.
  if (const auto wave = find_box(boxes, box_type("wave")); !box && wave)
    box = find_box(wave->body, box_type("esds"));
  if (!box) return Errc::malformed;
  auto stream = parse_elementary_stream(box->body);
  if (!stream) return stream.error();
  track.codec = stream->codec;
  track.config = std::move(stream->config);
  if (track.codec != SLUICE_CODEC_AAC) return {};
  const auto aac = media::parse_aac_config(track.config);
  if (!aac) return aac.error();
  track.sample_rate = aac->output_rate;
  track.channels = aac->ps ? 2 : aac->channels;
  return {};
}

Result<void> parse_audio_config(Track& track, uint32_t entry, std::span<const uint8_t> boxes) {
  track.codec = entry;
  if (entry == SLUICE_CODEC_AAC) return parse_mpeg4_audio(track, boxes);
  if (entry == SLUICE_CODEC_OPUS) {
    const auto box = config_box(boxes, box_type("dOps"));
    if (!box) return box.error();
    auto head = parse_opus_specific(*box);
    if (!head) return head.error();
    track.config = std::move(*head);
    track.channels = track.config[9];
    track.sample_rate = 48000;
  }
  if (entry == SLUICE_CODEC_AC3) {
    const auto box = config_box(boxes, box_type("dac3"));
    if (!box) return box.error();
    const auto header = parse_ac3_specific(*box);
    if (!header) return header.error();
    track.sample_rate = header->sample_rate();
    track.channels = header->channels();
    track.bitrate = header->bit_rate();
  }
  return {};
}

Result<void> parse_video(const Box& entry, Track& track) {
  wire::ByteReader in(entry.body);
  in.skip(8 + 16);
  track.width = in.u16be();
  track.height = in.u16be();
  in.skip(video_fields - 28);
  if (!in.ok()) return Errc::truncated;
  return parse_video_config(track, entry.type, in.rest());
}

Result<void> parse_audio(const Box& entry, Track& track) {
  wire::ByteReader in(entry.body);
  in.skip(8);
  const uint16_t version = in.u16be();
  in.skip(6);
  track.channels = in.u16be();
  in.skip(6);
  track.sample_rate = in.u32be() >> 16;
  if (version == 1) in.skip(16);  // QuickTime
  if (!in.ok()) return Errc::truncated;
  if (version > 1) return Errc::unsupported;
  return parse_audio_config(track, entry.type, in.rest());
}

}  // namespace

Result<void> parse_sample_entry(const Box& entry, Track& track) {
  if (entry.type == box_type("encv") || entry.type == box_type("enca")) return Errc::unsupported;
  if (track.kind == SLUICE_TRACK_VIDEO) return parse_video(entry, track);
  if (track.kind == SLUICE_TRACK_AUDIO) return parse_audio(entry, track);
  track.codec = entry.type;
  return {};
}

}  // namespace sluice::mux::mp4
