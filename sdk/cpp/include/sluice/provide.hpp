// The answer of a module that provides one interface to the host's query.
#pragma once

#include <string_view>

#include <sluice/abi/module.h>
#include <sluice/error.hpp>

namespace sluice {

// `table` and `self` stay valid until the module is destroyed.
template <class Table>
sluice_status provide(std::string_view wanted, std::string_view id, std::uint32_t minor_min,
                      const Table& table, void* self, sluice_interface* out) {
  if (wanted != id) return SLUICE_STATUS_NOT_FOUND;
  if (minor_min > table.minor) return SLUICE_STATUS_NOT_SUPPORTED;
  if (!out || out->struct_size < sizeof *out) return SLUICE_STATUS_ARGUMENT;
  *out = {sizeof *out, table.minor, &table, self};
  return SLUICE_STATUS_OK;
}

}  // namespace sluice
