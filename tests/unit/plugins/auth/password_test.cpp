#include "auth/password.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace sluice::auth;

namespace {

// Made with the commands of the guide: sha256sum, and openssl kdf.
const std::string salted = "sha256:Zk3vQ9aT:ece8bce51c0c128fa7c48fe9d677017a82ee4fb6c1519f8aa09638f8b2bcdd0a";
const std::string slow =
    "pbkdf2:20000:Zk3vQ9aT:b58929d5dce54d4bfc3cb92d066386ae1e651faf2c469c05b5297459d33370e9";
const std::string quick =
    "pbkdf2:1000:Zk3vQ9aT:63453c400a98eae2ba265edaccf0cb2b38bf04aef2a4415337001d4f9a8fb6f0";

}  // namespace

TEST_CASE("a stored password knows its own, however it is stored", "[auth]") {
  const StoredPassword all[] = {
      StoredPassword::from_plain("open sesame"), StoredPassword::parse_hash(salted).value(),
      StoredPassword::parse_hash(slow).value(), StoredPassword::parse_hash(quick).value()};
  for (const StoredPassword& stored : all)
    for (const unsigned rounds : {0u, 500u, 1000u, 20000u}) {
      CHECK(stored.matches("open sesame", rounds));
      CHECK_FALSE(stored.matches("open sesam", rounds));
      CHECK_FALSE(stored.matches("open sesame ", rounds));
      CHECK_FALSE(stored.matches("Open sesame", rounds));
      CHECK_FALSE(stored.matches("", rounds));
    }
  CHECK(all[0].iterations() == 0);
  CHECK(all[2].iterations() == 20000);
}

TEST_CASE("capital hexadecimal digits are digits", "[auth]") {
  std::string text = salted;
  for (std::size_t i = text.rfind(':'); i < text.size(); ++i)
    text[i] = static_cast<char>(std::toupper(text[i]));
  CHECK(StoredPassword::parse_hash(text).value().matches("open sesame", 0));
}

TEST_CASE("a hash that is not one is refused", "[auth]") {
  const std::string hex = salted.substr(salted.rfind(':') + 1);
  const std::pair<std::string, Errc> rows[] = {
      {"", Errc::hash_bad_form},
      {"open sesame", Errc::hash_bad_form},
      {"md5:Zk3vQ9aT:" + hex, Errc::hash_bad_form},
      {"sha256", Errc::hash_bad_salt},
      {"sha256:" + hex, Errc::hash_bad_form},
      {"sha256:short:" + hex, Errc::hash_bad_salt},
      {"sha256:with space:" + hex, Errc::hash_bad_salt},
      {"sha256:" + std::string(65, 'a') + ":" + hex, Errc::hash_bad_salt},
      {"sha256:Zk3vQ9aT:", Errc::hash_bad_form},
      {"sha256:Zk3vQ9aT:" + hex.substr(1), Errc::hash_bad_form},
      {"sha256:Zk3vQ9aT:" + hex + "0", Errc::hash_bad_form},
      {"sha256:Zk3vQ9aT:" + hex.substr(1) + "g", Errc::hash_bad_form},
      {"sha256:Zk3vQ9aT:" + hex.substr(2) + "-1", Errc::hash_bad_form},
      {"pbkdf2:Zk3vQ9aT:" + hex, Errc::hash_bad_iterations},
      {"pbkdf2:999:Zk3vQ9aT:" + hex, Errc::hash_bad_iterations},
      {"pbkdf2:20001:Zk3vQ9aT:" + hex, Errc::hash_bad_iterations},
      {"pbkdf2:-1:Zk3vQ9aT:" + hex, Errc::hash_bad_iterations},
      {"pbkdf2:99999999999999999999:Zk3vQ9aT:" + hex, Errc::hash_bad_iterations},
      {"pbkdf2:1e4:Zk3vQ9aT:" + hex, Errc::hash_bad_iterations},
  };
  for (const auto& [text, code] : rows) {
    INFO(text);
    CHECK(StoredPassword::parse_hash(text).error() == make_error_code(code));
  }
}
