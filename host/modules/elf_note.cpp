// The descriptor of our own ELF note (sdk/abi: note.h). Only `major` is promised to stand where it stands in
// every later layout.
#include <algorithm>

#include "modules/elf_file.hpp"
#include "modules/elf_image.hpp"
#include "sluice/abi/note.h"

namespace sluice::modules {
namespace {

constexpr std::uint32_t served_major = 1;

bool all_zero(std::span<const std::byte> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

template <std::size_t Size>
std::string padded(const char (&text)[Size]) {
  return {text, std::find(text, text + Size, '\0')};
}

}  // namespace

boost::system::result<SluiceNote, std::string> parse_note(std::span<const std::byte> descriptor) {
  const ElfImage view(descriptor);
  const auto size = view.record<std::uint32_t>(0);
  const auto major = view.record<std::uint32_t>(4);
  if (!size || !major) return "it has " + std::to_string(descriptor.size()) + " bytes, expected 264";
  if (*major != served_major) {
    SluiceNote note;
    note.major = *major;
    return note;
  }
  if (*size < sizeof(sluice_note) || *size > descriptor.size())
    return "it states " + std::to_string(*size) + " bytes and has " + std::to_string(descriptor.size()) +
           ", expected 264";
  const auto raw = *view.record<sluice_note>(0);
  if (!all_zero(std::as_bytes(std::span(raw.reserved))) || !all_zero(descriptor.subspan(sizeof(sluice_note))))
    return std::string("it uses a field newer than this host");
  SluiceNote note;
  note.major = raw.major;
  note.minor_built = raw.minor_built;
  note.minor_min = raw.minor_min;
  std::memcpy(note.manifest_sha256.data(), raw.manifest_sha256, note.manifest_sha256.size());
  note.id = padded(raw.id);
  note.version = padded(raw.version);
  return note;
}

}  // namespace sluice::modules
