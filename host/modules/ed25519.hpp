// Ed25519 signatures (RFC 8032), and the base64 in which keys and signatures are written.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace sluice::modules {

using Ed25519Key = std::array<std::byte, 32>;  // public
using Ed25519Signature = std::array<std::byte, 64>;

// False for a signature of anything else, and for bytes that are no key.
bool ed25519_verifies(const Ed25519Key& key, const Ed25519Signature& signature, std::string_view message);

// Base64 with padding (RFC 4648 section 4) of exactly as many bytes as `out` has; else false, and `out` means
// nothing.
bool from_base64(std::string_view text, std::span<std::byte> out);

template <class Bytes>
std::optional<Bytes> from_base64(std::string_view text) {
  Bytes bytes{};
  if (!from_base64(text, bytes)) return std::nullopt;
  return bytes;
}

}  // namespace sluice::modules
