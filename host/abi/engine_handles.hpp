// Opaque handles of the engine's tables, as the engine's own objects: every cast between them is here.
#pragma once

#include <sluice/abi/types.h>

#include "abi/handles.hpp"
#include "abi/struct_check.hpp"
#include "engine/errc.hpp"
#include "engine/frame.hpp"

namespace sluice::engine {
class FdWatch;
class Operation;
class Publication;
class RegistryWatch;
class Subscription;
struct Timer;
}  // namespace sluice::engine

namespace sluice::abi {

template <class Handle>
struct Behind;

#define SLUICE_HANDLE(opaque, object) \
  template <>                         \
  struct Behind<opaque> {             \
    using type = engine::object;      \
  };

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

inline sluice_err to_err(const engine::Failure& failure) {
  sluice_err err{};
  err.struct_size = sizeof err;
  fail(&err, to_status(failure.code), failure.message, failure.hint);
  return err;
}

inline sluice_status fail(sluice_err* err, const engine::Failure& failure) {
  return fail(err, to_status(failure.code), failure.message, failure.hint);
}

}  // namespace sluice::abi
