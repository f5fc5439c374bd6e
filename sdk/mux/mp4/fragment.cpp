#include "sluice/mux/mp4/fragment.hpp"

#include <algorithm>

#include "fragment_flags.hpp"
#include "sluice/mux/mp4/box_writer.hpp"

namespace sluice::mux::mp4 {
namespace {

uint32_t flags_of(const FragmentSample& sample) {
  uint32_t flags = sample.sync ? depends_on_none : depends_on_others | not_sync;
  if (sample.disposable) flags |= needed_by_none;
  return flags;
}

template <class Field>
bool all_alike(std::span<const FragmentSample> samples, Field field) {
  return std::ranges::all_of(samples,
                             [&](const FragmentSample& one) { return field(one) == field(samples.front()); });
}

// What the samples of a run share, and what each must say.
struct RunShape {
  uint32_t header = tfhd_base_is_moof;
  uint32_t run = trun_data_offset;
};

RunShape shape_of(std::span<const FragmentSample> samples) {
  RunShape shape;
  if (all_alike(samples, [](const auto& one) { return one.duration; })) {
    shape.header |= tfhd_duration;
  } else {
    shape.run |= trun_duration;
  }
  if (samples.size() > 1 && all_alike(samples, [](const auto& one) { return one.size; })) {
    shape.header |= tfhd_size;
  } else {
    shape.run |= trun_size;
  }
  // The usual run of video: a sync sample, then others.
  if (all_alike(samples.subspan(samples.size() > 1), flags_of)) {
    shape.header |= tfhd_flags;
    if (flags_of(samples.front()) != flags_of(samples.back())) shape.run |= trun_first_flags;
  } else {
    shape.run |= trun_flags;
  }
  if (std::ranges::any_of(samples, [](const auto& one) { return one.composition_offset != 0; }))
    shape.run |= trun_composition;
  return shape;
}

void write_run_header(BoxWriter& writer, const TrackRun& run, const RunShape& shape) {
  {
    const auto box = writer.full_box("tfhd", 0, shape.header);
    writer.u32(run.track_id);
    if (shape.header & tfhd_duration) writer.u32(run.samples.front().duration);
    if (shape.header & tfhd_size) writer.u32(run.samples.front().size);
    if (shape.header & tfhd_flags) writer.u32(flags_of(run.samples.back()));
  }
  const auto box = writer.full_box("tfdt", 1, 0);
  writer.u64(run.decode_time);
}

// Returns where the data offset stands, to be filled in when the size of moof is known.
size_t write_run(BoxWriter& writer, const TrackRun& run) {
  const RunShape shape = shape_of(run.samples);
  const auto traf = writer.box("traf");
  write_run_header(writer, run, shape);
  const auto trun = writer.full_box("trun", 1, shape.run);
  writer.u32(run.samples.size());
  const size_t offset_at = writer.position();
  writer.u32(0);
  if (shape.run & trun_first_flags) writer.u32(flags_of(run.samples.front()));
  for (const FragmentSample& sample : run.samples) {
    if (shape.run & trun_duration) writer.u32(sample.duration);
    if (shape.run & trun_size) writer.u32(sample.size);
    if (shape.run & trun_flags) writer.u32(flags_of(sample));
    if (shape.run & trun_composition) writer.u32(static_cast<uint32_t>(sample.composition_offset));
  }
  return offset_at;
}

uint64_t payload_of(const TrackRun& run) {
  uint64_t size = 0;
  for (const FragmentSample& sample : run.samples) size += sample.size;
  return size;
}

}  // namespace

void write_fragment(std::vector<uint8_t>& out, uint32_t sequence_number, std::span<const TrackRun> runs) {
  constexpr uint32_t mdat_head = 8;
  BoxWriter writer(out);
  const size_t start = writer.position();
  std::vector<size_t> offsets_at;
  {
    const auto moof = writer.box("moof");
    {
      const auto box = writer.full_box("mfhd", 0, 0);
      writer.u32(sequence_number);
    }
    for (const TrackRun& run : runs)
      if (!run.samples.empty()) offsets_at.push_back(write_run(writer, run));
  }
  uint64_t payload = writer.position() - start + mdat_head;
  auto offset_at = offsets_at.begin();
  for (const TrackRun& run : runs) {
    if (run.samples.empty()) continue;
    writer.patch_u32(*offset_at++, static_cast<uint32_t>(payload));
    payload += payload_of(run);
  }
  writer.u32(payload - (writer.position() - start));
  writer.text("mdat");
}

}  // namespace sluice::mux::mp4
