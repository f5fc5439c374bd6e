#include <algorithm>
#include <tuple>

#include "fragment_flags.hpp"
#include "sluice/mux/mp4/box_reader.hpp"
#include "sluice/mux/mp4/fragment.hpp"
#include "sluice/mux/mp4/limits.hpp"

namespace sluice::mux::mp4 {
namespace {

using Bytes = std::span<const uint8_t>;

// Decode times far beyond any clock are refused here, so that sums below cannot overflow.
constexpr uint64_t latest = uint64_t{1} << 62;

struct TrackState {
  size_t index = 0;
  SampleDefaults defaults;
  uint64_t base = 0;    // where data offsets count from
  uint64_t offset = 0;  // of the next sample
  int64_t time = 0;
};

class FragmentReader {
 public:
  FragmentReader(uint64_t moof_size, const Movie& movie, std::span<int64_t> next_times)
      : moof_size_(moof_size), movie_(movie), next_times_(next_times) {}

  Result<std::vector<PlacedSample>> read(Bytes body) {
    BoxWalk walk(body);
    while (const auto box = walk.next()) {
      if (box->type != box_type("traf")) continue;
      if (auto done = read_track(box->body); !done) return done.error();
    }
    if (!walk.ok()) return Errc::bad_box_size;
    if (auto done = check_places(); !done) return done.error();
    return std::move(samples_);
  }

 private:
  Result<void> read_track(Bytes traf) {
    const auto header = find_box(traf, box_type("tfhd"));
    if (!header) return Errc::malformed;
    TrackState state;
    if (auto done = read_header(header->body, state); !done) return done;
    if (const auto time = find_box(traf, box_type("tfdt")))
      if (auto done = read_time(time->body, state); !done) return done;
    BoxWalk walk(traf);
    while (const auto box = walk.next()) {
      if (box->type != box_type("trun")) continue;
      if (auto done = read_run(box->body, state); !done) return done;
    }
    if (!walk.ok()) return Errc::bad_box_size;
    next_times_[state.index] = state.time;
    data_end_ = state.offset;
    return {};
  }

  Result<void> read_header(Bytes body, TrackState& state) {
    wire::ByteReader in(body);
    const uint32_t flags = in.u32be() & 0xffffff;
    const uint32_t id = in.u32be();
    const auto found =
        std::ranges::find(movie_.tracks, id, [](const MovieTrack& one) { return one.track.id; });
    if (!in.ok()) return Errc::truncated;
    if (found == movie_.tracks.end()) return Errc::unknown_track;
    state.index = static_cast<size_t>(found - movie_.tracks.begin());
    state.defaults = found->defaults;
    state.time = next_times_[state.index];
    if (state.time > static_cast<int64_t>(latest)) return Errc::time_beyond_limits;
    // A place in the whole file means nothing to whoever joined in the middle.
    if (flags & tfhd_base_offset) return Errc::unsupported;
    if (flags & tfhd_description) state.defaults.description = in.u32be();
    if (flags & tfhd_duration) state.defaults.duration = in.u32be();
    if (flags & tfhd_size) state.defaults.size = in.u32be();
    if (flags & tfhd_flags) state.defaults.flags = in.u32be();
    if (!in.ok()) return Errc::truncated;
    if (state.defaults.description > 1) return Errc::unsupported;
    // Without the flag a later track's data follow those of the one before (8.8.7.1).
    state.base = flags & tfhd_base_is_moof ? 0 : data_end_;
    state.offset = state.base;
    return {};
  }

  Result<void> read_time(Bytes body, TrackState& state) {
    wire::ByteReader in(body);
    const uint8_t version = in.u8();
    in.skip(3);
    const uint64_t time = version == 1 ? in.u64be() : in.u32be();
    if (!in.ok()) return Errc::truncated;
    if (time > latest) return Errc::time_beyond_limits;
    state.time = static_cast<int64_t>(time);
    return {};
  }

  Result<void> read_run(Bytes body, TrackState& state) {
    wire::ByteReader in(body);
    const uint32_t flags = in.u32be() & 0xffffff;
    const uint32_t count = in.u32be();
    if (flags & trun_data_offset) {
      const auto offset = static_cast<int32_t>(in.u32be());
      const int64_t place = static_cast<int64_t>(state.base) + offset;
      if (place < 0) return Errc::bad_sample_place;
      state.offset = static_cast<uint64_t>(place);
    }
    uint32_t first_flags = state.defaults.flags;
    const bool has_first = flags & trun_first_flags;
    if (has_first) first_flags = in.u32be();
    if (!in.ok()) return Errc::truncated;
    const unsigned fields = !!(flags & trun_duration) + !!(flags & trun_size) + !!(flags & trun_flags) +
                            !!(flags & trun_composition);
    if (count > max_samples - samples_.size() || count > max_samples ||
        in.left() / 4 < uint64_t{count} * fields)
      return Errc::too_many_samples;
    samples_.reserve(samples_.size() + count);
    for (uint32_t i = 0; i < count; ++i) {
      PlacedSample sample =
          take_sample(in, flags, i == 0 && has_first ? first_flags : state.defaults.flags, state);
      if (sample.size > max_sample_bytes) return Errc::too_large;
      samples_.push_back(sample);
    }
    return {};
  }

  static PlacedSample take_sample(wire::ByteReader& in, uint32_t run, uint32_t flags, TrackState& state) {
    PlacedSample sample;
    sample.track = state.index;
    sample.offset = state.offset;
    sample.decode_time = state.time;
    sample.duration = run & trun_duration ? in.u32be() : state.defaults.duration;
    sample.size = run & trun_size ? in.u32be() : state.defaults.size;
    if (run & trun_flags) flags = in.u32be();
    // Unsigned in version 0, where real files stay below 2^31 or mean a negative number all the same.
    if (run & trun_composition) sample.composition_offset = static_cast<int32_t>(in.u32be());
    sample.sync = (flags & not_sync) == 0;
    sample.disposable = (flags & needed_by_mask) == needed_by_none;
    state.offset += sample.size;
    state.time += sample.duration;
    return sample;
  }

  Result<void> check_places() {
    std::ranges::sort(samples_, [](const PlacedSample& one, const PlacedSample& other) {
      return std::tie(one.offset, one.size, one.decode_time, one.track) <
             std::tie(other.offset, other.size, other.decode_time, other.track);
    });
    uint64_t end = moof_size_;
    for (const PlacedSample& sample : samples_) {
      if (sample.offset < end) return Errc::bad_sample_place;
      end = sample.offset + sample.size;
    }
    return {};
  }

  const uint64_t moof_size_;
  const Movie& movie_;
  std::span<int64_t> next_times_;
  uint64_t data_end_ = 0;
  std::vector<PlacedSample> samples_;
};

}  // namespace

Result<std::vector<PlacedSample>> parse_fragment(Bytes body, uint64_t header_size, const Movie& movie,
                                                 std::span<int64_t> next_times) {
  return FragmentReader(header_size + body.size(), movie, next_times).read(body);
}

}  // namespace sluice::mux::mp4
