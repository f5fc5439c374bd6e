#include "track_set.hpp"

#include <algorithm>

#include <sluice/error.hpp>
#include <sluice/media/codec_string.hpp>
#include <sluice/mux/mp4/carriage.hpp>
#include <sluice/mux/mp4/limits.hpp>
#include <sluice/mux/mp4/movie.hpp>

namespace sluice::fmp4 {
namespace {

using mux::mp4::MuxedTrack;

std::string name_of(std::uint32_t codec) {
  std::string name;
  for (const int shift : {0, 8, 16, 24}) {
    const auto letter = static_cast<char>(codec >> shift);
    name.push_back(letter >= ' ' && letter <= '~' ? letter : '?');
  }
  return name;
}

bool is_chosen(const sluice_track& track, const Parameters& parameters, const TrackSet& set) {
  if (set.kind_of(track.id) || set.tracks.size() == mux::mp4::max_tracks) return false;
  switch (parameters.choice) {
    case Choice::video:
      return track.kind == SLUICE_TRACK_VIDEO && set.tracks.empty();
    case Choice::audio:
      return track.kind == SLUICE_TRACK_AUDIO && set.tracks.empty();
    case Choice::listed:
      return parameters.wants(track.id);
    case Choice::every:
      return true;
  }
  return false;
}

}  // namespace

const std::uint32_t* TrackSet::kind_of(std::uint32_t id) const {
  const auto found =
      std::find_if(tracks.begin(), tracks.end(), [id](const MuxedTrack& one) { return one.track.id == id; });
  return found == tracks.end() ? nullptr : &found->track.kind;
}

TrackSet choose_tracks(std::span<const sluice_track* const> tracks, const Parameters& parameters) {
  TrackSet set;
  std::string reasons;
  for (const sluice_track* track : tracks) {
    if (!track || !is_chosen(*track, parameters, set)) continue;
    auto carried = mux::mp4::carried_track(*track);
    if (!carried) {
      reasons += "; track " + std::to_string(track->id) + ", " + name_of(track->codec) + ": " +
                 carried.error().message();
      continue;
    }
    const std::int64_t duration = mux::mp4::nominal_duration(*track, *carried);
    set.has_video |= track->kind == SLUICE_TRACK_VIDEO;
    set.tracks.push_back({std::move(*carried), duration});
  }
  if (set.tracks.empty())
    throw Error(SLUICE_STATUS_MEDIA, "MP4: the stream has no track for this packaging" + reasons,
                "MP4 carries H.264, H.265, AV1, VP9, AAC, Opus, MP3 and AC-3.");
  return set;
}

mux::mp4::Layout layout_of(const TrackSet& set, const Parameters& parameters) {
  return parameters.format == Format::cmaf && set.tracks.size() == 1 ? mux::mp4::Layout::cmaf
                                                                     : mux::mp4::Layout::progressive;
}

std::vector<std::uint8_t> init_segment(const TrackSet& set, mux::mp4::Layout layout) {
  std::vector<mux::mp4::Track> tracks;
  for (const MuxedTrack& one : set.tracks) tracks.push_back(one.track);
  std::vector<std::uint8_t> bytes;
  mux::mp4::write_file_type(bytes, layout);
  mux::mp4::write_movie(bytes, tracks);
  return bytes;
}

std::string mime_of(const TrackSet& set) { return set.has_video ? "video/mp4" : "audio/mp4"; }

std::string codecs_of(const TrackSet& set) {
  std::string codecs;
  for (const MuxedTrack& one : set.tracks) {
    const auto codec = media::codec_string(one.track.codec, one.track.config);
    if (!codec) continue;
    if (!codecs.empty()) codecs += ',';
    codecs += *codec;
  }
  return codecs;
}

}  // namespace sluice::fmp4
