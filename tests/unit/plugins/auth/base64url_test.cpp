#include "auth/base64url.hpp"

#include <catch2/catch.hpp>

using namespace sluice::auth;

TEST_CASE("base64url of RFC 4648 section 10, without padding", "[auth]") {
  const std::pair<const char*, const char*> rows[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "-__-"}};
  for (const auto& [bytes, text] : rows) {
    CHECK(base64url_encode(bytes) == text);
    CHECK(base64url_decode(text) == std::string(bytes));
  }
}

TEST_CASE("every byte string comes back, of any length", "[auth]") {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    CHECK(base64url_decode(base64url_encode(bytes)) == bytes);
    bytes += static_cast<char>(i * 37);
  }
}

TEST_CASE("there is one spelling of each text", "[auth]") {
  for (const char* text :
       {"Z", "Zg==", "Zg=", "Zh", "Zm9", "+/+/", "Zm9v Yg", "Zm9v\n", "Zm9vY", "Zm9v.Yg"}) {
    INFO(text);
    CHECK_FALSE(base64url_decode(text));
  }
}
