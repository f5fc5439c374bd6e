// First byte: size of the pieces. The rest: what a peer sends after the handshake. Pieces must not matter.
#include <cstdlib>
#include <string>

#include "wire/chunk_reader.hpp"

using namespace sluice::rtmp;

static std::string read(std::span<const uint8_t> in, size_t step) {
  ChunkReader reader({.min_chunk_size = 1});
  std::string seen;
  for (; !in.empty(); in = in.subspan(std::min(step, in.size()))) {
    const std::vector<uint8_t> piece(in.begin(),
                                     in.begin() + static_cast<std::ptrdiff_t>(std::min(step, in.size())));
    reader.feed(piece);
    while (true) {
      const auto next = reader.poll();
      if (!next) return seen + next.error().message();
      if (!*next) break;
      seen += std::to_string((*next)->timestamp) + ' ' + std::to_string((*next)->type) + ' ';
      seen.append((*next)->payload.begin(), (*next)->payload.end());
    }
  }
  return seen;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size < 2) return 0;
  const std::span<const uint8_t> in(bytes + 1, size - 1);
  if (read(in, size) != read(in, bytes[0] + 1u)) std::abort();
  return 0;
}
