#include "sluice/mux/mp4/canonical_form.hpp"

#include "sample_streams.hpp"

using namespace sluice::mux::mp4;
using namespace sluice::test;

namespace {

Bytes payload_of(const sluice::Result<CanonicalForm::Unit>& unit) {
  REQUIRE(unit.has_value());
  return {unit->payload.begin(), unit->payload.end()};
}

}  // namespace

TEST_CASE("canonical samples pass untouched, and the codec says which are key frames") {
  for (const Codec& codec : all_codecs()) {
    CAPTURE(codec.name);
    CanonicalForm form(track_of(codec, 1));
    const bool container_knows = codec.kind == SLUICE_TRACK_AUDIO;
    const auto key = form.take(codec.key, container_knows, false);
    REQUIRE(key.has_value());
    CHECK(key->payload.data() == codec.key.data());
    CHECK(key->key);
    CHECK_FALSE(key->changed);
    const auto other = form.take(codec.other, true, true);
    REQUIRE(other.has_value());
    CHECK(other->key == container_knows);
    CHECK(other->disposable);
  }
}

TEST_CASE("short lengths, access unit delimiters and parameter sets are put right") {
  Codec avc = all_codecs()[0];
  avc.config[4] = 0xfd;  // lengths of two bytes
  CanonicalForm form(track_of(avc, 1));
  CHECK(form.track().config[4] == 0xff);
  const auto plain = form.take(hex("0002 09f0 0003 658884"), true, false);
  CHECK(payload_of(plain) == hex("00000003 658884"));
  CHECK_FALSE(plain->changed);
  const auto other = form.take(hex("0018 6742c00dd901519e226c04400000fa40003a9803c50a9201"
                                   "0005 68cb83cb20 0003 658884"),
                               true, false);
  CHECK(payload_of(other) == hex("00000003 658884"));
  CHECK(other->changed);
  CHECK(form.track().config != track_of(avc, 1).config);
}

TEST_CASE("an AV1 sequence header that is another one changes the track") {
  CanonicalForm form(track_of(all_codecs()[2], 1));
  Bytes unit = all_codecs()[2].key;
  CHECK_FALSE(form.take(unit, true, false)->changed);
  CHECK(payload_of(form.take(hex("1200") + unit, true, false)) == unit);  // without its temporal delimiter
}

TEST_CASE("a sample that its codec does not take is refused, and the next is sound again") {
  for (const Codec& codec : all_codecs()) {
    if (codec.codec == SLUICE_CODEC_VP9 || codec.kind == SLUICE_TRACK_AUDIO) continue;
    CAPTURE(codec.name);
    CanonicalForm form(track_of(codec, 1));
    CHECK(form.take(hex("7fffffff01"), true, false).has_error());
    CHECK(form.take(codec.key, true, false).has_value());
  }
}
