#include "kit/door.hpp"

#include <sluice/abi/sluice.h>

#include <cstring>
#include <utility>

#include "abi/host_abi.hpp"
#include "abi/struct_check.hpp"
#include "kit/watched_tables.hpp"

namespace sluice::kit {
namespace {

constexpr std::size_t newer_bytes = 8 * sizeof(void*);
constexpr std::size_t table_head = 2 * sizeof(std::uint32_t);  // struct_size, minor

const void* watched(const std::string& id, const void* table) {
  return id == SLUICE_ENGINE_ID ? &watched_engine() : table;
}

}  // namespace

std::shared_ptr<sluice_host> Door::open(const std::shared_ptr<Door>& door, Seat& seat) {
  door->seat_ = &seat;
  door->own_ = abi::host_for(seat);
  door->front_.host = {sizeof(sluice_host), 0, door.get(), &Door::get_interface};
  if (door->shape_.newer) door->front_.host.struct_size = sizeof(Front);
  return {door, &door->front_.host};
}

std::set<std::string> Door::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

sluice_status Door::get_interface(void* self, sluice_str id, std::uint32_t minor_min, sluice_interface* out,
                                  sluice_err* err) noexcept {
  auto& door = *static_cast<Door*>(self);
  std::string name;
  if (abi::readable(id, 256)) name = abi::view(id);
  {
    const std::lock_guard lock(door.mutex_);
    door.asked_.insert(name);
  }
  if (door.shape_.lack == Lack::interface && name == door.shape_.iface) {
    abi::prepare_output(out);
    return abi::fail(err, SLUICE_STATUS_NOT_FOUND, "this host provides no " + name);
  }
  const auto status = door.own_.get_interface(door.own_.self, id, minor_min, out, err);
  if (status != SLUICE_STATUS_OK) return status;
  out->table = door.shaped(name, out->table);
  if (door.shape_.newer) ++out->minor;
  return status;
}

const void* Door::shaped(const std::string& id, const void* table) {
  table = watched(id, table);
  const bool poorer = id == shape_.iface && shape_.lack != Lack::nothing;
  if (!poorer && !shape_.newer) return table;
  const std::lock_guard lock(mutex_);
  auto& copy = tables_[id];
  if (!copy.empty()) return copy.data();
  std::uint32_t size = 0;
  std::memcpy(&size, table, sizeof size);
  copy.assign((size + newer_bytes) / sizeof(std::max_align_t) + 1, {});
  auto* const bytes = reinterpret_cast<unsigned char*>(copy.data());
  std::memcpy(bytes, table, poorer ? table_head : size);
  if (shape_.newer) {
    size += newer_bytes;
    ++reinterpret_cast<std::uint32_t*>(bytes)[1];  // minor
  }
  if (poorer && shape_.lack == Lack::later_part) size = table_head;
  std::memcpy(bytes, &size, sizeof size);
  return copy.data();
}

}  // namespace sluice::kit
