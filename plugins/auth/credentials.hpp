// What a peer showed, from the fields its protocol filled and from the query of its URL.
#pragma once

#include <string>
#include <string_view>

#include "errors.hpp"

namespace sluice::auth {

struct Shown {
  std::string_view user{};
  std::string_view password{};
  std::string_view token{};
  std::string_view query{};  // user=, pass= or password=, token=; percent-encoded; `+` is a plus
};

struct Credentials {
  std::string user;
  std::string password;
  std::string token;

  bool any() const { return !user.empty() || !password.empty() || !token.empty(); }
};

inline constexpr std::size_t user_limit = 128;
inline constexpr std::size_t password_limit = 256;
inline constexpr std::size_t query_limit = 4096;
inline constexpr std::size_t query_parameter_limit = 64;

// A field the protocol filled wins over the query. Fails with the credentials_* codes.
Result<Credentials> gather_credentials(const Shown& shown);

}  // namespace sluice::auth
