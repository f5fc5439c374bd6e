#include "sluice/mux/flv/error.hpp"

#include <string>

namespace sluice::mux::flv {
namespace {

const char* text_of(Errc code) {
  switch (code) {
    case Errc::not_flv:
      return "not an FLV stream of version 1";
    case Errc::lost_sync:
      return "neither a tag nor the size behind one";
    case Errc::empty_message:
      return "empty message";
    case Errc::malformed_tag:
      return "malformed media header";
    case Errc::unsupported_codec:
      return "codec not carried";
    case Errc::bad_multitrack:
      return "malformed multitrack message";
    case Errc::tag_too_large:
      return "larger than a tag may be (16 MiB)";
    case Errc::unknown_track:
      return "of a track that is not carried";
    case Errc::no_track:
      return "no track that can be carried";
    case Errc::amf_truncated:
      return "AMF value cut short";
    case Errc::amf_malformed:
      return "malformed AMF value";
    case Errc::amf_too_deep:
      return "AMF value nested too deep";
    case Errc::amf_too_large:
      return "AMF value too large";
    case Errc::amf_unsupported:
      return "AMF3 or an AMF reference";
  }
  return "unknown";
}

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "sluice.mux.flv"; }
  std::string message(int code) const override { return text_of(static_cast<Errc>(code)); }
};

}  // namespace

const boost::system::error_category& error_category() {
  static const Category category;
  return category;
}

}  // namespace sluice::mux::flv
