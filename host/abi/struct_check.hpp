// The rules every struct that crosses the boundary obeys: its size first, an unknown tail only if it is all
// zero, outputs no larger than the caller has room for.
#pragma once

#include <sluice/abi/types.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace sluice::abi {

inline constexpr std::size_t absurd_struct_size =
    64 * 1024;  // a size field that was never set, not a newer caller

// Copies an input struct; fields the caller does not have are zero. `least`: the size of the oldest one
// served. ARGUMENT: null, too small, absurd. NEWER_FIELD: it uses a field we do not know.
template <class T>
sluice_status read_struct(const T* in, T& out, std::size_t least = sizeof(T)) {
  out = T{};
  if (in == nullptr) return SLUICE_STATUS_ARGUMENT;
  const std::size_t size = in->struct_size;
  if (size < least || size > absurd_struct_size) return SLUICE_STATUS_ARGUMENT;
  const auto* bytes = reinterpret_cast<const unsigned char*>(in);
  if (size > sizeof(T) &&
      std::any_of(bytes + sizeof(T), bytes + size, [](unsigned char byte) { return byte != 0; })) {
    return SLUICE_STATUS_NEWER_FIELD;
  }
  std::memcpy(&out, bytes, std::min(size, sizeof(T)));
  return SLUICE_STATUS_OK;
}

// Whether an output struct can be filled at all. Every output but its size is zeroed, as failures must leave
// it.
template <class T>
sluice_status prepare_output(T* out) {
  if (out == nullptr || out->struct_size < sizeof(out->struct_size)) return SLUICE_STATUS_ARGUMENT;
  const std::size_t size = std::min<std::size_t>(out->struct_size, sizeof(T));
  std::memset(reinterpret_cast<unsigned char*>(out) + sizeof(out->struct_size), 0,
              size - sizeof(out->struct_size));
  return SLUICE_STATUS_OK;
}

// Fills min(our size, the caller's); struct_size becomes what was filled.
template <class T>
sluice_status write_struct(T* out, T value) {
  if (out == nullptr || out->struct_size < sizeof(out->struct_size)) return SLUICE_STATUS_ARGUMENT;
  const std::size_t size = std::min<std::size_t>(out->struct_size, sizeof(T));
  value.struct_size = static_cast<decltype(value.struct_size)>(size);
  std::memcpy(static_cast<void*>(out), &value, size);
  return SLUICE_STATUS_OK;
}

// Text as given by a module: null with a length is no text, and nothing is endless.
inline bool readable(sluice_str text, std::size_t most = 64 * 1024) {
  return text.size <= most && (text.data != nullptr || text.size == 0);
}
inline std::string_view view(sluice_str text) {
  return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}
inline sluice_str borrow(std::string_view text) { return {text.data(), text.size()}; }

// The same for bytes; how many are too many is the callee's to say.
inline bool readable(sluice_bytes bytes) { return bytes.data != nullptr || bytes.size == 0; }
inline std::span<const std::uint8_t> view(sluice_bytes bytes) {
  return bytes.size == 0 ? std::span<const std::uint8_t>() : std::span(bytes.data, bytes.size);
}
inline sluice_bytes borrow(std::span<const std::uint8_t> bytes) { return {bytes.data(), bytes.size()}; }

// For a call that is wrong before there is any text.
inline sluice_status write_nothing(sluice_text* out) {
  if (out != nullptr) out->size = 0;
  return SLUICE_STATUS_ARGUMENT;
}

// Copies into the caller's room; LIMIT when it is too small (size then says how much it takes).
inline sluice_status write_text(sluice_text* out, std::string_view text) {
  if (out == nullptr || (out->data == nullptr && out->capacity != 0)) return write_nothing(out);
  out->size = text.size();
  if (const auto size = std::min<std::size_t>(text.size(), out->capacity); size != 0) {
    std::memcpy(out->data, text.data(), size);
  }
  return text.size() > out->capacity ? SLUICE_STATUS_LIMIT : SLUICE_STATUS_OK;
}

// The reason of a failure, into what the caller gave (nothing, if it gave nothing). Returns `status`.
inline sluice_status fail(sluice_err* err, sluice_status status, std::string_view message,
                          std::string_view hint = {}) {
  sluice_err filled{};
  filled.status = status;
  message.copy(filled.message, sizeof filled.message - 1);
  hint.copy(filled.hint, sizeof filled.hint - 1);
  if (err != nullptr) write_struct(err, filled);
  return status;
}

// A caller's error as text, for messages of the host.
inline std::string text_of(const sluice_err& err) {
  const auto until_zero = [](const char* text, std::size_t room) {
    return std::string(text, ::strnlen(text, room));
  };
  auto text = until_zero(err.message, sizeof err.message);
  if (const auto hint = until_zero(err.hint, sizeof err.hint); !hint.empty()) text += " (" + hint + ")";
  return text;
}

}  // namespace sluice::abi
