// Opaque handles of the engine's tables, as the engine's own objects: every cast between them is here.
#pragma once

#include <sluice/abi/types.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "engine/errc.hpp"
#include "engine/frame.hpp"

namespace sluice::engine {
class FdWatch;
class Lane;
class Operation;
class Publication;
class RegistryWatch;
class Subscription;
struct Timer;
}  // namespace sluice::engine

namespace sluice::abi {

template <class Handle>
struct Behind;

#define SLUICE_HANDLE(handle, object) \
  template <>                         \
  struct Behind<handle> {             \
    using type = engine::object;      \
  };                                  \
  inline handle* as_handle(engine::object* thing) { return reinterpret_cast<handle*>(thing); }

SLUICE_HANDLE(sluice_lane, Lane)
SLUICE_HANDLE(sluice_timer, Timer)
SLUICE_HANDLE(sluice_watch, FdWatch)
SLUICE_HANDLE(sluice_op, Operation)
SLUICE_HANDLE(sluice_publication, Publication)
SLUICE_HANDLE(sluice_subscription, Subscription)
SLUICE_HANDLE(sluice_registry_watch, RegistryWatch)
#undef SLUICE_HANDLE

template <class Handle>
typename Behind<Handle>::type* behind(Handle* handle) {
  return reinterpret_cast<typename Behind<Handle>::type*>(handle);
}

inline sluice_status to_status(engine::Errc code) { return static_cast<sluice_status>(code); }
inline sluice_status to_status(const error_code& code) { return code.value(); }
inline sluice_str to_str(std::string_view text) { return {text.data(), text.size()}; }

static_assert(static_cast<sluice_status>(engine::Errc::argument) == SLUICE_STATUS_ARGUMENT);
static_assert(static_cast<sluice_status>(engine::Errc::state) == SLUICE_STATUS_STATE);
static_assert(static_cast<sluice_status>(engine::Errc::not_found) == SLUICE_STATUS_NOT_FOUND);
static_assert(static_cast<sluice_status>(engine::Errc::busy) == SLUICE_STATUS_BUSY);
static_assert(static_cast<sluice_status>(engine::Errc::denied) == SLUICE_STATUS_DENIED);
static_assert(static_cast<sluice_status>(engine::Errc::not_supported) == SLUICE_STATUS_NOT_SUPPORTED);
static_assert(static_cast<sluice_status>(engine::Errc::limit) == SLUICE_STATUS_LIMIT);
static_assert(static_cast<sluice_status>(engine::Errc::no_memory) == SLUICE_STATUS_NO_MEMORY);
static_assert(static_cast<sluice_status>(engine::Errc::io) == SLUICE_STATUS_IO);
static_assert(static_cast<sluice_status>(engine::Errc::media) == SLUICE_STATUS_MEDIA);
static_assert(static_cast<sluice_status>(engine::Errc::cancelled) == SLUICE_STATUS_CANCELLED);
static_assert(static_cast<sluice_status>(engine::Errc::timeout) == SLUICE_STATUS_TIMEOUT);
static_assert(static_cast<sluice_status>(engine::Errc::gone) == SLUICE_STATUS_GONE);

inline void copy_text(char* out, std::size_t room, std::string_view text) {
  const std::size_t size = std::min(room - 1, text.size());
  std::memcpy(out, text.data(), size);
  out[size] = '\0';
}

inline sluice_err to_err(const engine::Failure& failure) {
  sluice_err err{};
  err.struct_size = sizeof err;
  err.status = to_status(failure.code);
  copy_text(err.message, sizeof err.message, failure.message);
  copy_text(err.hint, sizeof err.hint, failure.hint);
  return err;
}

// Into the room a caller gave; null: it does not want to know.
inline void fill(sluice_err* out, const engine::Failure& failure) {
  if (out == nullptr) return;
  const std::uint32_t room = std::min<std::uint32_t>(out->struct_size, sizeof(sluice_err));
  if (room < offsetof(sluice_err, message)) return;
  sluice_err err = to_err(failure);
  err.struct_size = out->struct_size;
  std::memcpy(out, &err, room);
}

// Rule of struct_size: a smaller struct is an older caller's, a larger one is fine while what I do not know
// of it is zero. `at_least`: the first release of the struct had so many bytes.
template <class Struct>
sluice_status take_struct(const Struct* from, std::size_t at_least, Struct& to) {
  if (from == nullptr || from->struct_size < at_least) return SLUICE_STATUS_ARGUMENT;
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(from);
  for (std::size_t i = sizeof(Struct); i < from->struct_size; ++i) {
    if (bytes[i] != 0) return SLUICE_STATUS_NEWER_FIELD;
  }
  to = {};
  std::memcpy(&to, from, std::min<std::size_t>(from->struct_size, sizeof(Struct)));
  return SLUICE_STATUS_OK;
}

}  // namespace sluice::abi
