#include "errors.hpp"

namespace sluice::auth {
namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "auth"; }

  std::string message(int code) const override {
    switch (static_cast<Errc>(code)) {
      case Errc::bad_network:
        return "not an address or a network such as 10.0.0.0/8 or 2001:db8::/32";
      case Errc::network_has_host_bits:
        return "the address has bits beyond the length of its network";
      case Errc::pattern_bad_character:
        return "a pattern holds only A-Z a-z 0-9 . _ - ~ / and *";
      case Errc::pattern_bad_segment:
        return "a pattern has no empty segment, no `.` and no `..`";
      case Errc::pattern_bad_star:
        return "`**` stands alone between slashes, and three stars mean nothing";
      case Errc::pattern_too_short:
        return "this matches no stream: a stream is named app/name";
      case Errc::pattern_too_long:
        return "a pattern has at most 255 bytes";
      case Errc::hash_bad_form:
        return "not sha256:SALT:HEX or pbkdf2:ITERATIONS:SALT:HEX with 64 hexadecimal digits";
      case Errc::hash_bad_iterations:
        return "iterations are from 1000 to 20000";
      case Errc::hash_bad_salt:
        return "a salt has 8 to 64 characters of A-Z a-z 0-9 . _ -";
      case Errc::credentials_too_long:
        return "credentials are too long";
      case Errc::credentials_unreadable:
        return "credentials are not percent-encoded rightly";
      case Errc::credentials_repeated:
        return "the same credential is given twice";
      case Errc::token_bad_form:
        return "not a token";
      case Errc::token_unproven:
        return "no key of ours made this token";
      case Errc::token_bad_claims:
        return "the token's claims cannot be understood";
      case Errc::token_expired:
        return "the token has expired";
      case Errc::token_other_action:
        return "the token is for another action";
      case Errc::token_other_stream:
        return "the token is for another stream";
      case Errc::token_other_address:
        return "the token is for another address";
    }
    return "unknown error";
  }
};

}  // namespace

const boost::system::error_category& category() {
  static const Category instance;
  return instance;
}

}  // namespace sluice::auth
