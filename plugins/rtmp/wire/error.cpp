#include "wire/error.hpp"

#include <string>

namespace sluice::rtmp {
namespace {

const char* text_of(Errc code) {
  switch (code) {
    case Errc::bad_version:
      return "the version is not 3";
    case Errc::rtmpe_unsupported:
      return "RTMPE is not offered here; use rtmp or rtmps";
    case Errc::tls_unexpected:
      return "TLS on a port for plain RTMP; use rtmp or the port of RTMPS";
    case Errc::tls_expected:
      return "plain RTMP on a port for RTMPS; use rtmps or the port of RTMP";
    case Errc::bad_chunk_size:
      return "chunk size out of range";
    case Errc::message_too_large:
      return "message longer than the limit";
    case Errc::too_much_in_flight:
      return "unfinished messages larger than the limit";
    case Errc::too_many_chunk_streams:
      return "too many chunk streams";
    case Errc::no_previous_header:
      return "compressed chunk header with nothing before it";
    case Errc::message_changed_midway:
      return "length or type changed within a message";
    case Errc::bad_aggregate:
      return "sizes inside an aggregate message do not add up";
    case Errc::not_a_command:
      return "a command without a name";
    case Errc::empty_message:
      return "empty message";
    case Errc::malformed_tag:
      return "malformed media header";
    case Errc::malformed_control:
      return "control message cut short";
    case Errc::bad_stream_name:
      return "bad stream name";
  }
  return "unknown";
}

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "sluice.rtmp"; }
  std::string message(int code) const override { return text_of(static_cast<Errc>(code)); }
};

}  // namespace

const boost::system::error_category& error_category() {
  static const Category category;
  return category;
}

Verdict verdict_of(const error_code& error) {
  if (error.category() != error_category()) return Verdict::close;
  switch (error.value() / 100) {
    case 2:
      return Verdict::drop;
    case 3:
      return Verdict::reject;
    default:
      return Verdict::close;
  }
}

}  // namespace sluice::rtmp
