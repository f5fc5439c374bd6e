#include "sluice/media/error.hpp"

#include <string>

namespace sluice::media {
namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "sluice.media"; }
  std::string message(int code) const override {
    switch (static_cast<Errc>(code)) {
      case Errc::truncated:
        return "ends before its own structure does";
      case Errc::malformed:
        return "a field has a value the standard does not allow";
      case Errc::unsupported:
        return "a variant this server does not carry";
      case Errc::beyond_limits:
        return "larger than the limits";
      case Errc::bad_nal_length:
        return "NAL lengths do not fit the frame";
      case Errc::no_parameter_sets:
        return "no parameter sets";
    }
    return "unknown";
  }
};

}  // namespace

const boost::system::error_category& error_category() {
  static const Category category;
  return category;
}

}  // namespace sluice::media
