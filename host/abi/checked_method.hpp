// One method of a host table with its call judged first. For the checked tables only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "abi/call_check.hpp"
#include "abi/struct_check.hpp"

namespace sluice::abi {

// A method's name as a template's argument.
template <std::size_t Size>
struct Name {
  char text[Size];
  constexpr Name(const char (&name)[Size]) { std::copy_n(name, Size, text); }
};

// The host's own table behind a checked one, and its id: specialised where the tables are built.
template <class Table>
struct Own;

inline sluice_err* err_of() { return nullptr; }
template <class... Rest>
sluice_err* err_of(sluice_err* err, Rest...) {
  return err;
}
template <class First, class... Rest>
sluice_err* err_of(First, Rest... rest) {
  return err_of(rest...);
}

template <auto Method, Name name, On on>
struct Checked;
template <class Table, class Result, class First, class... Rest, Result (*Table::*Call)(First, Rest...),
          Name name, On on>
struct Checked<Call, name, on> {
  static constexpr Method method{Own<Table>::id, name.text};

  static Result call(First first, Rest... rest) {
    const Judged judged = judge(method, on, first);
    if constexpr (std::is_void_v<Result>) {
      if (judged.status == SLUICE_STATUS_OK) (Own<Table>::table().*Call)(first, rest...);
    } else {
      // What is refused is called all the same, without a handle: so its outputs are zeroed.
      const Result result = (Own<Table>::table().*Call)(first, checked_argument(judged, method, rest)...);
      if constexpr (std::is_same_v<Result, sluice_status>) {
        if (judged.status == SLUICE_STATUS_STATE) {
          return fail(err_of(rest...), SLUICE_STATUS_STATE, "called on the wrong thread");
        }
        return told(judged, method, result, err_of(rest...));
      }
      return result;
    }
  }
};

// For a table that begins as a copy of the host's own.
#define SLUICE_CHECKED(table, type, name, on) table.name = &Checked<&type::name, #name, on>::call

}  // namespace sluice::abi
