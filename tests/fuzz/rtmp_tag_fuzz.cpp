// First byte: which parser. The rest: an aggregate or control message, a stream name, a handshake.
#include <algorithm>
#include <array>

#include "wire/aggregate.hpp"
#include "wire/control.hpp"
#include "wire/handshake.hpp"
#include "wire/stream_name.hpp"

using namespace sluice::rtmp;

static uint32_t touch(std::span<const uint8_t> payload) {
  uint32_t sum = 0;
  for (const uint8_t byte : payload) sum += byte;
  return sum;
}

static void aggregate(std::span<const uint8_t> in) {
  volatile uint32_t sum = 0;
  AggregateReader reader({4, 0, type_aggregate, 1, in});
  for (auto next = reader.poll(); next && *next; next = reader.poll()) sum = sum + touch((*next)->payload);
}

static void names(std::string_view in) {
  std::array<std::string_view, 3> parts;
  for (auto& part : parts) {
    part = in.substr(0, in.find('\n'));
    in.remove_prefix(std::min(part.size() + 1, in.size()));
  }
  (void)split_stream_name(parts[0], parts[1], parts[2]);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  const std::span<const uint8_t> in(bytes + 1, size - 1);
  switch (bytes[0] % 4) {
    case 0:
      aggregate(in);
      break;
    case 1:
      names({reinterpret_cast<const char*>(in.data()), in.size()});
      break;
    case 2:
      (void)parse_user_control(in);
      break;
    case 3:
      (void)ServerHandshake().feed(in, 0, {});
      break;
  }
  return 0;
}
