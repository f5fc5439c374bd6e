#include "sluice/mux/mp4/elementary_stream.hpp"

#include "sluice/abi/frame.h"
#include "sluice/mux/mp4/box_writer.hpp"
#include "sluice/mux/mp4/limits.hpp"
#include "sluice/wire/byte_reader.hpp"

namespace sluice::mux::mp4 {
namespace {

constexpr uint8_t tag_es = 3, tag_decoder_config = 4, tag_decoder_specific = 5, tag_sync_layer = 6;
constexpr uint8_t object_aac = 0x40, object_mp3 = 0x6b, object_mpeg2_mp3 = 0x69;

// A size takes four bytes here, as in most files: no size of ours depends on another's length then.
constexpr size_t head_size = 5;

void descriptor(BoxWriter& writer, uint8_t tag, size_t size) {
  writer.u8(tag);
  for (unsigned shift = 21; shift > 0; shift -= 7) writer.u8(0x80 | (size >> shift & 0x7f));
  writer.u8(size & 0x7f);
}

struct Descriptor {
  uint8_t tag = 0;
  std::span<const uint8_t> body;
};

Descriptor next_descriptor(wire::ByteReader& in) {
  Descriptor read;
  read.tag = in.u8();
  size_t size = 0;
  uint8_t byte = 0x80;
  for (int i = 0; i < 4 && (byte & 0x80); ++i) {
    byte = in.u8();
    size = size << 7 | (byte & 0x7fu);
  }
  read.body = in.bytes(size);
  return read;
}

uint32_t codec_of(uint8_t object_type) {
  const bool mpeg2_aac = object_type >= 0x66 && object_type <= 0x68;
  if (object_type == object_aac || mpeg2_aac) return SLUICE_CODEC_AAC;
  return object_type == object_mp3 || object_type == object_mpeg2_mp3 ? SLUICE_CODEC_MP3 : 0;
}

Result<ElementaryStream> parse_decoder_config(std::span<const uint8_t> body) {
  wire::ByteReader in(body);
  ElementaryStream stream;
  stream.codec = codec_of(in.u8());
  in.skip(1 + 3 + 4 + 4);  // stream type, buffer size, bit rates
  if (!in.ok()) return Errc::truncated;
  if (stream.codec == 0) return Errc::unsupported;
  while (!in.at_end()) {
    const Descriptor inner = next_descriptor(in);
    if (!in.ok()) return Errc::truncated;
    if (inner.tag != tag_decoder_specific || stream.codec != SLUICE_CODEC_AAC) continue;
    if (inner.body.size() > max_config_bytes) return Errc::too_large;
    stream.config.assign(inner.body.begin(), inner.body.end());
  }
  if (stream.codec == SLUICE_CODEC_AAC && stream.config.empty()) return Errc::malformed;
  return stream;
}

}  // namespace

void write_elementary_stream(std::vector<uint8_t>& out, const Track& track) {
  const bool aac = track.codec == SLUICE_CODEC_AAC;
  const size_t specific = aac ? head_size + track.config.size() : 0;
  const size_t decoder = 13 + specific;
  constexpr size_t sync_layer = 1;
  const bool half_rate = track.sample_rate > 0 && track.sample_rate < 32000;  // MPEG-2 and 2.5, Layer III

  BoxWriter writer(out);
  const auto box = writer.full_box("esds", 0, 0);
  descriptor(writer, tag_es, 3 + head_size + decoder + head_size + sync_layer);
  writer.u16(0);  // ES_ID, of no meaning in a file
  writer.u8(0);
  descriptor(writer, tag_decoder_config, decoder);
  writer.u8(aac ? object_aac : half_rate ? object_mpeg2_mp3 : object_mp3);
  writer.u8(5 << 2 | 1);  // AudioStream
  writer.u24(0);
  writer.u32(track.bitrate);
  writer.u32(track.bitrate);
  if (aac) {
    descriptor(writer, tag_decoder_specific, track.config.size());
    writer.bytes(track.config);
  }
  descriptor(writer, tag_sync_layer, sync_layer);
  writer.u8(2);  // as MP4 files have it
}

Result<ElementaryStream> parse_elementary_stream(std::span<const uint8_t> body) {
  wire::ByteReader outer(body);
  outer.skip(4);
  const Descriptor es = next_descriptor(outer);
  if (!outer.ok()) return Errc::truncated;
  if (es.tag != tag_es) return Errc::malformed;
  wire::ByteReader in(es.body);
  in.skip(2);
  const uint8_t flags = in.u8();
  if (flags & 0x80) in.skip(2);        // depends on another stream
  if (flags & 0x40) in.skip(in.u8());  // URL
  if (flags & 0x20) in.skip(2);        // clock reference
  while (in.ok() && !in.at_end()) {
    const Descriptor inner = next_descriptor(in);
    if (in.ok() && inner.tag == tag_decoder_config) return parse_decoder_config(inner.body);
  }
  return in.ok() ? Errc::malformed : Errc::truncated;
}

}  // namespace sluice::mux::mp4
