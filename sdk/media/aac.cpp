#include "sluice/media/aac.hpp"

#include <algorithm>
#include <array>

#include "sluice/wire/bit_reader.hpp"

namespace sluice::media {
namespace {

using wire::BitReader;

constexpr std::array<uint32_t, 13> rates = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                            22050, 16000, 12000, 11025, 8000,  7350};
constexpr uint32_t rate_escape = 15;
constexpr uint32_t max_rate = 192000;
constexpr uint8_t type_sbr = 5, type_ld = 23, type_ps = 29, type_eld = 39;

uint8_t read_object_type(BitReader& in) {
  const auto type = in.u(5);
  return static_cast<uint8_t>(type == 31 ? 32 + in.u(6) : type);
}

Result<uint32_t> read_rate(BitReader& in) {
  const auto index = in.u(4);
  const auto rate = static_cast<uint32_t>(index == rate_escape   ? in.u(24)
                                          : index < rates.size() ? rates[index]
                                                                 : 0);
  if (!in.ok()) return Errc::truncated;
  if (rate == 0) return Errc::malformed;
  if (rate > max_rate) return Errc::beyond_limits;
  return rate;
}

// Table 1.19. 0 for what is reserved.
uint8_t channels_of(uint8_t configuration) {
  constexpr std::array<uint8_t, 15> counts = {0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8};
  return configuration < counts.size() ? counts[configuration] : 0;
}

// Table 4.2, as far as the elements that carry sound.
uint8_t count_program_channels(BitReader& in) {
  in.skip(4 + 2 + 4);
  const auto front = in.u(4), side = in.u(4), back = in.u(4), lfe = in.u(2);
  in.skip(3 + 4);
  if (in.flag()) in.skip(4);
  if (in.flag()) in.skip(4);
  if (in.flag()) in.skip(3);
  uint64_t channels = lfe;
  for (uint64_t i = 0; i < front + side + back; ++i) {
    channels += in.flag() ? 2 : 1;
    in.skip(4);
  }
  return static_cast<uint8_t>(channels);
}

// Table 4.1.
void read_general_audio(BitReader& in, AacConfig& config) {
  const bool short_frames = in.flag();
  config.samples_per_frame = config.object_type == type_ld ? (short_frames ? 480 : 512)
                             : short_frames                ? 960
                                                           : 1024;
  if (in.flag()) in.skip(14);  // core coder delay
  const bool extension = in.flag();
  if (config.channel_configuration == 0) config.channels = count_program_channels(in);
  if (!extension) return;
  if (config.object_type == type_ld) in.skip(3);
  in.skip(1);
}

// The backward compatible signalling that may follow, 1.6.5.2. Its absence is no fault.
void read_sync_extension(BitReader& in, AacConfig& config) {
  if (config.sbr || in.left() < 16 || in.u(11) != 0x2b7 || read_object_type(in) != type_sbr || !in.flag())
    return;
  const auto rate = read_rate(in);
  if (!rate) return;
  config.sbr = true;
  config.output_rate = *rate;
  if (in.left() >= 12 && in.u(11) == 0x548) config.ps = in.flag();
}

bool carries(uint8_t type) { return (type >= 1 && type <= 4) || type == type_ld || type == type_eld; }

}  // namespace

Result<AacConfig> parse_aac_config(std::span<const uint8_t> bytes) {
  if (bytes.size() < 2) return Errc::truncated;
  BitReader in(bytes);
  AacConfig config;
  config.object_type = read_object_type(in);
  auto rate = read_rate(in);
  if (!rate) return rate.error();
  config.sample_rate = config.output_rate = *rate;
  config.channel_configuration = static_cast<uint8_t>(in.u(4));
  if (config.object_type == type_sbr || config.object_type == type_ps) {
    config.sbr = true;
    config.ps = config.object_type == type_ps;
    rate = read_rate(in);
    if (!rate) return rate.error();
    config.output_rate = *rate;
    config.object_type = read_object_type(in);
  }
  if (!in.ok()) return Errc::truncated;
  if (!carries(config.object_type)) return Errc::unsupported;
  config.channels = channels_of(config.channel_configuration);
  if (config.channels == 0 && config.channel_configuration != 0) return Errc::malformed;
  if (config.object_type == type_eld) {
    config.samples_per_frame = in.flag() ? 480 : 512;
    if (config.channels == 0) return Errc::unsupported;
    return config;
  }
  read_general_audio(in, config);
  if (!in.ok()) return Errc::truncated;
  if (config.channels == 0) return Errc::malformed;
  read_sync_extension(in, config);
  return config;
}

namespace {

class BitWriter {
 public:
  void u(unsigned count, uint64_t value) {
    for (unsigned i = count; i-- > 0; ++bits_) {
      if (bits_ % 8 == 0) bytes_.push_back(0);
      bytes_.back() = static_cast<uint8_t>(bytes_.back() | (value >> i & 1) << (7 - bits_ % 8));
    }
  }
  void rate(uint32_t value) {
    const auto known = std::find(rates.begin(), rates.end(), value);
    if (known != rates.end()) return u(4, static_cast<uint64_t>(known - rates.begin()));
    u(4, rate_escape);
    u(24, value);
  }
  std::vector<uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<uint8_t> bytes_;
  size_t bits_ = 0;
};

}  // namespace

Result<std::vector<uint8_t>> serialise_aac_config(const AacConfig& config) {
  if (config.channel_configuration == 0 || config.object_type == type_eld) return Errc::unsupported;
  if (config.object_type > 30) return Errc::unsupported;
  BitWriter out;
  out.u(5, config.ps ? type_ps : config.sbr ? type_sbr : config.object_type);
  out.rate(config.sample_rate);
  out.u(4, config.channel_configuration);
  if (config.sbr) {
    out.rate(config.output_rate);
    out.u(5, config.object_type);
  }
  out.u(1, config.samples_per_frame == 960 || config.samples_per_frame == 480);
  out.u(2, 0);  // no core coder, no extension
  return out.take();
}

}  // namespace sluice::media
