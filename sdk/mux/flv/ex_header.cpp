#include "sluice/mux/flv/ex_header.hpp"

namespace sluice::mux::flv {
namespace {

constexpr uint8_t packet_mod_ex = 7;
constexpr uint8_t mod_timestamp_offset_nano = 0;
// One kind is defined. A chain longer than this is somebody counting on us to follow it.
constexpr unsigned max_modifiers = 8;

Result<void> read_modifiers(wire::ByteReader& in, ExHeader& header) {
  for (unsigned i = 0; header.packet_type == packet_mod_ex; ++i) {
    if (i == max_modifiers) return Errc::malformed_tag;
    size_t size = size_t{in.u8()} + 1;
    if (size == 256) size = size_t{in.u16be()} + 1;
    const auto data = in.bytes(size);
    const uint8_t types = in.u8();
    if (!in.ok()) return Errc::malformed_tag;
    header.packet_type = types & 0x0f;
    if (types >> 4 == mod_timestamp_offset_nano && size >= 3)
      header.nano_offset = wire::ByteReader(data).u24be();
  }
  return {};
}

}  // namespace

Result<ExHeader> read_ex_header(wire::ByteReader& in, uint8_t packet_type, uint8_t multitrack_type) {
  ExHeader header;
  header.packet_type = packet_type;
  if (const auto read = read_modifiers(in, header); !read) return read.error();
  if (header.packet_type == multitrack_type) {
    const uint8_t types = in.u8();
    header.multitrack = static_cast<Multitrack>(types >> 4);
    header.packet_type = types & 0x0f;
    const bool nested = header.packet_type == multitrack_type || header.packet_type == packet_mod_ex;
    if (header.multitrack > Multitrack::many_tracks_many_codecs || nested) return Errc::bad_multitrack;
  }
  if (header.multitrack != Multitrack::many_tracks_many_codecs) header.fourcc = in.u32be();
  if (!in.ok()) return Errc::malformed_tag;
  return header;
}

Result<ExTrack> read_ex_track(wire::ByteReader& in, const ExHeader& header) {
  ExTrack track;
  track.fourcc = header.fourcc;
  if (header.multitrack == Multitrack::none) {
    track.body = in.rest();
    return track;
  }
  if (header.multitrack == Multitrack::many_tracks_many_codecs) track.fourcc = in.u32be();
  track.id = in.u8();
  track.body = header.multitrack == Multitrack::one_track ? in.rest() : in.bytes(in.u24be());
  if (!in.ok()) return Errc::bad_multitrack;
  return track;
}

}  // namespace sluice::mux::flv
