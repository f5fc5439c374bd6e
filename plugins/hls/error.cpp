#include "error.hpp"

#include <string>

namespace sluice::hls {
namespace {

const char* text_of(Errc code) {
  switch (code) {
    case Errc::bad_number:
      return "_HLS_msn and _HLS_part are decimal numbers, e.g. ?_HLS_msn=12&_HLS_part=3";
    case Errc::part_without_msn:
      return "_HLS_part without _HLS_msn; name the segment too";
    case Errc::directive_repeated:
      return "the same _HLS_ directive twice; give it once";
    case Errc::bad_skip:
      return "_HLS_skip is YES or v2";
    case Errc::query_too_long:
      return "the query is longer than 4096 bytes";
    case Errc::too_far_ahead:
      return "that segment or part is too far in the future; reload the playlist without _HLS_msn";
    case Errc::no_such_file:
      return "no such file in this stream just now; reload the playlist";
    case Errc::not_in_time:
      return "nothing was published in time; try again";
    case Errc::too_many_waiting:
      return "too many requests wait for this stream; try again";
  }
  return "unknown";
}

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "sluice.hls"; }
  std::string message(int code) const override { return text_of(static_cast<Errc>(code)); }
};

}  // namespace

int http_status(Errc code) { return static_cast<int>(code) / 100; }

const boost::system::error_category& error_category() {
  static const Category category;
  return category;
}

}  // namespace sluice::hls
