#include "sluice/mux/flv/codec_track.hpp"

#include <catch2/catch.hpp>

using namespace sluice::mux::flv;
using Bytes = std::vector<std::uint8_t>;

namespace {

// 128x96 Constrained Baseline, and the same picture by another PPS.
const Bytes avc_config{1,    0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0, 7,    0x67, 0x42, 0xC0,
                       0x1E, 0xDC, 0x20, 0xD9, 1,    0,    4, 0x68, 0xCE, 0x38, 0x80};
const Bytes aac_config{0x12, 0x10};  // LC, 44100 Hz, 2 channels

Bytes nal(std::initializer_list<std::uint8_t> body) {
  Bytes out{0, 0, 0, static_cast<std::uint8_t>(body.size())};
  out.insert(out.end(), body);
  return out;
}

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Bytes published(CodecTrack& track, const Bytes& frame, const FramePlan& plan) {
  Bytes out(plan.size);
  track.write(frame, out);
  return out;
}

}  // namespace

TEST_CASE("H.264: configuration gives facts, frames lose what belongs out of band") {
  CodecTrack track(SLUICE_CODEC_H264);
  CHECK_FALSE(track.is_ready());
  CHECK(track.scan(nal({0x65, 1, 2})).has_error());  // a frame before its configuration
  REQUIRE(track.configure(avc_config).value() == Change::facts);
  CHECK(track.is_ready());
  CHECK(track.facts().width == 128);
  CHECK(track.facts().height == 96);
  CHECK(track.configure(avc_config).value() == Change::none);

  const Bytes slice = nal({0x65, 0x88, 1, 2, 3});
  const Bytes sei = nal({0x06, 5, 1, 0xAA, 0x80});
  const Bytes frame = nal({0x09, 0xF0}) + nal({0x68, 0xCE, 0x38, 0x80}) + sei + slice;
  const auto plan = track.scan(frame);
  REQUIRE(plan.has_value());
  CHECK(plan->key);
  CHECK_FALSE(plan->facts_changed);  // the PPS is the one it has
  CHECK(published(track, frame, *plan) == sei + slice);
}

TEST_CASE("H.264: an in-band parameter set that differs makes other facts") {
  CodecTrack track(SLUICE_CODEC_H264);
  REQUIRE(track.configure(avc_config).has_value());
  const Bytes before = track.facts().config;
  const Bytes frame = nal({0x68, 0xCE, 0x3C, 0x80}) + nal({0x65, 0x88, 1});
  const auto plan = track.scan(frame);
  REQUIRE(plan.has_value());
  CHECK(plan->facts_changed);
  CHECK(track.facts().config != before);
  CHECK_FALSE(track.scan(frame)->facts_changed);
}

TEST_CASE("H.264: a record that is none leaves what there was") {
  CodecTrack track(SLUICE_CODEC_H264);
  REQUIRE(track.configure(avc_config).has_value());
  for (std::size_t size = 0; size < avc_config.size(); ++size)
    CHECK(track.configure(std::span(avc_config).first(size)).has_error());
  CHECK(track.is_ready());
  CHECK(track.facts().width == 128);
  CHECK(track.scan(nal({0x65, 0x88, 1})).has_value());
}

TEST_CASE("AAC: needs its configuration, has the duration of 1024 samples") {
  CodecTrack track(SLUICE_CODEC_AAC);
  const Bytes frame{0x21, 0x10, 4};
  CHECK(track.scan(frame).has_error());
  CHECK(track.configure(Bytes{}).has_error());
  CHECK(track.configure(Bytes{0x12}).has_error());
  REQUIRE(track.configure(aac_config).value() == Change::facts);
  CHECK(track.facts().sample_rate == 44100);
  CHECK(track.facts().channels == 2);
  const auto plan = track.scan(frame);
  REQUIRE(plan.has_value());
  CHECK(plan->key);
  CHECK(plan->duration == 23'219'954);
  CHECK(published(track, frame, *plan) == frame);
}

TEST_CASE("Opus: ready without a header") {
  CodecTrack track(SLUICE_CODEC_OPUS);
  CHECK(track.is_ready());
  CHECK(track.facts().channels == 2);
  const auto plan = track.scan(Bytes{0xFC, 1, 2});  // CELT, 20 ms, one frame
  REQUIRE(plan.has_value());
  CHECK(plan->duration == 20'000'000);
  CHECK(track.scan(Bytes{}).has_error());
}

TEST_CASE("MP3: the frame header is the configuration") {
  CodecTrack track(SLUICE_CODEC_MP3);
  Bytes frame(417, 0);
  frame[0] = 0xFF, frame[1] = 0xFB, frame[2] = 0x90, frame[3] = 0x00;  // 128 kbit/s, 44.1 kHz, stereo
  const auto plan = track.scan(frame);
  REQUIRE(plan.has_value());
  CHECK(plan->facts_changed);
  CHECK(track.facts().sample_rate == 44100);
  CHECK_FALSE(track.scan(frame)->facts_changed);
  CHECK(track.scan(Bytes{1, 2, 3, 4}).has_error());
}

TEST_CASE("AC-3: the frame header is the configuration") {
  CodecTrack track(SLUICE_CODEC_AC3);
  CHECK(track.configure(Bytes{1, 2, 3}).value() == Change::none);
  CHECK_FALSE(track.is_ready());
  Bytes frame{0x0B, 0x77, 0, 0, 0x1C, 0x40, 0xE1};  // 384 kbit/s, 48 kHz, 5.1
  frame.resize(1536);
  const auto plan = track.scan(frame);
  REQUIRE(plan.has_value());
  CHECK(plan->key);
  CHECK(plan->facts_changed);
  CHECK(plan->duration == 32'000'000);
  CHECK(track.is_ready());
  CHECK(track.facts().config.empty());
  CHECK(track.facts().sample_rate == 48000);
  CHECK(track.facts().channels == 6);
  CHECK(published(track, frame, *plan) == frame);
  CHECK_FALSE(track.scan(frame)->facts_changed);
  CHECK(track.scan(Bytes{1, 2, 3, 4, 5, 6, 7}).has_error());
  CHECK(track.scan(Bytes{0x0B, 0x77}).has_error());
}

TEST_CASE("a codec nobody knows passes as it is") {
  CodecTrack track(SLUICE_CODEC_FLAC);
  const Bytes frame{0xFF, 0xF8, 1};
  const auto plan = track.scan(frame);
  REQUIRE(plan.has_value());
  CHECK(published(track, frame, *plan) == frame);
}
