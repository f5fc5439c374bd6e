// First line a pattern or network, the rest a key or address.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <sluice/stream_key.hpp>

#include "auth/address.hpp"
#include "auth/stream_pattern.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace sluice::auth;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::size_t line = std::min(text.find('\n'), size);
  const std::string_view rule = text.substr(0, line), tested = text.substr(std::min(line + 1, size));
  const auto pattern = StreamPattern::parse(rule);
  if (pattern) pattern->matches(tested);
  const bool is_key = sluice::is_canonical_stream_key(rule);
  if (is_key && (!pattern || !pattern->matches(rule))) std::abort();  // a key is a pattern of itself
  const auto network = Network::parse(rule);
  const auto address = Address::parse_endpoint(tested);
  if (network && address) network->contains(*address);
  return 0;
}
