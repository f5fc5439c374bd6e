// What can be wrong with the things this room reads. The texts may be shown: none repeats what was read.
#pragma once

#include <boost/system/error_code.hpp>

#include <sluice/result.hpp>

namespace sluice::auth {

enum class Errc {
  bad_network = 1,
  network_has_host_bits,
  pattern_bad_character,
  pattern_bad_segment,
  pattern_bad_star,
  pattern_too_short,
  pattern_too_long,
  hash_bad_form,
  hash_bad_iterations,
  hash_bad_salt,
  credentials_too_long,
  credentials_unreadable,
  credentials_repeated,
  token_bad_form,
  token_unproven,
  token_bad_claims,
  token_expired,
  token_other_action,
  token_other_stream,
  token_other_address
};

const boost::system::error_category& category();

inline boost::system::error_code make_error_code(Errc code) { return {static_cast<int>(code), category()}; }

}  // namespace sluice::auth

template <>
struct boost::system::is_error_code_enum<sluice::auth::Errc> : std::true_type {};
