// The one place where exceptions end: nothing thrown may cross the .so line.
#pragma once

#include <exception>
#include <new>
#include <utility>

#include <sluice/error.hpp>

namespace sluice {

// Runs `body` (returning sluice_status or void) and turns whatever it throws into a status with text.
template <class Body>
sluice_status at_boundary(sluice_err* err, Body&& body) noexcept {
  try {
    if constexpr (std::is_void_v<decltype(body())>) {
      std::forward<Body>(body)();
      return SLUICE_STATUS_OK;
    } else {
      return std::forward<Body>(body)();
    }
  } catch (const Error& error) {
    return fail(err, error.status(), error.what(), error.hint());
  } catch (const std::bad_alloc&) {
    return fail(err, SLUICE_STATUS_NO_MEMORY, "out of memory");
  } catch (const std::exception& error) {
    return fail(err, SLUICE_STATUS_INTERNAL, error.what());
  } catch (...) {
    return fail(err, SLUICE_STATUS_INTERNAL, "an exception of unknown type");
  }
}

// The same for callbacks that return nothing: what they throw has nowhere to go but this hook.
template <class OnError, class Body>
void in_callback(OnError&& on_error, Body&& body) noexcept {
  sluice_err err = empty_err();
  if (at_boundary(&err, std::forward<Body>(body)) != SLUICE_STATUS_OK) on_error(err);
}

}  // namespace sluice
