#include "sluice/mux/mp4/muxer.hpp"

#include <algorithm>

#include "sample_streams.hpp"
#include "sluice/mux/mp4/limits.hpp"
#include "sluice/mux/mp4/media_clock.hpp"

using namespace sluice::mux::mp4;
using namespace sluice::test;

namespace {

constexpr int64_t ms = 1'000'000;

// Two groups of pictures with two B-frames before each reference, and sound beside them.
std::vector<Fed> video_samples(const Codec& codec, uint32_t track, int64_t start, int count = 24) {
  std::vector<Fed> samples;
  constexpr int64_t offsets[] = {80, 200, 40, 0};  // ms; the last two are shown before what precedes them
  for (int i = 0; i < count; ++i) {
    const bool key = i % 12 == 0;
    const int64_t dts = start + i * 40 * ms;
    Bytes payload = key ? codec.key : codec.other;
    const bool has_b_frames = codec.codec == SLUICE_CODEC_H264 || codec.codec == SLUICE_CODEC_H265;
    samples.push_back(
        {track, dts, has_b_frames ? dts + offsets[i % 4] * ms : dts, key, !key && i % 4 == 3, payload});
  }
  return samples;
}

std::vector<Fed> audio_samples(const Codec& codec, uint32_t track, int64_t start, int count = 40) {
  std::vector<Fed> samples;
  for (int i = 0; i < count; ++i) {
    const int64_t dts = start + *ns_of(1024 * i, codec.timescale);
    samples.push_back({track, dts, dts, true, false, i % 2 ? codec.other : codec.key});
  }
  return samples;
}

std::vector<Fed> interleaved(std::vector<Fed> one, const std::vector<Fed>& other) {
  one.insert(one.end(), other.begin(), other.end());
  std::sort(one.begin(), one.end(), [](const Fed& left, const Fed& right) {
    return std::pair(left.dts, left.track) < std::pair(right.dts, right.track);
  });
  return one;
}

void check_round_trip(const std::vector<Track>& tracks, const std::vector<Fed>& samples, size_t each) {
  const Bytes stream = init_of(tracks) + fragments_of(tracks, samples, each);
  const ReadBack whole = demuxed(stream);
  REQUIRE_FALSE(whole.error);
  REQUIRE(whole.tracks.size() == 1);
  CHECK(whole.tracks[0] == tracks);
  for (const Track& track : tracks) {
    CAPTURE(track.id, each);
    CHECK(of_track(whole.frames, track.id) == of_track(samples, track.id));
  }
  for (const size_t piece : {size_t{1}, size_t{7}, size_t{1000}}) CHECK(demuxed(stream, piece) == whole);
}

Muxer muxer_of(const Codec& codec, int64_t nominal = 0) { return Muxer({{track_of(codec, 1), nominal}}); }

std::vector<PlacedSample> placed(const Bytes& head, const Codec& codec) {
  Movie movie{{{track_of(codec, 1), {}, true}}};
  std::vector<int64_t> times = {0};
  const auto box = BoxWalk(head).next();
  REQUIRE(box);
  auto samples = parse_fragment(box->body, 8, movie, times);
  REQUIRE(samples.has_value());
  return *samples;
}

}  // namespace

TEST_CASE("every codec makes the round trip, sample by sample") {
  for (const Codec& codec : all_codecs()) {
    CAPTURE(codec.name);
    const bool video = codec.kind == SLUICE_TRACK_VIDEO;
    for (const int64_t start : {int64_t{0}, int64_t{90'000'000} * 1000 * ms}) {  // and after three years
      const auto samples = video ? video_samples(codec, 1, start) : audio_samples(codec, 1, start);
      for (const size_t each : {size_t{1}, size_t{5}, samples.size()})
        check_round_trip({track_of(codec, 1)}, samples, each);
    }
  }
}

TEST_CASE("video with several sounds makes the round trip") {
  const auto codecs = all_codecs();
  const std::vector<Track> tracks = {track_of(codecs[0], 1), track_of(codecs[4], 2), track_of(codecs[5], 7)};
  const auto samples =
      interleaved(interleaved(video_samples(codecs[0], 1, 500 * ms), audio_samples(codecs[4], 2, 480 * ms)),
                  audio_samples(codecs[5], 7, 500 * ms));
  for (const size_t each : {size_t{1}, size_t{9}, samples.size()}) check_round_trip(tracks, samples, each);
}

TEST_CASE("composition offsets may be negative") {
  const Codec avc = all_codecs()[0];
  auto samples = video_samples(avc, 1, 1000 * ms);
  for (Fed& one : samples) one.pts -= 120 * ms;
  check_round_trip({track_of(avc, 1)}, samples, 6);
}

TEST_CASE("an edit list moves what is shown") {
  const Codec avc = all_codecs()[0];
  Track track = track_of(avc, 1);
  track.edit_start = 7200;  // 80 ms
  track.edit_delay = 20 * ms;
  const auto samples = video_samples(avc, 1, 0);
  const ReadBack back = demuxed(init_of({track}) + fragments_of({track}, samples, 4));
  REQUIRE(back.frames.size() == samples.size());
  CHECK(back.frames[0].pts == 20 * ms);
  CHECK(back.frames[0].dts == -60 * ms);
}

TEST_CASE("a codec change in mid-stream is a second moov") {
  const auto codecs = all_codecs();
  const auto before = video_samples(codecs[0], 1, 0), after = video_samples(codecs[1], 1, 2000 * ms);
  const std::vector<Track> avc = {track_of(codecs[0], 1)}, hevc = {track_of(codecs[1], 1)};
  const Bytes stream =
      init_of(avc) + fragments_of(avc, before, 6) + init_of(hevc) + fragments_of(hevc, after, 6);
  const ReadBack back = demuxed(stream, 11);
  REQUIRE(back.tracks.size() == 2);
  CHECK(back.tracks[1] == hevc);
  CHECK(back.frames == [&] {
    auto all = before;
    all.insert(all.end(), after.begin(), after.end());
    return all;
  }());
}

TEST_CASE("the last sample reaches to the track's own successor") {
  const Codec avc = all_codecs()[0];
  Muxer muxer = muxer_of(avc, 33 * ms);
  REQUIRE(muxer.add({1, 0, 0, 0, 10, true, false}));
  const auto fragment = muxer.close(Successor{1, 55 * ms}, 1);
  CHECK(placed(fragment.head, avc)[0].duration == 55 * 90);
  CHECK(fragment.duration == 55 * ms);
  CHECK(muxer.empty());
}

TEST_CASE("without its own successor it is the shortest that anything says, never none") {
  const Codec avc = all_codecs()[0];
  const auto last = [&](int64_t nominal, int64_t told, std::vector<int64_t> times,
                        std::optional<Successor> next) {
    Muxer muxer = muxer_of(avc, nominal);
    for (const int64_t time : times)
      REQUIRE(muxer.add({1, time * ms, time * ms, told * ms, 10, true, false}));
    return placed(muxer.close(next, 1).head, avc).back().duration / 90;
  };
  CHECK(last(40 * ms, 0, {0, 40, 80}, {}) == 40);
  CHECK(last(40 * ms, 0, {0, 35, 80}, {}) == 35);
  CHECK(last(40 * ms, 30, {0, 40}, {}) == 30);
  CHECK(last(0, 0, {0, 33, 67}, {}) == 33);
  CHECK(last(0, 0, {100}, Successor{9, 117 * ms}) == 17);
  CHECK(last(0, 0, {100}, Successor{9, 90 * ms}) == 20);
  CHECK(last(0, 0, {100}, {}) == 20);
}

TEST_CASE("decode times of RTMP's milliseconds never overlap, cut wherever you like") {
  const Codec aac = all_codecs()[4];
  for (const size_t each : {1, 2, 3, 5}) {
    Muxer muxer = muxer_of(aac, 23 * ms);
    int64_t end = 0;
    for (int64_t i = 0; i < 300; ++i) {
      const int64_t dts = i * 1024 * 1000 / 44100 * ms;
      if (muxer.count() == each) {
        for (const PlacedSample& sample : placed(muxer.close(Successor{9, dts}, 1).head, aac)) {
          CHECK(sample.decode_time >= end);
          end = sample.decode_time + sample.duration;
        }
      }
      REQUIRE(muxer.add({1, dts, dts, 0, 10, true, false}));
    }
  }
}

TEST_CASE("bytes do not depend on what was muxed before") {
  const Codec avc = all_codecs()[0];
  const auto samples = video_samples(avc, 1, 0);
  const std::vector<Fed> late(samples.begin() + 12, samples.end());
  const std::vector<Track> tracks = {track_of(avc, 1)};
  const auto last_head = [&](const std::vector<Fed>& from) {
    Muxer muxer = muxer_of(avc);
    Bytes head;
    for (const Fed& one : from) {
      if (one.key && !muxer.empty()) (void)muxer.close(Successor{1, one.dts}, 5);
      REQUIRE(muxer.add({1, one.dts, one.pts, 0, 9, one.key, one.disposable}));
    }
    return muxer.close({}, 9).head;
  };
  CHECK(last_head(samples) == last_head(late));
}

TEST_CASE("samples that no fragment can hold are refused and leave it as it was") {
  Muxer muxer = muxer_of(all_codecs()[0]);
  REQUIRE(muxer.add({1, 100, 100, 0, 10, true, false}));
  CHECK(muxer.add({2, 100, 100, 0, 10, true, false}).error() == Errc::unknown_track);
  CHECK(muxer.add({1, 99, 99, 0, 10, true, false}).error() == Errc::malformed);
  CHECK(muxer.add({1, -1, 99, 0, 10, true, false}).error() == Errc::time_beyond_limits);
  CHECK(muxer.add({1, 100, int64_t{1} << 62, 0, 10, true, false}).error() == Errc::time_beyond_limits);
  CHECK(muxer.add({1, 100, 100, 0, max_sample_bytes + 1, true, false}).error() == Errc::too_large);
  CHECK(muxer.count() == 1);
  CHECK(muxer.bytes() == 10);
  CHECK(muxer.close({}, 1).order.size() == 1);
}
