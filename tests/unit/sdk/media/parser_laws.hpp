// Laws every parser of a whole item keeps, checked over one sound example: any truncation and any single
// changed byte give an answer or an error, never harm (the sanitizers watch).
#pragma once

#include <catch2/catch.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace sluice::test {

// Each copy sits in a buffer of exactly its size, so that a read past the end is seen.
template <class Parse>
void survives_truncation_and_damage(const std::vector<uint8_t>& sound, Parse parse) {
  for (size_t size = 0; size < sound.size(); ++size) {
    const std::vector<uint8_t> cut(sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(size));
    parse(std::span<const uint8_t>(cut));
  }
  for (size_t at = 0; at < sound.size(); ++at) {
    for (const uint8_t value : {0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff}) {
      std::vector<uint8_t> damaged = sound;
      damaged[at] = value;
      parse(std::span<const uint8_t>(damaged));
    }
  }
  SUCCEED("no harm");
}

}  // namespace sluice::test
