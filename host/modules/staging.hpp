// A module's own private copy: the bytes that were checked are the bytes that run, and no path is used twice
// (the dynamic linker would hand out the old code for a path it knows).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "modules/manifest.hpp"
#include "modules/preflight.hpp"
#include "modules/refusal.hpp"

namespace sluice::modules {

inline constexpr std::size_t max_bundle_files = 4096;
inline constexpr std::uint64_t max_bundle_bytes = 1024ull * 1024 * 1024;

// Removes the folder again at its end, unless told to keep it.
class Staged {
 public:
  Staged() = default;
  Staged(std::filesystem::path folder, std::filesystem::path library)
      : folder_(std::move(folder)), library_(std::move(library)) {}
  ~Staged() { remove(); }
  Staged(Staged&& other) noexcept { swap(other); }
  Staged& operator=(Staged&& other) noexcept {
    swap(other);
    return *this;
  }

  const std::filesystem::path& folder() const { return folder_; }
  const std::filesystem::path& library() const { return library_; }
  void remove() noexcept;
  void keep() { folder_.clear(); }  // parked and zombie generations still read from it

 private:
  void swap(Staged& other) noexcept {
    folder_.swap(other.folder_);
    library_.swap(other.library_);
  }
  std::filesystem::path folder_, library_;
};

// Makes `<root>/modules/<id>/<generation>-<sha8>/` (0700 all the way from `root`) and fills it with
// `library.bytes`, the libraries it needs from its bundle, and, if the module has a folder of its own (named
// as its id), that folder. Refuses with SL-SEC-002 when the bytes are not those of `expected`, and with
// SL-LNK-001 (no space, no execution allowed there, no permission) with what to do.
Accepted<Staged> stage(const std::filesystem::path& root, std::uint32_t generation, const Manifest& manifest,
                       const CheckedLibrary& library, const Digest& expected);

}  // namespace sluice::modules
