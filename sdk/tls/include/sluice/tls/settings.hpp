// What a module that listens with TLS is configured with.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sluice::tls {

// A server's. Both files are PEM; the certificate file may hold the chain, leaf first.
struct Settings {
  std::string certificate;
  std::string key;
  std::vector<std::string> protocols;  // ALPN (RFC 7301), preferred first; empty: none is chosen
  bool allow_tls12 = true;             // else 1.3 alone

  bool operator==(const Settings&) const = default;
};

// Of the three settings that every such module has; their schema is sdk/tls/settings.schema.json, word for
// word. Nothing: neither file is given, so there is no TLS. Throws Error(ARGUMENT) when one is missing.
std::optional<Settings> settings_of(std::string certificate, std::string certificate_key,
                                    const std::string& tls_minimum, std::vector<std::string> protocols = {});

}  // namespace sluice::tls
