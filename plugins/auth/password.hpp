// StoredPassword: what the configuration knows of a password, and the comparison that gives nothing away.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "errors.hpp"

namespace sluice::auth {

class StoredPassword {
 public:
  // A check happens between other requests on one thread: 20000 rounds cost it some 5 to 10 ms.
  static constexpr unsigned most_iterations = 20'000;
  static constexpr unsigned fewest_iterations = 1'000;

  static StoredPassword from_plain(std::string_view password);
  // "sha256:SALT:HEX", HEX = SHA-256(SALT + password), or "pbkdf2:ITERATIONS:SALT:HEX", HEX =
  // PBKDF2-HMAC-SHA256 (RFC 8018), 32 bytes. SALT is used as the text it is. Fails with the hash_* codes.
  static Result<StoredPassword> parse_hash(std::string_view text);

  unsigned iterations() const { return iterations_; }

  // Costs the same for every password of the same length and every StoredPassword: what this one does not
  // need of `rounds` is spent all the same. Give the most iterations of all users.
  bool matches(std::string_view password, unsigned rounds) const;

 private:
  using Digest = std::array<std::uint8_t, 32>;

  std::string salt_;
  unsigned iterations_ = 0;  // 0: one SHA-256
  Digest digest_{};
};

}  // namespace sluice::auth
