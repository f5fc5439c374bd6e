// Judge: who may do what. Order of the rules:
//
//   denied addresses -> allowed addresses -> blocked after failures -> token, else user -> open to everyone
//   -> no
//
// Credentials that are shown must be right, also where none are needed: a wrong password is never waved
// through.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "credentials.hpp"
#include "failure_table.hpp"
#include "policy.hpp"
#include "reason.hpp"

namespace sluice::auth {

struct Question {
  Action action = Action::play;
  std::string_view key;
  std::string_view address;  // with port, as peers are named; "unix" is judged as 127.0.0.1
  Shown shown;
  bool local_module = false;
};

struct Moment {
  FailureTable::Time monotonic{};
  WallTime wall;
};

struct Decision {
  Reason reason = Reason::credentials_needed;
  std::string subject;       // the user's name or the key's id, if one was proved; else empty
  bool began_block = false;  // the address is shut out from now on

  Verdict verdict() const { return words_of(reason).verdict; }
};

class Judge {
 public:
  Decision decide(const Question& question, const Moment& now);

  // From the next question on. Failures stay counted.
  void adopt(Policies policies) { policies_ = std::move(policies); }
  const Policies& policies() const { return policies_; }

 private:
  struct Session;
  Decision by_credentials(const Session& session, const Moment& now);
  Decision by_token(const Session& session, const Moment& now);
  Decision by_user(const Session& session, const Moment& now);
  Decision failed(Reason reason, const Address& address, const Moment& now);

  Policies policies_;
  FailureTable failures_;
};

}  // namespace sluice::auth
