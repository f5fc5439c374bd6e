// An author's key pair, made anew for each test.
#pragma once

#include <openssl/evp.h>

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "modules/manifest.hpp"

namespace sluice::modules {

class SigningKey {
 public:
  SigningKey() {
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> maker(
        EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nullptr), &EVP_PKEY_CTX_free);
    EVP_PKEY* made = nullptr;
    REQUIRE((maker && EVP_PKEY_keygen_init(maker.get()) == 1 && EVP_PKEY_keygen(maker.get(), &made) == 1));
    key_.reset(made);
  }

  // As it stands in the config file.
  std::string public_key() const {
    unsigned char raw[32];
    std::size_t size = sizeof raw;
    REQUIRE(EVP_PKEY_get_raw_public_key(key_.get(), raw, &size) == 1);
    return base64(raw, size);
  }

  // The manifest with a signature of its `module` part as it is now.
  Json sign(Json manifest, const std::string& key_id) const {
    const std::string text = canonical_module(manifest["module"]);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    unsigned char raw[64];
    std::size_t size = sizeof raw;
    REQUIRE(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
    REQUIRE(EVP_DigestSign(context.get(), raw, &size, reinterpret_cast<const unsigned char*>(text.data()),
                           text.size()) == 1);
    manifest["signature"] = {{"key_id", key_id}, {"ed25519", base64(raw, size)}};
    return manifest;
  }

 private:
  static std::string base64(const unsigned char* bytes, std::size_t size) {
    std::string text((size + 2) / 3 * 4 + 1, '\0');
    text.resize(static_cast<std::size_t>(
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, static_cast<int>(size))));
    return text;
  }

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_{nullptr, &EVP_PKEY_free};
};

}  // namespace sluice::modules
