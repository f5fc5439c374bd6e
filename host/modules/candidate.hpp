// One manifest that was found, with everything known about it before the plan: parsed, overlaid, preflighted.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "modules/manifest.hpp"
#include "modules/preflight.hpp"
#include "modules/search.hpp"

namespace sluice::modules {

struct Candidate {
  FoundManifest found;
  std::string id;  // file name without `.json` when the manifest has none to read
  std::string version;
  std::shared_ptr<const Manifest> manifest;  // null: broken
  std::optional<OperatorHalf> overlay;
  std::string overlay_path;
  Preflight preflight;
  std::optional<Refusal> refusal;  // of the manifest, the overlay or the library
};

// Reads manifest, overlay (`<overlays>/<id>.json`) and library. The library's bytes are not kept.
Candidate examine(const FoundManifest& found, const std::string& overlays, const Platform& platform);
std::vector<Candidate> examine_all(const SearchResult& found, const std::string& overlays,
                                   const Platform& platform);

}  // namespace sluice::modules
