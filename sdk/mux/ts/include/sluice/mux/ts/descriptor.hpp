// Descriptors of a programme map (ISO/IEC 13818-1 2.6) as far as they say what a stream is.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sluice/mux/ts/error.hpp"

namespace sluice::mux::ts {

enum : uint8_t {
  descriptor_registration = 0x05,  // 2.6.8: a four-character code
  descriptor_language = 0x0a,      // 2.6.18: ISO 639-2
  descriptor_dvb_ac3 = 0x6a,       // ETSI EN 300 468 D.3
  descriptor_extension = 0x7f,     // ETSI EN 300 468 6.2.16
};

struct Descriptor {
  uint8_t tag = 0;
  std::span<const uint8_t> bytes;
};

class DescriptorWalk {
 public:
  explicit DescriptorWalk(std::span<const uint8_t> list) : left_(list) {}
  // Nothing at the end or when a length does not fit; ok() tells which.
  std::optional<Descriptor> next();
  bool ok() const { return ok_; }

 private:
  std::span<const uint8_t> left_;
  bool ok_ = true;
};

// Lengths fit, and what is read here is long enough for what it says. Fails with Errc::malformed.
Result<void> check_descriptors(std::span<const uint8_t> list);

std::optional<uint32_t> find_registration(std::span<const uint8_t> list);  // as SLUICE_FOURCC
std::string_view find_language(std::span<const uint8_t> list);             // three letters, or empty
bool has_descriptor(std::span<const uint8_t> list, uint8_t tag);
// channel_config_code of the Opus in MPEG-TS mapping.
std::optional<uint8_t> find_opus_channels(std::span<const uint8_t> list);

void add_registration(std::vector<uint8_t>& list, uint32_t code);
void add_language(std::vector<uint8_t>& list, std::string_view three_letters);
void add_opus_channels(std::vector<uint8_t>& list, uint8_t channel_config_code);

}  // namespace sluice::mux::ts
