#include "sluice/mux/ts/error.hpp"

#include <string>

namespace sluice::mux::ts {
namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "sluice.mux.ts"; }
  std::string message(int code) const override {
    switch (static_cast<Errc>(code)) {
      case Errc::truncated:
        return "ends before its own structure does";
      case Errc::malformed:
        return "a field has a value the standard does not allow";
      case Errc::bad_crc:
        return "the CRC of a section does not match";
      case Errc::unsupported:
        return "a codec or variant that MPEG-TS does not carry here";
      case Errc::beyond_limits:
        return "larger than the limits";
      case Errc::no_track:
        return "none of the tracks can be carried in MPEG-TS";
      case Errc::unknown_track:
        return "a frame of a track that is not carried";
    }
    return "unknown";
  }
};

}  // namespace

const boost::system::error_category& error_category() {
  static const Category category;
  return category;
}

}  // namespace sluice::mux::ts
