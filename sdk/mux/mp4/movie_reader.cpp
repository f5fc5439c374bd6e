#include <algorithm>

#include "sluice/abi/frame.h"
#include "sluice/mux/mp4/box_reader.hpp"
#include "sluice/mux/mp4/limits.hpp"
#include "sluice/mux/mp4/media_clock.hpp"
#include "sluice/mux/mp4/movie.hpp"
#include "sluice/mux/mp4/sample_entry.hpp"

namespace sluice::mux::mp4 {
namespace {

using Bytes = std::span<const uint8_t>;

uint64_t skip_full_header(wire::ByteReader& in) {
  const uint8_t version = in.u8();
  in.skip(3);
  return version;
}

int32_t rotation_of(uint32_t a, uint32_t b) {
  constexpr uint32_t one = 0x00010000, minus = 0xffff0000;
  if (a == 0 && b == one) return 90;
  if (a == minus && b == 0) return 180;
  return a == 0 && b == minus ? 270 : 0;
}

Result<void> parse_track_header(Bytes body, Track& track) {
  wire::ByteReader in(body);
  const bool wide = skip_full_header(in) == 1;
  in.skip(wide ? 16 : 8);
  track.id = in.u32be();
  in.skip(4 + (wide ? 8 : 4) + 8 + 8);
  const uint32_t a = in.u32be(), b = in.u32be();
  in.skip(28);
  if (!in.ok()) return Errc::truncated;
  if (track.id == 0) return Errc::malformed;
  track.rotation = rotation_of(a, b);
  return {};
}

Result<void> parse_media_header(Bytes body, Track& track) {
  wire::ByteReader in(body);
  const bool wide = skip_full_header(in) == 1;
  in.skip(wide ? 16 : 8);
  track.timescale = in.u32be();
  in.skip(wide ? 8 : 4);
  const uint16_t packed = in.u16be();
  if (!in.ok()) return Errc::truncated;
  if (track.timescale == 0) return Errc::malformed;
  std::string language;
  for (int shift : {10, 5, 0}) language.push_back(static_cast<char>(0x60 + (packed >> shift & 31)));
  const bool letters = std::ranges::all_of(language, [](char c) { return c >= 'a' && c <= 'z'; });
  if (letters && language != "und") track.language = language;
  return {};
}

Result<void> parse_handler(Bytes body, Track& track) {
  wire::ByteReader in(body);
  in.skip(8);
  const std::string_view handler = in.text(4);
  if (!in.ok()) return Errc::truncated;
  track.kind = handler == "vide"   ? SLUICE_TRACK_VIDEO
               : handler == "soun" ? SLUICE_TRACK_AUDIO
                                   : SLUICE_TRACK_DATA;
  return {};
}

void parse_language(Bytes body, Track& track) {
  constexpr size_t longest = 63;
  wire::ByteReader in(body);
  skip_full_header(in);
  const std::string_view text = in.text(std::min(in.left(), longest));
  track.language = text.substr(0, text.find('\0'));
}

// The first stretch of nothing and the start of the first stretch of something: all that a stream without an
// end can have.
Result<void> parse_edits(Bytes edts, uint32_t movie_timescale, Track& track) {
  const auto box = find_box(edts, box_type("elst"));
  if (!box) return {};
  wire::ByteReader in(box->body);
  const bool wide = skip_full_header(in) == 1;
  const uint32_t count = in.u32be();
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    const uint64_t length = wide ? in.u64be() : in.u32be();
    const int64_t start = wide ? static_cast<int64_t>(in.u64be()) : static_cast<int32_t>(in.u32be());
    in.skip(4);
    if (!in.ok()) break;
    if (start >= 0) {
      track.edit_start = start;
      return {};
    }
    const auto delay = ns_of(static_cast<int64_t>(length & ~(uint64_t{1} << 63)), movie_timescale);
    if (!delay) return Errc::time_beyond_limits;
    track.edit_delay = *delay;
  }
  return in.ok() ? Result<void>() : Errc::truncated;
}

Result<void> parse_sample_table(Bytes stbl, MovieTrack& out) {
  // "stsz" and "stz2" have their count at the same place.
  for (const uint32_t type : {box_type("stsz"), box_type("stz2")}) {
    const auto box = find_box(stbl, type);
    if (!box) continue;
    wire::ByteReader in(box->body);
    in.skip(8);
    if (in.u32be() != 0) return Errc::not_fragmented;
  }
  const auto stsd = find_box(stbl, box_type("stsd"));
  if (!stsd) return Errc::malformed;
  wire::ByteReader in(stsd->body);
  in.skip(8);
  const auto entry = BoxWalk(in.rest()).next();
  if (!entry) return Errc::malformed;
  if (!parse_sample_entry(*entry, out.track)) out.carried = false;
  return {};
}

Result<void> parse_media(Bytes mdia, MovieTrack& out) {
  const auto header = find_box(mdia, box_type("mdhd"));
  const auto handler = find_box(mdia, box_type("hdlr"));
  const auto minf = find_box(mdia, box_type("minf"));
  if (!header || !handler || !minf) return Errc::malformed;
  if (auto done = parse_media_header(header->body, out.track); !done) return done;
  if (auto done = parse_handler(handler->body, out.track); !done) return done;
  if (const auto language = find_box(mdia, box_type("elng"))) parse_language(language->body, out.track);
  const auto stbl = find_box(minf->body, box_type("stbl"));
  return stbl ? parse_sample_table(stbl->body, out) : Errc::malformed;
}

Result<void> parse_track(Bytes trak, uint32_t movie_timescale, MovieTrack& out) {
  const auto header = find_box(trak, box_type("tkhd"));
  const auto mdia = find_box(trak, box_type("mdia"));
  if (!header || !mdia) return Errc::malformed;
  if (auto done = parse_track_header(header->body, out.track); !done) return done;
  if (const auto edts = find_box(trak, box_type("edts")))
    if (auto done = parse_edits(edts->body, movie_timescale, out.track); !done) return done;
  return parse_media(mdia->body, out);
}

Result<void> parse_extends(Bytes mvex, Movie& movie) {
  BoxWalk walk(mvex);
  while (const auto box = walk.next()) {
    if (box->type != box_type("trex")) continue;
    wire::ByteReader in(box->body);
    in.skip(4);
    const uint32_t id = in.u32be();
    const SampleDefaults defaults{in.u32be(), in.u32be(), in.u32be(), in.u32be()};
    if (!in.ok()) return Errc::truncated;
    for (auto& track : movie.tracks)
      if (track.track.id == id) track.defaults = defaults;
  }
  return walk.ok() ? Result<void>() : Errc::bad_box_size;
}

Result<uint32_t> timescale_of(Bytes body) {
  const auto header = find_box(body, box_type("mvhd"));
  if (!header) return Errc::malformed;
  wire::ByteReader in(header->body);
  in.skip(skip_full_header(in) == 1 ? 16 : 8);
  const uint32_t timescale = in.u32be();
  if (!in.ok()) return Errc::truncated;
  if (timescale == 0) return Errc::malformed;
  return timescale;
}

bool has_track(const Movie& movie, uint32_t id) {
  return std::ranges::any_of(movie.tracks, [id](const MovieTrack& one) { return one.track.id == id; });
}

}  // namespace

Result<Movie> parse_movie(Bytes body) {
  const auto timescale = timescale_of(body);
  if (!timescale) return timescale.error();
  const auto mvex = find_box(body, box_type("mvex"));
  if (!mvex) return Errc::not_fragmented;
  Movie movie;
  BoxWalk walk(body);
  while (const auto box = walk.next()) {
    if (box->type != box_type("trak")) continue;
    if (movie.tracks.size() == max_tracks) return Errc::too_many_tracks;
    MovieTrack track;
    if (auto done = parse_track(box->body, *timescale, track); !done) return done.error();
    if (has_track(movie, track.track.id)) return Errc::malformed;
    movie.tracks.push_back(std::move(track));
  }
  if (!walk.ok()) return Errc::bad_box_size;
  if (auto done = parse_extends(mvex->body, movie); !done) return done.error();
  return movie;
}

}  // namespace sluice::mux::mp4
