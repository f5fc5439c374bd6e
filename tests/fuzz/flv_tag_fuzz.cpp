// A message body of RTMP, or of a tag of FLV.
#include "sluice/mux/flv/audio_tag.hpp"
#include "sluice/mux/flv/video_tag.hpp"

using namespace sluice::mux::flv;

static uint32_t touch(std::span<const uint8_t> payload) {
  uint32_t sum = 0;
  for (const uint8_t byte : payload) sum += byte;
  return sum;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::span<const uint8_t> in(bytes, size);
  volatile uint32_t sum = 0;
  if (const auto video = parse_video(in))
    for (const auto& tag : video->tags) sum = sum + touch(tag.payload);
  if (const auto audio = parse_audio(in))
    for (const auto& tag : audio->tags) sum = sum + touch(tag.payload);
  return 0;
}
