#include "sluice/mux/flv/video_tag.hpp"

#include <algorithm>
#include <optional>

#include "sluice/wire/byte_writer.hpp"

namespace sluice::mux::flv {
namespace {

enum FrameType : uint8_t {
  frame_key = 1,
  frame_inter = 2,
  frame_disposable = 3,
  frame_generated_key = 4,
  frame_command = 5
};
enum CodecId : uint8_t { codec_avc = 7, codec_hevc = 12 };
enum AvcPacket : uint8_t { avc_sequence_header = 0, avc_nalu = 1, avc_end = 2 };
enum ExPacket : uint8_t {
  ex_sequence_start = 0,
  ex_coded_frames = 1,
  ex_sequence_end = 2,
  ex_coded_frames_x = 3,  // composition time is zero and left out
  ex_metadata = 4,
  ex_mpeg2ts_sequence_start = 5,
  ex_multitrack = 6,
};

void apply_frame_type(VideoTag& tag, uint8_t type) {
  tag.key = type == frame_key || type == frame_generated_key;
  tag.disposable = type == frame_disposable;
}

Result<VideoTags> one(const VideoTag& tag) {
  VideoTags tags;
  tags.tags.push_back(tag);
  return tags;
}

Result<VideoTags> parse_legacy(wire::ByteReader& in, uint8_t first) {
  VideoTag tag;
  const uint8_t frame_type = first >> 4;
  apply_frame_type(tag, frame_type);
  if (frame_type == frame_command) {
    tag.packet = VideoPacket::command;
    return one(tag);
  }
  switch (first & 0x0f) {
    case codec_avc:
      tag.codec = VideoCodec::h264;
      break;
    case codec_hevc:
      tag.codec = VideoCodec::hevc;
      break;
    default:
      return Errc::unsupported_codec;
  }
  const uint8_t packet = in.u8();
  if (!in.ok()) return Errc::malformed_tag;
  if (packet == avc_end) {  // often sent without its composition time
    tag.packet = VideoPacket::sequence_end;
    return one(tag);
  }
  if (packet > avc_end) return Errc::malformed_tag;
  tag.packet = packet == avc_sequence_header ? VideoPacket::sequence_start : VideoPacket::frames;
  const int32_t composition = in.s24be();
  if (packet == avc_nalu) tag.composition_ms = composition;
  if (!in.ok()) return Errc::malformed_tag;
  tag.payload = in.rest();
  return one(tag);
}

std::optional<VideoCodec> codec_of(uint32_t code) {
  switch (code) {
    case fourcc("avc1"):
      return VideoCodec::h264;
    case fourcc("hvc1"):
      return VideoCodec::hevc;
    case fourcc("av01"):
      return VideoCodec::av1;
    case fourcc("vp09"):
      return VideoCodec::vp9;
    default:
      return std::nullopt;
  }
}

bool has_composition_time(VideoCodec codec) { return codec == VideoCodec::h264 || codec == VideoCodec::hevc; }

std::optional<VideoPacket> packet_of(uint8_t type) {
  switch (type) {
    case ex_sequence_start:
      return VideoPacket::sequence_start;
    case ex_coded_frames:
    case ex_coded_frames_x:
      return VideoPacket::frames;
    case ex_sequence_end:
      return VideoPacket::sequence_end;
    case ex_metadata:
      return VideoPacket::metadata;
    case ex_mpeg2ts_sequence_start:
      return VideoPacket::mpeg2ts_sequence_start;
    default:
      return std::nullopt;
  }
}

enum class Taken { yes, skipped, malformed };

// Fills in what differs by track.
Taken take_track(VideoTag& tag, const ExTrack& track, uint8_t packet_type) {
  const auto codec = codec_of(track.fourcc);
  if (!codec && tag.packet != VideoPacket::metadata) return Taken::skipped;
  if (codec) tag.codec = *codec;
  tag.track = track.id;
  wire::ByteReader body(track.body);
  tag.composition_ms = packet_type == ex_coded_frames && has_composition_time(tag.codec) ? body.s24be() : 0;
  if (!body.ok()) return Taken::malformed;
  tag.payload = body.rest();
  return Taken::yes;
}

Result<VideoTags> parse_enhanced(wire::ByteReader& in, uint8_t first) {
  const auto header = read_ex_header(in, first & 0x0f, ex_multitrack);
  VideoTag tag;
  tag.enhanced = true;
  const uint8_t frame_type = first >> 4 & 7;
  apply_frame_type(tag, frame_type);
  // A command is one byte where others have their FourCC, so what read_ex_header said of that does not count.
  if (frame_type == frame_command && (first & 0x0f) != ex_metadata) {
    tag.packet = VideoPacket::command;
    return one(tag);
  }
  if (!header) return header.error();
  const auto packet = packet_of(header->packet_type);
  if (!packet) return Errc::malformed_tag;
  tag.packet = *packet;
  tag.nano_offset = header->nano_offset;

  VideoTags tags;
  do {
    if (tags.tags.size() + tags.skipped == max_tracks) return Errc::bad_multitrack;
    const auto track = read_ex_track(in, *header);
    if (!track) return track.error();
    switch (take_track(tag, *track, header->packet_type)) {
      case Taken::yes:
        tags.tags.push_back(tag);
        break;
      case Taken::skipped:
        ++tags.skipped;
        break;
      case Taken::malformed:
        return Errc::malformed_tag;
    }
  } while (!in.at_end());
  if (tags.tags.empty()) return Errc::unsupported_codec;
  return tags;
}

}  // namespace

Result<VideoTags> parse_video(std::span<const uint8_t> message) {
  if (message.empty()) return Errc::empty_message;
  wire::ByteReader in(message);
  const uint8_t first = in.u8();
  return first & 0x80 ? parse_enhanced(in, first) : parse_legacy(in, first);
}

namespace {

uint32_t fourcc_of(VideoCodec codec) {
  switch (codec) {
    case VideoCodec::h264:
      return fourcc("avc1");
    case VideoCodec::hevc:
      return fourcc("hvc1");
    case VideoCodec::av1:
      return fourcc("av01");
    case VideoCodec::vp9:
      return fourcc("vp09");
  }
  return 0;
}

uint8_t frame_type_of(const VideoHeader& header) {
  if (header.key || header.packet == VideoPacket::sequence_start) return frame_key;
  return header.disposable ? frame_disposable : frame_inter;
}

int32_t held_to_24_bits(int32_t value) { return std::clamp(value, -0x800000, 0x7fffff); }

TagHeader legacy_header(const VideoHeader& header) {
  TagHeader out;
  const bool frames = header.packet == VideoPacket::frames;
  const uint8_t packet = frames                                         ? avc_nalu
                         : header.packet == VideoPacket::sequence_start ? avc_sequence_header
                                                                        : avc_end;
  out.bytes[0] = static_cast<uint8_t>(frame_type_of(header) << 4 | codec_avc);
  out.bytes[1] = packet;
  wire::store_be<3>(out.bytes.data() + 2,
                    static_cast<uint32_t>(frames ? held_to_24_bits(header.composition_ms) : 0));
  out.size = 5;
  return out;
}

}  // namespace

TagHeader serialise_video_header(const VideoHeader& header) {
  if (header.codec == VideoCodec::h264 && !header.enhanced) return legacy_header(header);
  TagHeader out;
  out.size = 5;
  uint8_t packet = ex_sequence_end;
  if (header.packet == VideoPacket::sequence_start) packet = ex_sequence_start;
  if (header.packet == VideoPacket::frames) packet = ex_coded_frames;
  if (packet == ex_coded_frames && has_composition_time(header.codec)) {
    if (header.composition_ms == 0) {
      packet = ex_coded_frames_x;
    } else {
      wire::store_be<3>(out.bytes.data() + 5, static_cast<uint32_t>(held_to_24_bits(header.composition_ms)));
      out.size = 8;
    }
  }
  out.bytes[0] = static_cast<uint8_t>(0x80 | frame_type_of(header) << 4 | packet);
  wire::store_be<4>(out.bytes.data() + 1, fourcc_of(header.codec));
  return out;
}

}  // namespace sluice::mux::flv
