#include "synthetic_stream.hpp"

#include <random>

namespace sluice::bench {
namespace {

constexpr std::uint64_t frames_per_second = 25;
constexpr std::uint64_t gop_frames = 50;
constexpr std::size_t key_bytes = 25'000;
constexpr std::size_t delta_bytes = 4'100;
constexpr std::uint64_t audio_rate = 48'000;
constexpr std::uint64_t audio_samples = 1'024;
constexpr std::size_t audio_bytes = 256;
constexpr std::size_t video_index_at = 5 + 4 + 4;  // tag header, NAL length, NAL and slice start
constexpr std::size_t audio_index_at = 2;

// Letters have no two zero bytes in a row, so no start code appears.
void write_index(std::uint64_t index, std::uint8_t* out) {
  for (std::size_t i = index_digits; i-- > 0; index >>= 4)
    out[i] = static_cast<std::uint8_t>('A' + index % 16);
}

}  // namespace

SyntheticStream::SyntheticStream() : noise_(key_bytes) {
  std::mt19937 random(1);
  for (std::uint8_t& byte : noise_) byte = static_cast<std::uint8_t>(16 + random() % 240);
}

Bytes SyntheticStream::video_config() {
  // FLV tag header, then AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1): Constrained Baseline,
  // 128x96.
  return {0x17, 0,    0,    0,    0,    1,    0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0,    7,   0x67,
          0x42, 0xC0, 0x1E, 0xDC, 0x20, 0xD9, 1,    0,    4,    0x68, 0xCE, 0x38, 0x80};
}

Bytes SyntheticStream::audio_config() {
  return {0xAF, 0, 0x11, 0x90};  // AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1): LC, 48 kHz, stereo
}

StreamFrame SyntheticStream::next() {
  const bool video_first = videos_ * audio_rate <= audios_ * audio_samples * frames_per_second;
  return video_first ? next_video() : next_audio();
}

StreamFrame SyntheticStream::next_video() {
  StreamFrame frame;
  frame.kind = Kind::video;
  frame.key = videos_ % gop_frames == 0;
  frame.due = std::chrono::nanoseconds(videos_ * 1'000'000'000 / frames_per_second);
  frame.timestamp_ms = static_cast<std::uint32_t>(videos_ * 1'000 / frames_per_second);
  const std::size_t size = frame.key ? key_bytes : delta_bytes;
  frame.body.assign(noise_.begin(), noise_.begin() + static_cast<std::ptrdiff_t>(size));
  const auto nal_size = static_cast<std::uint32_t>(size - 9);
  const std::uint8_t start[video_index_at] = {
      static_cast<std::uint8_t>(frame.key ? 0x17 : 0x27),
      1,
      0,
      0,
      0,
      static_cast<std::uint8_t>(nal_size >> 24),
      static_cast<std::uint8_t>(nal_size >> 16),
      static_cast<std::uint8_t>(nal_size >> 8),
      static_cast<std::uint8_t>(nal_size),
      static_cast<std::uint8_t>(frame.key ? 0x65 : 0x41),  // IDR or other slice (H.264, table 7-1)
      static_cast<std::uint8_t>(
          frame.key ? 0x88 : 0x9A),  // first macroblock 0; I or P slice; picture parameter set 0
      0x84,
      0x21};
  std::copy(std::begin(start), std::end(start), frame.body.begin());
  write_index(videos_++, frame.body.data() + video_index_at);
  return frame;
}

StreamFrame SyntheticStream::next_audio() {
  StreamFrame frame;
  frame.kind = Kind::audio;
  frame.due = std::chrono::nanoseconds(audios_ * audio_samples * 1'000'000'000 / audio_rate);
  frame.timestamp_ms = static_cast<std::uint32_t>(audios_ * audio_samples * 1'000 / audio_rate);
  frame.body.assign(noise_.begin(), noise_.begin() + audio_bytes);
  frame.body[0] = 0xAF;
  frame.body[1] = 1;
  write_index(audios_++, frame.body.data() + audio_index_at);
  return frame;
}

std::optional<std::uint64_t> read_index(std::span<const std::uint8_t> body, std::size_t at) {
  if (body.size() < at + index_digits) return std::nullopt;
  std::uint64_t index = 0;
  for (const std::uint8_t digit : body.subspan(at, index_digits)) {
    if (digit < 'A' || digit >= 'A' + 16) return std::nullopt;
    index = index * 16 + (digit - 'A');
  }
  return index;
}

std::optional<SeenFrame> look_at(Kind kind, std::span<const std::uint8_t> body) {
  if (!is_coded(kind, body)) return std::nullopt;
  const auto index = read_index(body, kind == Kind::video ? video_index_at : audio_index_at);
  if (!index) return std::nullopt;
  return SeenFrame{kind, is_key(kind, body), *index};
}

std::vector<std::size_t> sample_ends(Kind kind) {
  if (kind == Kind::audio) return {audio_bytes - audio_index_at};
  return {delta_bytes - video_index_at, key_bytes - video_index_at};
}

bool is_coded(Kind kind, std::span<const std::uint8_t> body) {
  if (body.size() < 2) return false;
  const bool has_packet_type =
      kind == Kind::video ? (body[0] & 0x0F) == 7 : body[0] >> 4 == 10;  // H.264, AAC
  return !has_packet_type || body[1] == 1;
}

bool is_key(Kind kind, std::span<const std::uint8_t> body) {
  return kind == Kind::video && is_coded(kind, body) && body[0] >> 4 == 1;
}

}  // namespace sluice::bench
