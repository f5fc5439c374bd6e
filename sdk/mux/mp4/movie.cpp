#include "sluice/mux/mp4/movie.hpp"

#include <algorithm>
#include <array>

#include "sluice/abi/frame.h"
#include "sluice/mux/mp4/box_writer.hpp"
#include "sluice/mux/mp4/media_clock.hpp"
#include "sluice/mux/mp4/sample_entry.hpp"

namespace sluice::mux::mp4 {
namespace {

constexpr uint32_t movie_timescale = 90000;

void write_matrix(BoxWriter& writer, int32_t rotation) {
  constexpr uint32_t one = 0x00010000, minus = 0xffff0000;
  std::array<uint32_t, 4> turn = {one, 0, 0, one};
  if (rotation == 90) turn = {0, one, minus, 0};
  if (rotation == 180) turn = {minus, 0, 0, minus};
  if (rotation == 270) turn = {0, minus, one, 0};
  for (const uint32_t value : {turn[0], turn[1], 0u, turn[2], turn[3], 0u, 0u, 0u, 0x40000000u})
    writer.u32(value);
}

void write_movie_header(BoxWriter& writer, uint32_t next_track) {
  const auto box = writer.full_box("mvhd", 0, 0);
  writer.zeros(8);  // times of creation and change: the bytes depend on the tracks alone
  writer.u32(movie_timescale);
  writer.u32(0);
  writer.u32(0x00010000);  // rate
  writer.u16(0x0100);      // volume
  writer.zeros(10);
  write_matrix(writer, 0);
  writer.zeros(24);
  writer.u32(next_track);
}

void write_track_header(BoxWriter& writer, const Track& track, bool first_of_kind) {
  constexpr uint32_t enabled = 1, in_movie = 2;
  const bool audio = track.kind == SLUICE_TRACK_AUDIO;
  const auto box = writer.full_box("tkhd", 0, in_movie | (first_of_kind ? enabled : 0));
  writer.zeros(8);
  writer.u32(track.id);
  writer.zeros(4 + 4 + 8);
  writer.u16(0);              // layer
  writer.u16(audio ? 1 : 0);  // alternate_group: of several languages one is played
  writer.u16(audio ? 0x0100 : 0);
  writer.u16(0);
  write_matrix(writer, track.rotation);
  writer.u32(audio ? 0 : track.width << 16);
  writer.u32(audio ? 0 : track.height << 16);
}

void write_edits(BoxWriter& writer, const Track& track) {
  if (track.edit_start == 0 && track.edit_delay == 0) return;
  const auto edts = writer.box("edts");
  const auto box = writer.full_box("elst", 1, 0);
  const bool delayed = track.edit_delay > 0;
  constexpr uint32_t normal_speed = 0x00010000;
  writer.u32(delayed ? 2 : 1);
  if (delayed) {
    writer.u64(static_cast<uint64_t>(ticks_of(track.edit_delay, movie_timescale)));
    writer.u64(~uint64_t{0});  // nothing is shown
    writer.u32(normal_speed);
  }
  writer.u64(0);  // as long as there are fragments
  writer.u64(static_cast<uint64_t>(track.edit_start));
  writer.u32(normal_speed);
}

// ISO 639-2/T letters in five bits each; "elng" has what does not fit.
uint16_t packed_language(const std::string& language) {
  const bool three = language.size() == 3 && std::ranges::all_of(language, [](char letter) {
                       return letter >= 'a' && letter <= 'z';
                     });
  const std::string& code = three ? language : "und";
  uint16_t packed = 0;
  for (const char letter : code) packed = static_cast<uint16_t>(packed << 5 | (letter - 0x60));
  return packed;
}

void write_media_header(BoxWriter& writer, const Track& track) {
  {
    const auto box = writer.full_box("mdhd", 0, 0);
    writer.zeros(8);
    writer.u32(track.timescale);
    writer.u32(0);
    writer.u16(packed_language(track.language));
    writer.u16(0);
  }
  {
    const bool video = track.kind == SLUICE_TRACK_VIDEO;
    const auto box = writer.full_box("hdlr", 0, 0);
    writer.u32(0);
    writer.text(video ? "vide" : "soun");
    writer.zeros(12);
    writer.u8(0);  // a name: none
  }
  if (!track.language.empty()) {
    const auto box = writer.full_box("elng", 0, 0);
    writer.text(track.language);
    writer.u8(0);
  }
}

void write_empty_table(BoxWriter& writer, std::string_view type, size_t fields) {
  const auto box = writer.full_box(type, 0, 0);
  writer.zeros(4 * fields);
}

void write_sample_table(std::vector<uint8_t>& out, const Track& track) {
  BoxWriter writer(out);
  const auto stbl = writer.box("stbl");
  {
    const auto box = writer.full_box("stsd", 0, 0);
    writer.u32(1);
    write_sample_entry(out, track);
  }
  write_empty_table(writer, "stts", 1);
  write_empty_table(writer, "stsc", 1);
  write_empty_table(writer, "stsz", 2);
  write_empty_table(writer, "stco", 1);
}

void write_media_facts(std::vector<uint8_t>& out, const Track& track) {
  BoxWriter writer(out);
  const auto minf = writer.box("minf");
  if (track.kind == SLUICE_TRACK_VIDEO) {
    const auto box = writer.full_box("vmhd", 0, 1);
    writer.zeros(8);
  } else {
    const auto box = writer.full_box("smhd", 0, 0);
    writer.zeros(4);
  }
  {
    const auto dinf = writer.box("dinf");
    const auto dref = writer.full_box("dref", 0, 0);
    writer.u32(1);
    const auto url = writer.full_box("url ", 0, 1);  // in this file
  }
  write_sample_table(out, track);
}

void write_track(std::vector<uint8_t>& out, const Track& track, bool first_of_kind) {
  BoxWriter writer(out);
  const auto trak = writer.box("trak");
  write_track_header(writer, track, first_of_kind);
  write_edits(writer, track);
  const auto mdia = writer.box("mdia");
  write_media_header(writer, track);
  write_media_facts(out, track);
}

void write_extends(BoxWriter& writer, std::span<const Track> tracks) {
  const auto mvex = writer.box("mvex");
  for (const Track& track : tracks) {
    const auto box = writer.full_box("trex", 0, 0);
    writer.u32(track.id);
    writer.u32(1);  // sample description; durations, sizes and flags stand in each fragment
    writer.zeros(12);
  }
}

}  // namespace

void write_movie(std::vector<uint8_t>& out, std::span<const Track> tracks) {
  BoxWriter writer(out);
  const auto moov = writer.box("moov");
  uint32_t last = 0;
  for (const Track& track : tracks) last = std::max(last, track.id);
  write_movie_header(writer, last == ~uint32_t{0} ? last : last + 1);
  uint32_t kinds = 0;
  for (const Track& track : tracks) {
    const uint32_t kind = 1u << (track.kind & 31);
    write_track(out, track, (kinds & kind) == 0);
    kinds |= kind;
  }
  write_extends(writer, tracks);
}

}  // namespace sluice::mux::mp4
