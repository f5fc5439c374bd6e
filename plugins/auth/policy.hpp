// Policy: the rules of one app as they were configured; Policies: those of all apps.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "action.hpp"
#include "address.hpp"
#include "password.hpp"
#include "stream_pattern.hpp"
#include "token.hpp"

namespace sluice::auth {

using Networks = std::vector<Network>;
using Patterns = std::vector<StreamPattern>;

bool contains(const Networks& networks, const Address& address);
bool matches(const Patterns& patterns, std::string_view key);

struct User {
  StoredPassword password;
  PerAction<bool> may;
  Patterns streams;
  Networks from;  // empty: from anywhere
};

struct Policy {
  PerAction<Networks> denied_from;
  PerAction<Networks> allowed_from;
  PerAction<Patterns> anonymous;
  std::map<std::string, User, std::less<>> users;
  std::vector<TokenKey> keys;
  std::chrono::seconds leeway{60};
  bool abstain_without_credentials = false;

  // The user if the password is his and he may come from there, else null. Unknown users cost what known ones
  // do.
  const User* user(std::string_view name, std::string_view password, const Address& address) const;
  // No rule that could ever allow anything.
  bool allows_nothing() const;
  void add_user(std::string name, User user);

 private:
  unsigned password_rounds_ = 0;
};

struct Policies {
  Policy everywhere;
  std::map<std::string, Policy, std::less<>> apps;  // in place of `everywhere`

  const Policy& of_stream(std::string_view key) const;
};

// `json` as a module is configured: {"config": {...}, "apps": {NAME: {...}}}. Throws sluice::Error ARGUMENT
// with the JSON pointer, what is wrong there and what to write; never a secret.
Policies parse_policies(std::string_view json);

}  // namespace sluice::auth
