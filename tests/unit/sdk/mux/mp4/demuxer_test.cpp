#include "sluice/mux/mp4/demuxer.hpp"

#include "sample_streams.hpp"
#include "sluice/mux/mp4/box_writer.hpp"
#include "sluice/mux/mp4/limits.hpp"

using namespace sluice::mux::mp4;
using namespace sluice::test;

namespace {

std::vector<Track> one_track() { return {track_of(all_codecs()[0], 1)}; }

std::vector<Fed> few_samples() {
  const Codec avc = all_codecs()[0];
  return {{1, 0, 40'000'000, true, false, avc.key},
          {1, 40'000'000, 80'000'000, false, false, avc.other},
          {1, 80'000'000, 120'000'000, false, false, avc.other}};
}

Bytes sound_stream() { return init_of(one_track()) + fragments_of(one_track(), few_samples(), 2); }

Bytes box(std::string_view type, const Bytes& body) {
  Bytes out;
  BoxWriter writer(out);
  const auto opened = writer.box(type);
  writer.bytes(body);
  return out;
}

size_t find_text(const Bytes& in, std::string_view text) {
  return std::string_view(reinterpret_cast<const char*>(in.data()), in.size()).find(text);
}

}  // namespace

TEST_CASE("boxes that carry no media are passed over, wherever they stand") {
  const Bytes extra =
      box("free", Bytes(300, 1)) + box("uuid", Bytes(16, 2)) + box("emsg", Bytes(40, 3)) + box("mdat", {});
  const Bytes init = init_of(one_track());
  const Bytes media = fragments_of(one_track(), few_samples(), 3);
  const ReadBack plain = demuxed(init + media);
  CHECK(plain.frames == few_samples());
  for (const size_t piece : {size_t{1}, size_t{13}, size_t{100000}})
    CHECK(demuxed(extra.size() ? box("styp", hex("6d736468 00000000")) + init + extra + media + extra : init,
                  piece) == plain);
}

TEST_CASE("a box of 64-bit size and one that reaches to the end are read") {
  const Bytes init = init_of(one_track());
  Bytes media = fragments_of(one_track(), few_samples(), 3);
  const size_t mdat = find_text(media, "mdat") - 4;
  Bytes endless = media;
  for (size_t i = 0; i < 4; ++i) endless[mdat + i] = 0;
  CHECK(demuxed(init + endless, 3).frames == few_samples());
  CHECK(demuxed(hex("00000001 66726565 0000000000000018 0000000000000000") + init + media, 5).frames ==
        few_samples());
}

TEST_CASE("durations are told, the last one as the muxer guessed it") {
  CHECK(demuxed(sound_stream()).durations == std::vector<int64_t>{40'000'000, 40'000'000, 20'000'000});
}

TEST_CASE("the same moov again tells nothing anew") {
  const Bytes again = sound_stream() + sound_stream();
  const ReadBack back = demuxed(again);
  CHECK(back.tracks.size() == 1);
  CHECK(back.frames.size() == 6);
}

TEST_CASE("a track that cannot be read is left out, with its samples") {
  const auto codecs = all_codecs();
  const std::vector<Track> tracks = {track_of(codecs[0], 1), track_of(codecs[4], 2)};
  auto samples = few_samples();
  samples.insert(samples.begin() + 1, {2, 0, 0, true, false, codecs[4].key});
  Bytes stream = init_of(tracks) + fragments_of(tracks, samples, 4);
  stream[find_text(stream, "avcC") + 4] = 9;
  const ReadBack back = demuxed(stream, 9);
  REQUIRE(back.tracks.size() == 1);
  CHECK(back.tracks[0] == std::vector<Track>{tracks[1]});
  CHECK(back.frames == std::vector<Fed>{samples[1]});
}

TEST_CASE("in-band parameter sets come as tracks, before the frame they belong to") {
  auto samples = few_samples();
  samples[2] = {
      1,
      80'000'000,
      120'000'000,
      true,
      false,
      hex("00000018 6742c00dd901519e226c04400000fa40003a9803c50a9201 00000005 68cb83cb20 00000003 658884")};
  const Bytes stream = init_of(one_track()) + fragments_of(one_track(), samples, 3);
  const ReadBack back = demuxed(stream);
  REQUIRE(back.tracks.size() == 2);
  CHECK(back.tracks[1][0].config != back.tracks[0][0].config);
  CHECK(back.frames.back().payload == hex("00000003 658884"));
  CHECK(demuxed(stream, 1) == back);
}

TEST_CASE("what is no fragmented MP4 is refused with its place and the remedy") {
  struct Case {
    const char* what;
    Bytes bytes;
    Errc error;
    std::string place;
  };
  const Bytes type = box("ftyp", hex("69736f36 00000000"));
  const Bytes init = init_of(one_track());
  const Bytes media = fragments_of(one_track(), few_samples(), 3);
  Bytes torn = media;
  torn[find_text(torn, "mdat") - 1] = 12;  // the samples reach beyond it
  Bytes large = hex("00ffffff 6d6f6f76");
  for (const Case& c : {
           Case{"a plain file with moov behind", type + box("mdat", Bytes(9, 0)), Errc::not_fragmented,
                "mdat at byte 16"},
           Case{"no moov", type + box("moof", Bytes(9, 0)), Errc::no_movie, "moof at byte 16"},
           Case{"something else", hex("474f4f4421212121"), Errc::malformed, "!!!! at byte 0"},
           Case{"size 7", type + hex("00000007 66726565"), Errc::bad_box_size, "free at byte 16"},
           Case{"64-bit size of 15", type + hex("00000001 66726565 000000000000000f"), Errc::bad_box_size,
                "free at byte 16"},
           Case{"moov without end", type + hex("00000000 6d6f6f76"), Errc::bad_box_size, "moov at byte 16"},
           Case{"moov of 16 MiB", type + large, Errc::too_large, "moov at byte 16"},
           Case{"moov of 2^64", type + hex("00000001 6d6f6f76 ffffffffffffffff"), Errc::too_large,
                "moov at byte 16"},
           Case{"empty moov", type + box("moov", {}), Errc::malformed, "moov at byte 16"},
           Case{"torn mdat", init + torn, Errc::bad_sample_place, ""},
           Case{"samples that never came",
                init +
                    Bytes(media.begin(),
                          media.begin() + static_cast<std::ptrdiff_t>(find_text(media, "mdat") - 4)) +
                    media,
                Errc::bad_sample_place, ""},
       }) {
    CAPTURE(c.what);
    for (const size_t piece : {size_t{1}, size_t{100000}}) {
      const ReadBack back = demuxed(c.bytes, piece);
      CHECK(back.error == c.error);
      if (!c.place.empty()) CHECK(back.place == c.place);
    }
  }
  CHECK(make_error_code(Errc::not_fragmented).message().find("frag_keyframe") != std::string::npos);
}

TEST_CASE("after a failure it fails alike") {
  Demuxer demuxer;
  const Bytes bad = hex("00000007 66726565");
  demuxer.feed(bad);
  CHECK(demuxer.poll().error() == Errc::bad_box_size);
  const Bytes sound = sound_stream();
  demuxer.feed(sound);
  CHECK(demuxer.poll().error() == Errc::bad_box_size);
}

TEST_CASE("any truncation and any changed byte gives frames or an error") {
  const Bytes sound = sound_stream();
  for (size_t size = 0; size < sound.size(); size += 3)
    (void)demuxed(Bytes(sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(size)), 50);
  for (size_t at = 0; at < sound.size(); ++at)
    for (const uint8_t value : {0x00, 0x01, 0x7f, 0xff}) {
      Bytes damaged = sound;
      damaged[at] = value;
      const ReadBack whole = demuxed(damaged);
      CHECK(demuxed(damaged, 17).error == whole.error);
    }
}
