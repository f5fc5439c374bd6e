// The host as a module under test finds it: the interfaces as they are but watched, or as those of a newer,
// an older or a poorer host.
#pragma once

#include <sluice/abi/module.h>

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "abi/seat.hpp"

namespace sluice::kit {

enum class Lack {
  nothing,
  interface,   // get_interface says NOT_FOUND
  methods,     // every method is null
  later_part,  // the table ends before its first method
};

struct HostShape {
  bool newer = false;  // every struct and table is larger by fields the module cannot know, all zero
  std::string iface;   // which interface `lack` is about
  Lack lack = Lack::nothing;
};

// Lives as long as the module's code can be reached.
class Door {
 public:
  explicit Door(HostShape shape) : shape_(std::move(shape)) {}
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  // Once. The host table for this seat, which shares the ownership of `door`.
  static std::shared_ptr<sluice_host> open(const std::shared_ptr<Door>& door, Seat& seat);

  Seat& seat() const { return *seat_; }  // after open
  std::set<std::string> asked() const;   // ids that get_interface was asked for

 private:
  static sluice_status get_interface(void* self, sluice_str id, std::uint32_t minor_min,
                                     sluice_interface* out, sluice_err* err) noexcept;
  const void* shaped(const std::string& id, const void* table);

  // A host table with room behind it for what a newer host would have.
  struct Front {
    sluice_host host{};
    std::uint64_t unknown[8] = {};
  };

  const HostShape shape_;
  Seat* seat_ = nullptr;
  Front front_;
  sluice_host own_{};
  mutable std::mutex mutex_;
  std::set<std::string> asked_;
  std::map<std::string, std::vector<std::max_align_t>> tables_;  // as shaped
};

}  // namespace sluice::kit
