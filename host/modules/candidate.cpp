#include "modules/candidate.hpp"

#include <sys/stat.h>

#include "modules/ownership.hpp"
#include "modules/unserved.hpp"

namespace sluice::modules {
namespace {

// Absent is no refusal; everything else about an overlay must be right, or nobody knows what its author
// wanted.
std::optional<Refusal> read_overlay(const std::string& path, const Platform& platform, Candidate& out) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  out.overlay_path = path;
  if (const auto owned = check_ownership(path, platform.self); !owned) return owned.error();
  config::Checked<std::string> text = config::read_text(path, config::max_manifest_bytes);
  if (!text)
    return Refusal{"SL-MAN-001", text.error().finding(), path, "Make the overlay readable, or remove it."};
  auto overlay = parse_overlay(std::move(*text), path);
  if (!overlay) return overlay.error();
  out.overlay = std::move(*overlay);
  return std::nullopt;
}

}  // namespace

Candidate examine(const FoundManifest& found, const std::string& overlays, const Platform& platform) {
  Candidate out;
  out.found = found;
  ReadManifest<Manifest> manifest = load_manifest(found.path);
  if (!manifest) {
    out.id = manifest.error().id;
    out.version = manifest.error().version;
    out.refusal = manifest.error().refusal;
    return out;
  }
  out.id = manifest->id;
  out.version = manifest->version;
  out.manifest = std::make_shared<const Manifest>(std::move(*manifest));
  if (!overlays.empty()) out.refusal = read_overlay(overlays + "/" + out.id + ".json", platform, out);
  out.preflight = preflight_module(*out.manifest, platform).report;
  if (!out.refusal) out.refusal = out.preflight.refusal;
  if (!out.refusal)
    out.refusal = find_unserved(*out.manifest, out.overlay ? &*out.overlay : nullptr, out.overlay_path);
  return out;
}

std::vector<Candidate> examine_all(const SearchResult& found, const std::string& overlays,
                                   const Platform& platform) {
  std::vector<Candidate> out;
  for (const FoundManifest& one : found.manifests) out.push_back(examine(one, overlays, platform));
  return out;
}

}  // namespace sluice::modules
