#include "sluice/media/codec_string.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace sluice::media {
namespace {

constexpr uint32_t code_of(const char (&text)[5]) {
  uint32_t code = 0;
  for (unsigned i = 0; i < 4; ++i)
    code |= static_cast<uint32_t>(static_cast<unsigned char>(text[i])) << (8 * i);
  return code;
}

std::string hex(uint32_t value, unsigned digits, std::string_view alphabet = "0123456789abcdef") {
  std::string out;
  for (unsigned shift = 4 * digits; shift > 0; shift -= 4) out += alphabet[value >> (shift - 4) & 15];
  return out;
}

std::string bare_hex(uint32_t value) {
  const std::string all = hex(value, 8, "0123456789ABCDEF");
  const size_t first = all.find_first_not_of('0');
  return first == std::string::npos ? "0" : all.substr(first);
}

std::string decimal(uint32_t value, size_t digits) {
  const std::string text = std::to_string(value);
  return std::string(digits - std::min(digits, text.size()), '0') + text;
}

uint32_t reversed(uint32_t value) {
  uint32_t out = 0;
  for (int bit = 0; bit < 32; ++bit) out = out << 1 | (value >> bit & 1);
  return out;
}

std::string four_characters(uint32_t codec) {
  std::string out;
  for (unsigned i = 0; i < 4; ++i) {
    const auto c = static_cast<char>(codec >> (8 * i) & 0xff);
    if (c > ' ' && c < 0x7f && c != ',' && c != '"' && c != '\\') out += c;
  }
  return out;
}

template <class Config>
Result<std::string> of_parsed(const Result<Config>& config) {
  if (!config) return config.error();
  return codec_string(*config);
}

}  // namespace

std::string codec_string(const AvcConfig& config) {
  return "avc1." + hex(config.profile, 2) + hex(config.constraints, 2) + hex(config.level, 2);
}

std::string codec_string(const HevcConfig& config) {
  const auto& profile =
      config.profile;  // space, tier and idc; compatibility; six bytes of constraints; level
  constexpr std::array<std::string_view, 4> spaces = {"", "A", "B", "C"};
  std::string out = "hvc1." + std::string(spaces[profile[0] >> 6]) + std::to_string(profile[0] & 0x1f);
  const uint32_t compatibility = static_cast<uint32_t>(profile[1]) << 24 |
                                 static_cast<uint32_t>(profile[2]) << 16 |
                                 static_cast<uint32_t>(profile[3]) << 8 | profile[4];
  out += "." + bare_hex(reversed(compatibility));
  out += (profile[0] & 0x20 ? ".H" : ".L") + std::to_string(profile[11]);
  size_t end = 11;
  while (end > 5 && profile[end - 1] == 0) --end;
  for (size_t i = 5; i < end; ++i) out += "." + bare_hex(profile[i]);
  return out;
}

std::string codec_string(const Av1Config& config) {
  const Av1SequenceHeader& header = config.header;
  const unsigned depth = header.twelve_bit ? 12 : header.high_bit_depth ? 10 : 8;
  return "av01." + std::to_string(header.profile) + "." + decimal(header.level, 2) +
         (header.tier ? "H" : "M") + "." + decimal(depth, 2);
}

std::string codec_string(const Vp9Config& config) {
  std::string out = "vp09." + decimal(config.profile, 2) + "." + decimal(config.level, 2) + "." +
                    decimal(config.bit_depth, 2);
  constexpr uint8_t unspecified = 2;
  const bool plain =
      config.chroma_subsampling <= 1 && !config.full_range && config.colour_primaries == unspecified &&
      config.transfer_characteristics == unspecified && config.matrix_coefficients == unspecified;
  if (plain) return out;  // the optional fields come all together or not at all
  for (const uint8_t field :
       {config.chroma_subsampling, config.colour_primaries, config.transfer_characteristics,
        config.matrix_coefficients, static_cast<uint8_t>(config.full_range)})
    out += "." + decimal(field, 2);
  return out;
}

std::string codec_string(const AacConfig& config) {
  constexpr unsigned he = 5, he_v2 = 29;
  return "mp4a.40." + std::to_string(config.ps ? he_v2 : config.sbr ? he : config.object_type);
}

Result<std::string> codec_string(uint32_t codec, std::span<const uint8_t> config) {
  switch (codec) {
    case code_of("avc1"):
      return of_parsed(parse_avc_config(config));
    case code_of("hvc1"):
      return of_parsed(parse_hevc_config(config));
    case code_of("av01"):
      return of_parsed(parse_av1_config(config));
    case code_of("vp09"):
      return of_parsed(config.empty() ? Result<Vp9Config>(Vp9Config{}) : parse_vp9_config(config));
    case code_of("vp08"):
      return std::string("vp8");
    case code_of("mp4a"):
      return of_parsed(parse_aac_config(config));
    case code_of(".mp3"):
      return std::string("mp4a.6B");
    case code_of("Opus"):
      return std::string("opus");
    default:
      return four_characters(codec);
  }
}

}  // namespace sluice::media
