#include "modules/signature.hpp"

#include <algorithm>

#include "modules/ed25519.hpp"

namespace sluice::modules {
namespace {

constexpr const char* rule = "SL-SEC-003";

bool must_be_signed(const Manifest& manifest, const config::TrustSettings& trust) {
  const auto& open = trust.allow_unsigned;
  return trust.mode == config::TrustMode::signed_only &&
         std::find(open.begin(), open.end(), manifest.id) == open.end();
}

// The line as it would stand in the config file, with what stands there already.
std::string line_that_allows(const Manifest& manifest, const config::TrustSettings& trust) {
  Json list = trust.allow_unsigned;
  list.push_back(manifest.id);
  return "\"trust\": {\"allow_unsigned\": " + list.dump() + "}";
}

Refusal refuse(const Manifest& manifest, std::string finding, std::string remedy) {
  return {rule, std::move(finding), manifest.path, std::move(remedy)};
}

bool fits(const Manifest& manifest, const std::string& key) {
  const auto opened = from_base64<Ed25519Key>(key);
  const auto signature = from_base64<Ed25519Signature>(manifest.signature->ed25519);
  return opened && signature && ed25519_verifies(*opened, *signature, canonical_module(manifest));
}

}  // namespace

std::optional<Refusal> judge_signature(const Manifest& manifest, const config::TrustSettings& trust) {
  const bool needed = must_be_signed(manifest, trust);
  if (!manifest.signature) {
    if (!needed) return std::nullopt;
    return refuse(manifest, "it is not signed, and trust.mode is \"signed\"",
                  "Install a signed package, or let it in with this line of the config file: " +
                      line_that_allows(manifest, trust) + ".");
  }
  const std::string id = config::picture(manifest.signature->key_id);
  const auto key = trust.keys.find(manifest.signature->key_id);
  if (key == trust.keys.end()) {
    if (!needed) return std::nullopt;
    return refuse(manifest, "it is signed with the key " + id + ", which trust.keys does not name",
                  "If you trust its owner, add it to the config file: \"trust\": {\"keys\": {" + id +
                      ": \"BASE64 OF THE PUBLIC KEY\"}}; or let this module in as it is: " +
                      line_that_allows(manifest, trust) + ".");
  }
  if (fits(manifest, key->second)) return std::nullopt;
  return refuse(manifest,
                "its signature with the key " + id +
                    " does not fit: `module` was changed after it was signed, "
                    "or another key signed it",
                "Install manifest and library from its author's package again.");
}

std::optional<Refusal> judge_coverage(const Manifest& manifest, const Preflight& library,
                                      const config::TrustSettings& trust) {
  if (!must_be_signed(manifest, trust)) return std::nullopt;
  const std::string name = library.library.substr(library.library.rfind('/') + 1);
  const std::string found = hex(library.sha256);
  const std::string or_allow =
      " or let it in with this line of the config file: " + line_that_allows(manifest, trust) + ".";
  if (std::none_of(manifest.targets.begin(), manifest.targets.end(),
                   [&](const Target& target) { return target.sha256 == found; }))
    return refuse(
        manifest,
        "its signature proves nothing about " + name + ": no target of the manifest has its sha256, " + found,
        "Ask its author for a package whose targets have one," + or_allow);
  if (!library.bundled.empty())
    return refuse(manifest,
                  "its signature proves nothing about " + library.bundled.front().soname +
                      ", a library it brings along",
                  "Ask its author to link that into the module," + or_allow);
  if (!manifest.config_schema_file.empty())
    return refuse(manifest,
                  "its signature proves nothing about " + manifest.config_schema_file +
                      ", the file its config_schema stands in",
                  "Ask its author to put the schema into the manifest," + or_allow);
  return std::nullopt;
}

}  // namespace sluice::modules
