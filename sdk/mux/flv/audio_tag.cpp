#include "sluice/mux/flv/audio_tag.hpp"

#include <optional>

#include "sluice/wire/byte_writer.hpp"

namespace sluice::mux::flv {
namespace {

enum SoundFormat : uint8_t { sound_mp3 = 2, sound_ex_header = 9, sound_aac = 10, sound_mp3_8khz = 14 };
enum ExPacket : uint8_t {
  ex_sequence_start = 0,
  ex_coded_frames = 1,
  ex_sequence_end = 2,
  ex_multichannel_config = 4,
  ex_multitrack = 5,
};

Result<AudioTags> parse_legacy(wire::ByteReader& in, uint8_t format) {
  AudioTag tag;
  switch (format) {
    case sound_aac: {
      const uint8_t packet = in.u8();
      if (!in.ok() || packet > 1) return Errc::malformed_tag;
      tag.packet = packet == 0 ? AudioPacket::sequence_start : AudioPacket::frames;
      break;
    }
    case sound_mp3:
    case sound_mp3_8khz:
      tag.codec = AudioCodec::mp3;
      break;
    default:
      return Errc::unsupported_codec;
  }
  tag.payload = in.rest();
  AudioTags tags;
  tags.tags.push_back(tag);
  return tags;
}

std::optional<AudioCodec> codec_of(uint32_t code) {
  switch (code) {
    case fourcc("mp4a"):
      return AudioCodec::aac;
    case fourcc(".mp3"):
      return AudioCodec::mp3;
    case fourcc("Opus"):
      return AudioCodec::opus;
    case fourcc("ac-3"):
      return AudioCodec::ac3;
    default:
      return std::nullopt;
  }
}

std::optional<AudioPacket> packet_of(uint8_t type) {
  switch (type) {
    case ex_sequence_start:
      return AudioPacket::sequence_start;
    case ex_coded_frames:
      return AudioPacket::frames;
    case ex_sequence_end:
      return AudioPacket::sequence_end;
    case ex_multichannel_config:
      return AudioPacket::multichannel_config;
    default:
      return std::nullopt;
  }
}

Result<AudioTags> parse_enhanced(wire::ByteReader& in, uint8_t packet_type) {
  const auto header = read_ex_header(in, packet_type, ex_multitrack);
  if (!header) return header.error();
  const auto packet = packet_of(header->packet_type);
  if (!packet) return Errc::malformed_tag;
  AudioTags tags;
  do {
    if (tags.tags.size() + tags.skipped == max_tracks) return Errc::bad_multitrack;
    const auto track = read_ex_track(in, *header);
    if (!track) return track.error();
    if (const auto codec = codec_of(track->fourcc)) {
      tags.tags.push_back({*codec, *packet, true, track->id, header->nano_offset, track->body});
    } else {
      ++tags.skipped;
    }
  } while (!in.at_end());
  if (tags.tags.empty()) return Errc::unsupported_codec;
  return tags;
}

uint32_t fourcc_of(AudioCodec codec) {
  switch (codec) {
    case AudioCodec::aac:
      return fourcc("mp4a");
    case AudioCodec::mp3:
      return fourcc(".mp3");
    case AudioCodec::opus:
      return fourcc("Opus");
    case AudioCodec::ac3:
      return fourcc("ac-3");
  }
  return 0;
}

uint8_t legacy_rate(uint32_t rate) { return rate >= 32000 ? 3 : rate >= 16000 ? 2 : rate >= 11025 ? 1 : 0; }

}  // namespace

Result<AudioTags> parse_audio(std::span<const uint8_t> message) {
  if (message.empty()) return Errc::empty_message;
  wire::ByteReader in(message);
  const uint8_t first = in.u8();
  const uint8_t format = first >> 4;
  return format == sound_ex_header ? parse_enhanced(in, first & 0x0f) : parse_legacy(in, format);
}

TagHeader serialise_audio_header(const AudioHeader& header) {
  TagHeader out;
  if (header.enhanced || header.codec == AudioCodec::opus || header.codec == AudioCodec::ac3) {
    const uint8_t packet = header.packet == AudioPacket::sequence_start ? ex_sequence_start
                           : header.packet == AudioPacket::frames       ? ex_coded_frames
                                                                        : ex_sequence_end;
    out.bytes[0] = static_cast<uint8_t>(sound_ex_header << 4 | packet);
    wire::store_be<4>(out.bytes.data() + 1, fourcc_of(header.codec));
    out.size = 5;
  } else if (header.codec == AudioCodec::aac) {
    out.bytes[0] = sound_aac << 4 | 0x0f;  // E.4.2.1: always 44 kHz, 16 bit, stereo
    out.bytes[1] = header.packet == AudioPacket::sequence_start ? 0 : 1;
    out.size = 2;
  } else {
    const bool narrow = header.sample_rate == 8000;
    out.bytes[0] = static_cast<uint8_t>((narrow ? sound_mp3_8khz : sound_mp3) << 4 |
                                        legacy_rate(header.sample_rate) << 2 | 2 | (header.channels > 1));
    out.size = 1;
  }
  return out;
}

}  // namespace sluice::mux::flv
