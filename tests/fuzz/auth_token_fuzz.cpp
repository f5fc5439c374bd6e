// The token as a stranger sends it, the claims as a key's holder may sign them, the query both come in.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "auth/credentials.hpp"
#include "auth/token.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace sluice::auth;
  static const TokenKey keys[] = {{"a", "0123456789abcdef"}, {"b", "fedcba9876543210"}};
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  open_token(keys, text);
  gather_credentials({.query = text});
  const auto claims = parse_claims(text);
  const auto signed_here = open_token(keys, mint_token(keys[1], KeyName::given, text));
  if (signed_here && (!claims || signed_here->key_id != "b")) std::abort();
  if (claims) check_claims(*claims, {claims->action, "live/cam", Address(), WallTime::max(), {}});
  return 0;
}
