#include "judge.hpp"

#include <sluice/stream_key.hpp>

namespace sluice::auth {
namespace {

// Who comes through a Unix socket has no address, but is on this machine.
std::string_view place_of(std::string_view peer) { return peer == "unix" ? "127.0.0.1" : peer; }

}  // namespace

struct Judge::Session {
  const Question& question;
  const Policy& policy;
  Address address;
  Credentials credentials;

  bool open_to_all() const { return matches(policy.anonymous[question.action], question.key); }
};

Decision Judge::decide(const Question& question, const Moment& now) {
  if (question.local_module) return {Reason::local_module, {}, false};
  if (!is_canonical_stream_key(question.key)) return {Reason::bad_stream, {}, false};
  const auto address = Address::parse_endpoint(place_of(question.address));
  if (!address) return {Reason::address_unknown, {}, false};  // nor could the deny rules be asked

  const Policy& policy = policies_.of_stream(question.key);
  if (contains(policy.denied_from[question.action], *address)) return {Reason::address_denied, {}, false};
  if (contains(policy.allowed_from[question.action], *address)) return {Reason::address_allowed, {}, false};
  if (failures_.is_blocked(*address, now.monotonic)) return {Reason::address_blocked, {}, false};
  auto credentials = gather_credentials(question.shown);
  if (!credentials) return failed(Reason::bad_credentials, *address, now);

  return by_credentials({question, policy, *address, std::move(*credentials)}, now);
}

Decision Judge::by_credentials(const Session& session, const Moment& now) {
  if (!session.credentials.token.empty()) return by_token(session, now);
  if (session.credentials.any()) return by_user(session, now);
  if (session.open_to_all()) return {Reason::open_to_all, {}, false};
  return {session.policy.abstain_without_credentials ? Reason::left_to_others : Reason::credentials_needed,
          {},
          false};
}

Decision Judge::by_token(const Session& session, const Moment& now) {
  const auto token = open_token(session.policy.keys, session.credentials.token);
  if (!token) return failed(Reason::bad_token, session.address, now);
  const Question& asked = session.question;
  const auto fits = check_claims(token->claims,
                                 {asked.action, asked.key, session.address, now.wall, session.policy.leeway});
  std::string key_id(token->key_id);
  if (fits) return {Reason::token_allowed, std::move(key_id), false};
  // Real, but not for this: no guess at a secret, so it is not counted as one.
  const bool expired = fits.error() == make_error_code(Errc::token_expired);
  return {expired ? Reason::token_expired : Reason::token_for_other, std::move(key_id), false};
}

Decision Judge::by_user(const Session& session, const Moment& now) {
  const Credentials& shown = session.credentials;
  const User* user = session.policy.user(shown.user, shown.password, session.address);
  if (!user) return failed(Reason::wrong_password, session.address, now);
  const Question& asked = session.question;
  if (user->may[asked.action] && matches(user->streams, asked.key))
    return {Reason::user_allowed, shown.user, false};
  if (session.open_to_all()) return {Reason::open_to_all, shown.user, false};
  return {Reason::user_not_permitted, shown.user, false};
}

Decision Judge::failed(Reason reason, const Address& address, const Moment& now) {
  return {reason, {}, failures_.count_failure(address, now.monotonic)};
}

}  // namespace sluice::auth
