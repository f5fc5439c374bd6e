#include <sluice/error.hpp>
#include <sluice/tls/settings.hpp>

#include <utility>

namespace sluice::tls {

std::optional<Settings> settings_of(std::string certificate, std::string certificate_key,
                                    const std::string& tls_minimum, std::vector<std::string> protocols) {
  if (certificate.empty() && certificate_key.empty()) return std::nullopt;
  if (certificate.empty() || certificate_key.empty())
    throw Error(SLUICE_STATUS_ARGUMENT,
                std::string("TLS needs certificate and certificate_key, and ") +
                    (certificate.empty() ? "certificate" : "certificate_key") + " is missing",
                "give both files, or neither for no TLS");
  return Settings{std::move(certificate), std::move(certificate_key), std::move(protocols),
                  tls_minimum != "1.3"};
}

}  // namespace sluice::tls
