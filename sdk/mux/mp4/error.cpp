#include "sluice/mux/mp4/error.hpp"

#include <string>

namespace sluice::mux::mp4 {
namespace {

const char* words_of(Errc code) {
  switch (code) {
    case Errc::truncated:
      return "a box ends before its own fields do";
    case Errc::bad_box_size:
      return "a box is smaller than its header or larger than what holds it";
    case Errc::too_large:
      return "moov, moof or a sample is larger than the limits";
    case Errc::not_fragmented:
      return "the file is not fragmented; only fragmented MP4 can be read as a stream (ffmpeg: -movflags "
             "frag_keyframe+empty_moov)";
    case Errc::no_movie:
      return "a fragment comes before the moov that describes its tracks; begin with the init segment";
    case Errc::malformed:
      return "a field has a value the standard does not allow";
    case Errc::too_many_tracks:
      return "more tracks than the limit";
    case Errc::too_many_samples:
      return "more samples than the limit, or than their box can hold";
    case Errc::unknown_track:
      return "a fragment names a track that moov does not";
    case Errc::bad_sample_place:
      return "samples overlap, lie outside the media data or behind what was read";
    case Errc::time_beyond_limits:
      return "a time is beyond what 64 bits of nanoseconds hold";
    case Errc::unsupported:
      return "a codec or variant that is not carried";
  }
  return "unknown";
}

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "sluice.mp4"; }
  std::string message(int code) const override { return words_of(static_cast<Errc>(code)); }
};

}  // namespace

const boost::system::error_category& error_category() {
  static const Category category;
  return category;
}

}  // namespace sluice::mux::mp4
