// What parses must print, and print the same once parsed again.
#include <cstdlib>

#include "wire/command.hpp"
#include "wire/message.hpp"

using namespace sluice::rtmp;

static std::vector<uint8_t> print(const std::vector<amf0::Value>& values) {
  std::vector<uint8_t> out;
  for (const auto& value : values) amf0::serialise(value, out);
  return out;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::span<const uint8_t> in(bytes, size);
  (void)parse_command(in, type_command_amf3);
  (void)parse_data(in, type_data);
  const auto values = amf0::parse(in);
  if (!values) return 0;
  const auto printed = print(*values);
  const auto again = amf0::parse(printed);
  if (printed.size() <= amf0::Limits{}.bytes && (!again || print(*again) != printed)) std::abort();
  return 0;
}
