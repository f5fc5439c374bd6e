#include "sluice/media/codec_string.hpp"

#include <array>
#include <cstdio>

#include "sluice/media/aac.hpp"
#include "sluice/media/av1.hpp"
#include "sluice/media/avc.hpp"
#include "sluice/media/hevc.hpp"
#include "sluice/media/vp9.hpp"

namespace sluice::media {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr uint32_t code(const char (&text)[5]) {
  return static_cast<uint32_t>(static_cast<uint8_t>(text[0])) | static_cast<uint32_t>(text[1]) << 8 |
         static_cast<uint32_t>(text[2]) << 16 | static_cast<uint32_t>(text[3]) << 24;
}

template <class... Values>
std::string worded(const char* format, Values... values) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

// RFC 6381 3.3.
std::string avc(Bytes record) {
  const auto config = parse_avc_config(record);
  return config ? worded("avc1.%02x%02x%02x", config->profile, config->constraints, config->level) : "";
}

uint32_t mirrored(uint32_t value) {
  uint32_t out = 0;
  for (int i = 0; i < 32; ++i) out |= (value >> i & 1) << (31 - i);
  return out;
}

// ISO/IEC 14496-15 E.3: profile, compatibility mirrored, tier and level, constraints without trailing zeros.
std::string hevc(Bytes record) {
  const auto config = parse_hevc_config(record);
  if (!config) return "";
  const HevcProfileTierLevel& ptl = config->profile;
  constexpr std::array<const char*, 4> spaces = {"", "A", "B", "C"};
  const uint32_t compatible = static_cast<uint32_t>(ptl[1]) << 24 | static_cast<uint32_t>(ptl[2]) << 16 |
                              static_cast<uint32_t>(ptl[3]) << 8 | ptl[4];
  std::string text = worded("hvc1.%s%u.%x.%c%u", spaces[ptl[0] >> 6], ptl[0] & 31u, mirrored(compatible),
                            ptl[0] & 0x20 ? 'H' : 'L', ptl[11]);
  size_t last = 11;
  while (last > 5 && ptl[last - 1] == 0) --last;
  for (size_t i = 5; i < last; ++i) text += worded(".%x", ptl[i]);
  return text;
}

// AV1-ISOBMFF 5, the short form.
std::string av1(Bytes record) {
  const auto config = parse_av1_config(record);
  if (!config) return "";
  const Av1SequenceHeader& header = config->header;
  const unsigned depth = header.twelve_bit ? 12 : header.high_bit_depth ? 10 : 8;
  return worded("av01.%u.%02u%c.%02u", header.profile, header.level, header.tier ? 'H' : 'M', depth);
}

// VP Codec ISO Media File Format Binding, the short form.
std::string vp9(Bytes record) {
  const auto config = record.empty() ? Result<Vp9Config>(Vp9Config{}) : parse_vp9_config(record);
  return config ? worded("vp09.%02u.%02u.%02u", config->profile, config->level, config->bit_depth) : "";
}

std::string aac(Bytes bytes) {
  const auto config = parse_aac_config(bytes);
  if (!config) return "";
  return worded("mp4a.40.%u", config->ps ? 29u : config->sbr ? 5u : config->object_type);
}

}  // namespace

std::string codec_string(uint32_t fourcc, Bytes config) {
  switch (fourcc) {
    case code("avc1"):
      return avc(config);
    case code("hvc1"):
      return hevc(config);
    case code("av01"):
      return av1(config);
    case code("vp09"):
      return vp9(config);
    case code("mp4a"):
      return aac(config);
    case code("Opus"):
      return "opus";
    case code(".mp3"):
      return "mp4a.6B";
    case code("ac-3"):
      return "ac-3";
    default:
      return "";
  }
}

}  // namespace sluice::media
