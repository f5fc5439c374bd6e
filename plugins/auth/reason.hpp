// Why a decision fell as it did: the word for the metric, the sentence for log and peer, the verdict it
// means.
#pragma once

#include <array>
#include <string_view>

namespace sluice::auth {

enum class Verdict { abstain, allow, deny };

enum class Reason {
  local_module,
  address_allowed,
  open_to_all,
  user_allowed,
  token_allowed,
  left_to_others,
  address_denied,
  address_unknown,
  address_blocked,
  bad_stream,
  bad_credentials,
  wrong_password,
  bad_token,
  token_expired,
  token_for_other,
  user_not_permitted,
  credentials_needed
};
inline constexpr std::size_t reason_count = 17;

struct ReasonWords {
  Reason reason;
  Verdict verdict;
  std::string_view label;
  std::string_view sentence;  // fixed text: nothing a peer sent ever stands in it
};

const std::array<ReasonWords, reason_count>& all_reasons();
const ReasonWords& words_of(Reason reason);
std::string_view label_of(Verdict verdict);

}  // namespace sluice::auth
