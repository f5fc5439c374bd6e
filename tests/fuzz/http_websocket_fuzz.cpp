// First byte: how large the pieces are in which the rest, a client's frames, arrives.
#include <algorithm>

#include "wire/websocket.hpp"

using namespace sluice::http;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  const size_t portion = bytes[0] + 1u;
  WebSocketReader reader({.message_bytes = 200, .fragments = 8, .controls = 64});
  for (size_t at = 1; at < size && reader.failure() == 0; at += portion) {
    reader.feed({bytes + at, std::min(portion, size - at)});
    while (const auto event = reader.poll())
      if (event->payload.size() > 200) __builtin_trap();
  }
  return 0;
}
