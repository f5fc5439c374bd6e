// From a staged file to a module that answered: map, one symbol, offer and answer. Whatever is refused on the
// way is unmapped again.
#pragma once

#include <sluice/abi/module.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "modules/refusal.hpp"

namespace sluice::modules {

using std::chrono::milliseconds;

// A library in this process. Without unmap() it stays mapped for good: its handle goes to a list that is
// never destroyed, because somebody may still run in it.
class Mapped {
 public:
  ~Mapped();
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;

  const std::filesystem::path& path() const;
  sluice_entry_fn entry() const;
  // Once. False: something still holds it, so its code is still there.
  bool unmap();

 private:
  friend Accepted<std::shared_ptr<Mapped>> map_here(const std::filesystem::path&);
  struct Handle;
  explicit Mapped(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

// Maps with RTLD_NOW | RTLD_LOCAL on a loader thread (initialisers run). Refuses with SL-LNK-001 (dlerror's
// whole text) and SL-ENT-001 (entry symbol missing; initialisers throw or outlast the deadline).
Accepted<std::shared_ptr<Mapped>> map_library(const std::filesystem::path& library, milliseconds deadline);
// The same on this very thread, however long it takes.
Accepted<std::shared_ptr<Mapped>> map_here(const std::filesystem::path& library);

struct Expected {
  std::string id;
  std::string version;
};

// What the entry gave, checked. `life` is our own copy; methods beyond the module's table are null.
struct Negotiated {
  std::uint32_t minor = 0;
  sluice_module_life life{};
  void* self = nullptr;
};

// Calls the entry on a loader thread. Refuses with SL-ENT-001 and SL-ABI-005. If it does not come back in
// time its thread is left behind with `mapped` and `host`, and `left_behind` is set.
Accepted<Negotiated> negotiate(const std::shared_ptr<Mapped>& mapped,
                               const std::shared_ptr<const sluice_host>& host, const Expected& expected,
                               milliseconds deadline, bool& left_behind);
// The same on this very thread, however long it takes.
Accepted<Negotiated> negotiate_here(const Mapped& mapped, const sluice_host& host, const Expected& expected);

// Pure: judges an answer that had `room` bytes to write into. `path` is only for the words.
Accepted<Negotiated> check_answer(const sluice_answer& answer, std::size_t room, const Expected& expected,
                                  const std::string& path);

// Runs `work` on a thread made for it, so that thread-local destructors of the module run before any
// unmapping. False: not back by the deadline; the thread is left to itself and keeps what `work` holds alive.
bool run_on_loader_thread(milliseconds deadline, std::function<void()> work);

// Whether any mapping of this process comes from the file.
bool is_mapped(const std::filesystem::path& library);

}  // namespace sluice::modules
