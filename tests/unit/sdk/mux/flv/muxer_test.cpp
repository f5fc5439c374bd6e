#include "sluice/mux/flv/muxer.hpp"

#include <catch2/catch.hpp>

#include "../../wire/hex.hpp"
#include "sample_stream.hpp"
#include "sluice/wire/byte_reader.hpp"

using namespace sluice::test::flv;
using sluice::test::hex;

namespace {

const Track picture(1, SLUICE_TRACK_VIDEO, SLUICE_CODEC_H264, avc_config);
const Track sound(2, SLUICE_TRACK_AUDIO, SLUICE_CODEC_AAC, aac_config);

struct Tag {
  TagHead head;
  Bytes body;
};

// Taken apart by the letter of annex E, each size checked.
std::vector<Tag> tags_of(const Bytes& bytes, size_t from) {
  sluice::wire::ByteReader in(std::span(bytes).subspan(from));
  std::vector<Tag> tags;
  while (!in.at_end()) {
    const auto head = in.bytes(tag_head_size);
    REQUIRE(in.ok());
    Tag tag{parse_tag_head(head.first<tag_head_size>()), {}};
    const auto body = in.bytes(tag.head.size);
    tag.body.assign(body.begin(), body.end());
    CHECK(in.u32be() == tag.head.size + tag_head_size);
    REQUIRE(in.ok());
    tags.push_back(std::move(tag));
  }
  return tags;
}

Muxer muxer_of(std::initializer_list<const sluice_track*> tracks) {
  Muxer muxer;
  REQUIRE(muxer.set_tracks(std::span(tracks.begin(), tracks.size())).has_value());
  return muxer;
}

}  // namespace

TEST_CASE("a stream begins with its header, onMetaData and sequence headers at time 0") {
  const Muxer muxer = muxer_of({&sound.view, &picture.view});
  const Bytes bytes = muxer.beginning();
  CHECK(Bytes(bytes.begin(), bytes.begin() + 13) == hex("464c5601 05 00000009 00000000"));
  const auto tags = tags_of(bytes, 13);
  REQUIRE(tags.size() == 3);
  for (const Tag& tag : tags) CHECK(tag.head.timestamp == 0);
  CHECK(tags[0].head.type == 18);
  const auto values = amf0::parse(tags[0].body);
  REQUIRE(values.has_value());
  REQUIRE(values->size() == 2);
  CHECK(*(*values)[0].string() == "onMetaData");
  CHECK((*values)[1].object()->kind == amf0::Object::Kind::ecma_array);
  CHECK((*values)[1].object()->number("videocodecid") == 7);
  CHECK(tags[1].head.type == 8);
  Bytes expected = hex("af00");
  append(expected, aac_config);
  CHECK(tags[1].body == expected);
  CHECK(tags[2].head.type == 9);
  expected = hex("1700000000");
  append(expected, avc_config);
  CHECK(tags[2].body == expected);
}

TEST_CASE("the file header tells what there is") {
  CHECK(muxer_of({&sound.view}).beginning()[4] == 4);
  CHECK(muxer_of({&picture.view}).beginning()[4] == 1);
  CHECK_FALSE(muxer_of({&sound.view}).has_video());
}

TEST_CASE("one picture and one sound are carried, of codecs that have tags and can be decoded") {
  const Track second(3, SLUICE_TRACK_VIDEO, SLUICE_CODEC_H264, avc_config);
  const Track bare(4, SLUICE_TRACK_VIDEO, SLUICE_CODEC_H264);
  const Track vast(5, SLUICE_TRACK_AUDIO, SLUICE_CODEC_AAC, Bytes(16385, 1));
  const Track text(6, SLUICE_TRACK_DATA, SLUICE_CODEC_H264, avc_config);
  const Track flac(7, SLUICE_TRACK_AUDIO, SLUICE_CODEC_FLAC, {1});
  const Muxer muxer =
      muxer_of({&text.view, &bare.view, &vast.view, &flac.view, &picture.view, &second.view, &sound.view});
  CHECK(muxer.carries(1));
  CHECK(muxer.carries(2));
  for (uint32_t id = 3; id <= 7; ++id) CHECK_FALSE(muxer.carries(id));

  Muxer none = muxer_of({&picture.view});
  const sluice_track* const useless[] = {&bare.view, &flac.view};
  CHECK(none.set_tracks(useless).error() == Errc::no_track);
  CHECK_FALSE(none.carries(1));
  CHECK(none.wrap({1, 10, {}}).error() == Errc::unknown_track);
}

TEST_CASE("a frame is wrapped: timestamp with its upper byte, composition time, sizes") {
  const Muxer muxer = muxer_of({&picture.view, &sound.view});
  const auto wrapping =
      muxer.wrap({1, 0x1000, {0x12345678ll * 1'000'000, 0x12345678ll * 1'000'000 + 80'000'000, true, false}});
  REQUIRE(wrapping.has_value());
  CHECK(Bytes(wrapping->head().begin(), wrapping->head().end()) ==
        hex("09 001005 345678 12 000000 1701000050"));
  CHECK(Bytes(wrapping->tail().begin(), wrapping->tail().end()) == hex("00001010"));
  const auto audio = muxer.wrap({2, 3, {}});
  REQUIRE(audio.has_value());
  CHECK(Bytes(audio->head().begin(), audio->head().end()) == hex("08 000005 000000 00 000000 af01"));
}

TEST_CASE("what cannot be a tag is refused") {
  const Muxer muxer = muxer_of({&picture.view});
  CHECK(muxer.wrap({2, 3, {}}).error() == Errc::unknown_track);
  CHECK(muxer.wrap({1, 0, {}}).error() == Errc::empty_message);
  CHECK(muxer.wrap({1, tag_body_most - 5, {}}).has_value());
  CHECK(muxer.wrap({1, tag_body_most - 4, {}}).error() == Errc::tag_too_large);
  CHECK(muxer.wrap({1, UINT64_MAX, {}}).error() == Errc::tag_too_large);
}

TEST_CASE("tags come in the order of the frames, and no track's timestamps fall, also where they wrap") {
  const Muxer muxer = muxer_of({&picture.view, &sound.view});
  const int64_t start = (int64_t{1} << 32) - 300;
  Bytes bytes;
  const auto units = sample_units(start, 1, 2);
  for (const Unit& unit : units) append_unit(bytes, muxer, unit);
  const auto tags = tags_of(bytes, 0);
  REQUIRE(tags.size() == units.size());
  bool wrapped = false;
  for (size_t i = 0; i < tags.size(); ++i) {
    CHECK(tags[i].head.timestamp == static_cast<uint32_t>(units[i].dts_ms));
    wrapped |= tags[i].head.timestamp < 1000;
    if (i > 0) CHECK(static_cast<int32_t>(tags[i].head.timestamp - tags[i - 1].head.timestamp) >= 0);
  }
  CHECK(wrapped);
}

TEST_CASE("sequence headers in mid-stream have the time they stand at") {
  const Muxer muxer = muxer_of({&picture.view, &sound.view});
  Bytes bytes;
  muxer.append_sequence_headers(5'000'000'000, bytes);
  const auto tags = tags_of(bytes, 0);
  REQUIRE(tags.size() == 2);
  CHECK(tags[0].head.timestamp == 5000);
  CHECK(tags[1].head.timestamp == 5000);
  CHECK(tags[0].body.size() == 5 + avc_config.size());
}
