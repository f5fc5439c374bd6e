#include "sluice/mux/ts/annexb.hpp"

#include <algorithm>
#include <cstring>

#include "sluice/wire/byte_writer.hpp"

namespace sluice::mux::ts {
namespace {

// Where 00 00 01 begins, or the end.
size_t find_start_code(std::span<const uint8_t> in) {
  size_t at = 2;
  while (at < in.size()) {
    const void* found = std::memchr(in.data() + at, 1, in.size() - at);
    if (!found) break;
    at = static_cast<size_t>(static_cast<const uint8_t*>(found) - in.data());
    if (in[at - 1] == 0 && in[at - 2] == 0) return at - 2;
    ++at;
  }
  return in.size();
}

std::span<const uint8_t> without_trailing_zeros(std::span<const uint8_t> in) {
  while (!in.empty() && in.back() == 0) in = in.first(in.size() - 1);
  return in;
}

}  // namespace

AnnexBWalk::AnnexBWalk(std::span<const uint8_t> stream) {
  const size_t start = find_start_code(stream);
  stray_ = without_trailing_zeros(stream.first(start)).size();
  if (start < stream.size()) left_ = stream.subspan(start + 3);
}

std::optional<std::span<const uint8_t>> AnnexBWalk::next() {
  while (!left_.empty()) {
    const size_t end = find_start_code(left_);
    const auto nal = without_trailing_zeros(left_.first(end));
    left_ = end < left_.size() ? left_.subspan(end + 3) : std::span<const uint8_t>{};
    if (!nal.empty()) return nal;
  }
  return std::nullopt;
}

void append_length_prefixed(std::vector<uint8_t>& to, std::span<const uint8_t> nal) {
  const size_t at = to.size();
  to.resize(at + 4 + nal.size());
  wire::store_be<4>(to.data() + at, nal.size());
  std::copy(nal.begin(), nal.end(), to.begin() + static_cast<std::ptrdiff_t>(at + 4));
}

}  // namespace sluice::mux::ts
