#include "sluice/mux/ts/descriptor.hpp"

#include "sluice/wire/byte_writer.hpp"

namespace sluice::mux::ts {
namespace {

constexpr uint8_t extension_user = 0x80;  // what the Opus mapping uses: a user defined extension

std::optional<Descriptor> find(std::span<const uint8_t> list, uint8_t tag) {
  DescriptorWalk walk(list);
  while (const auto descriptor = walk.next()) {
    if (descriptor->tag == tag) return descriptor;
  }
  return std::nullopt;
}

size_t least_size(uint8_t tag) {
  return tag == descriptor_registration ? 4 : tag == descriptor_extension ? 1 : 0;
}

}  // namespace

std::optional<Descriptor> DescriptorWalk::next() {
  if (!ok_ || left_.empty()) return std::nullopt;
  if (left_.size() < 2 || size_t{left_[1]} + 2 > left_.size()) {
    ok_ = false;
    return std::nullopt;
  }
  const Descriptor descriptor{left_[0], left_.subspan(2, left_[1])};
  left_ = left_.subspan(descriptor.bytes.size() + 2);
  return descriptor;
}

Result<void> check_descriptors(std::span<const uint8_t> list) {
  DescriptorWalk walk(list);
  while (const auto descriptor = walk.next()) {
    if (descriptor->bytes.size() < least_size(descriptor->tag)) return Errc::malformed;
    if (descriptor->tag == descriptor_language && descriptor->bytes.size() % 4 != 0) return Errc::malformed;
  }
  if (!walk.ok()) return Errc::malformed;
  return {};
}

std::optional<uint32_t> find_registration(std::span<const uint8_t> list) {
  const auto found = find(list, descriptor_registration);
  if (!found || found->bytes.size() < 4) return std::nullopt;
  uint32_t code = 0;
  for (size_t i = 4; i-- > 0;) code = code << 8 | found->bytes[i];
  return code;
}

std::string_view find_language(std::span<const uint8_t> list) {
  const auto found = find(list, descriptor_language);
  if (!found || found->bytes.size() < 4) return {};
  return {reinterpret_cast<const char*>(found->bytes.data()), 3};
}

bool has_descriptor(std::span<const uint8_t> list, uint8_t tag) { return find(list, tag).has_value(); }

std::optional<uint8_t> find_opus_channels(std::span<const uint8_t> list) {
  const auto found = find(list, descriptor_extension);
  if (!found || found->bytes.size() < 2 || found->bytes[0] != extension_user) return std::nullopt;
  return found->bytes[1];
}

void add_registration(std::vector<uint8_t>& list, uint32_t code) {
  wire::ByteWriter out(list);
  out.u8(descriptor_registration);
  out.u8(4);
  for (unsigned i = 0; i < 4; ++i) out.u8(code >> (8 * i) & 0xff);
}

void add_language(std::vector<uint8_t>& list, std::string_view three_letters) {
  wire::ByteWriter out(list);
  out.u8(descriptor_language);
  out.u8(4);
  out.text(three_letters.substr(0, 3));
  out.u8(0);  // audio_type: not stated
}

void add_opus_channels(std::vector<uint8_t>& list, uint8_t channel_config_code) {
  wire::ByteWriter out(list);
  out.u8(descriptor_extension);
  out.u8(2);
  out.u8(extension_user);
  out.u8(channel_config_code);
}

}  // namespace sluice::mux::ts
