#include "modules/ed25519.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "modules/sha256.hpp"

using namespace sluice::modules;

namespace {

template <class Bytes>
Bytes from_hex(const std::string& text) {
  Bytes bytes{};
  REQUIRE(text.size() == 2 * bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::byte>(std::stoul(text.substr(2 * i, 2), nullptr, 16));
  return bytes;
}

// RFC 8032, section 7.1, tests 1 and 2.
const auto key_one = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const auto signature_of_nothing =
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0"
    "595b"
    "be24655141438e7a100b";
const auto key_two = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
const auto signature_of_r =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eae"
    "b430"
    "2aeeb00d291612bb0c00";

bool verifies(const char* key, const char* signature, std::string_view message) {
  return ed25519_verifies(from_hex<Ed25519Key>(key), from_hex<Ed25519Signature>(signature), message);
}

template <std::size_t N>
std::string decoded(std::string_view text) {
  const auto bytes = from_base64<std::array<std::byte, N>>(text);
  return bytes ? hex(*bytes) : "none";
}

}  // namespace

TEST_CASE("signatures of the standard verify, and no others") {
  CHECK(verifies(key_one, signature_of_nothing, ""));
  CHECK(verifies(key_two, signature_of_r, "r"));
  CHECK_FALSE(verifies(key_two, signature_of_r, "s"));
  CHECK_FALSE(verifies(key_two, signature_of_r, "rr"));
  CHECK_FALSE(verifies(key_one, signature_of_r, "r"));
  CHECK_FALSE(verifies(key_two, signature_of_nothing, ""));
  for (std::size_t at = 0; at < 64; ++at) {
    auto signature = from_hex<Ed25519Signature>(signature_of_r);
    signature[at] ^= std::byte{1};
    CHECK_FALSE(ed25519_verifies(from_hex<Ed25519Key>(key_two), signature, "r"));
  }
}

TEST_CASE("base64 is taken in its one spelling, and of the right length only") {
  CHECK(decoded<1>("Zg==") == "66");
  CHECK(decoded<2>("Zm8=") == "666f");
  CHECK(decoded<3>("Zm9v") == "666f6f");
  CHECK(decoded<4>("+/+/AA==") == "fbffbf00");
  CHECK(decoded<32>("PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=") == key_two);
  for (const char* wrong :
       {"", "Zg", "Zg=", "Zg===", "Zh==", "Z===", "====", "Zm8=", "-w==", "Z g=", " Zg==", "Zg==\n", "Zg=A"})
    CHECK(decoded<1>(wrong) == "none");
  CHECK(decoded<2>("Zm9=") == "none");
  CHECK(decoded<3>("Zm8=") == "none");
}
