#include "reason.hpp"

namespace sluice::auth {

const std::array<ReasonWords, reason_count>& all_reasons() {
  static constexpr std::array<ReasonWords, reason_count> words = {{
      {Reason::local_module, Verdict::allow, "local_module", "a module's own stream"},
      {Reason::address_allowed, Verdict::allow, "address_allowed", "this address needs no credentials"},
      {Reason::open_to_all, Verdict::allow, "open_to_all", "open to everyone"},
      {Reason::user_allowed, Verdict::allow, "user_allowed", "the user may do this"},
      {Reason::token_allowed, Verdict::allow, "token_allowed", "the token is valid"},
      {Reason::left_to_others, Verdict::abstain, "left_to_others", "no credentials to judge"},
      {Reason::address_denied, Verdict::deny, "address_denied", "refused from this address"},
      {Reason::address_unknown, Verdict::deny, "address_unknown", "the peer's address is not known"},
      {Reason::address_blocked, Verdict::deny, "address_blocked",
       "too many failed attempts from this address; wait a minute"},
      {Reason::bad_stream, Verdict::deny, "bad_stream", "the name of the stream is not valid"},
      {Reason::bad_credentials, Verdict::deny, "bad_credentials",
       "the credentials are too long, given twice or wrongly encoded"},
      {Reason::wrong_password, Verdict::deny, "wrong_password", "user or password is wrong"},
      {Reason::bad_token, Verdict::deny, "bad_token", "the token is not valid"},
      {Reason::token_expired, Verdict::deny, "token_expired", "the token has expired"},
      {Reason::token_for_other, Verdict::deny, "token_for_other",
       "the token is for another action, stream or address"},
      {Reason::user_not_permitted, Verdict::deny, "user_not_permitted", "the user may not do this"},
      {Reason::credentials_needed, Verdict::deny, "credentials_needed", "a user or a token is needed"},
  }};
  return words;
}

const ReasonWords& words_of(Reason reason) { return all_reasons()[static_cast<std::size_t>(reason)]; }

std::string_view label_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::allow:
      return "allow";
    case Verdict::deny:
      return "deny";
    case Verdict::abstain:
      return "abstain";
  }
  return "deny";
}

}  // namespace sluice::auth
