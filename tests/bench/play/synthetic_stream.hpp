// The stream every benchmark server sends: H.264 at 25 frames/s and AAC at 48 kHz, 1 Mbit/s together, as FLV
// tag bodies. Nothing in it can be decoded to a picture; what a server may look at (parameter sets, NAL and
// slice starts) is valid.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace sluice::bench {

using Bytes = std::vector<std::uint8_t>;

enum class Kind : std::uint8_t { audio = 8, video = 9 };  // RTMP message types (RTMP 1.0, 7.1.4 and 7.1.5)

struct StreamFrame {
  Kind kind = Kind::video;
  bool key = false;
  std::chrono::nanoseconds due{0};  // since the stream's start
  std::uint32_t timestamp_ms = 0;
  Bytes body;
};

class SyntheticStream {
 public:
  SyntheticStream();

  static Bytes video_config();
  static Bytes audio_config();

  // Audio and video in the order of their times, without end.
  StreamFrame next();

 private:
  StreamFrame next_video();
  StreamFrame next_audio();

  std::uint64_t videos_ = 0;
  std::uint64_t audios_ = 0;
  Bytes noise_;
};

// What a receiver can tell of a frame's body; nothing for a codec configuration or foreign content.
struct SeenFrame {
  Kind kind;
  bool key;
  std::uint64_t index;
};
std::optional<SeenFrame> look_at(Kind kind, std::span<const std::uint8_t> body);

// Frames bear their index in letters: picture behind NAL header and three bytes, sound at its beginning.
constexpr std::size_t index_digits = 16;
std::optional<std::uint64_t> read_index(std::span<const std::uint8_t> bytes, std::size_t at);

// How far before a sample's end its index begins: a sample of picture has one of two sizes.
std::vector<std::size_t> sample_ends(Kind kind);

// Coded media as against codec configuration and end-of-sequence marks; true also for streams that are not
// ours.
bool is_coded(Kind kind, std::span<const std::uint8_t> body);
bool is_key(Kind kind, std::span<const std::uint8_t> body);

}  // namespace sluice::bench
