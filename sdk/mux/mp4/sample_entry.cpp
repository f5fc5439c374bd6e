#include "sluice/mux/mp4/sample_entry.hpp"

#include "sluice/abi/frame.h"
#include "sluice/mux/mp4/ac3_specific.hpp"
#include "sluice/mux/mp4/box_writer.hpp"
#include "sluice/mux/mp4/elementary_stream.hpp"
#include "sluice/mux/mp4/opus_specific.hpp"

namespace sluice::mux::mp4 {
namespace {

void write_config(BoxWriter& writer, std::string_view type, const Track& track) {
  const auto box = writer.box(type);
  writer.bytes(track.config);
}

void write_video(std::vector<uint8_t>& out, const Track& track) {
  BoxWriter writer(out);
  writer.zeros(16);  // pre_defined and reserved
  writer.u16(track.width);
  writer.u16(track.height);
  writer.u32(0x00480000);  // 72 dpi
  writer.u32(0x00480000);
  writer.u32(0);
  writer.u16(1);  // samples are one picture each
  writer.zeros(32);
  writer.u16(0x18);  // colour without alpha
  writer.u16(0xffff);
  switch (track.codec) {
    case SLUICE_CODEC_H264:
      return write_config(writer, "avcC", track);
    case SLUICE_CODEC_H265:
      return write_config(writer, "hvcC", track);
    case SLUICE_CODEC_AV1:
      return write_config(writer, "av1C", track);
    default:
      return write_config(writer, "vpcC", track);
  }
}

void write_audio(std::vector<uint8_t>& out, const Track& track) {
  BoxWriter writer(out);
  writer.zeros(8);
  writer.u16(track.channels == 0 ? 2 : track.channels);
  writer.u16(16);
  writer.u32(0);
  writer.u32(track.sample_rate > 0xffff ? 0 : track.sample_rate << 16);  // 16.16: there is no room for 96 kHz
  switch (track.codec) {
    case SLUICE_CODEC_OPUS:
      return write_opus_specific(out, track.config, track.channels);
    case SLUICE_CODEC_AC3:
      return write_ac3_specific(out,
                                media::guess_ac3_header(track.sample_rate, track.channels, track.bitrate));
    default:
      return write_elementary_stream(out, track);
  }
}

}  // namespace

void write_sample_entry(std::vector<uint8_t>& out, const Track& track) {
  BoxWriter writer(out);
  const uint32_t named = track.codec == SLUICE_CODEC_MP3 ? SLUICE_CODEC_AAC : track.codec;
  const char type[4] = {static_cast<char>(named), static_cast<char>(named >> 8),
                        static_cast<char>(named >> 16), static_cast<char>(named >> 24)};
  const auto box = writer.box({type, 4});
  writer.zeros(6);
  writer.u16(1);  // data_reference_index
  if (track.kind == SLUICE_TRACK_VIDEO) return write_video(out, track);
  write_audio(out, track);
}

}  // namespace sluice::mux::mp4
