#include "sluice/media/nal_units.hpp"

#include <catch2/catch.hpp>

using sluice::media::NalWalk;
using Bytes = std::vector<std::uint8_t>;

namespace {

std::vector<std::size_t> sizes(const Bytes& frame, unsigned length_size, bool& sound) {
  std::vector<std::size_t> found;
  NalWalk walk(frame, length_size);
  while (const auto nal = walk.next()) found.push_back(nal->size());
  sound = walk.ok();
  return found;
}

}  // namespace

TEST_CASE("NAL units are found by lengths of one, two and four bytes, empty ones too") {
  bool sound = false;
  CHECK(sizes({2, 0xA, 0xB, 0, 1, 0xC}, 1, sound) == std::vector<std::size_t>{2, 0, 1});
  CHECK(sound);
  CHECK(sizes({0, 2, 0xA, 0xB, 0, 1, 0xC}, 2, sound) == std::vector<std::size_t>{2, 1});
  CHECK(sound);
  CHECK(sizes({0, 0, 0, 1, 0xA}, 4, sound) == std::vector<std::size_t>{1});
  CHECK(sound);
  CHECK(sizes({}, 4, sound).empty());
  CHECK(sound);
}

TEST_CASE("a length that does not fit ends the walk and is not sound") {
  const Bytes frame{0, 0, 0, 1, 0xA, 0, 0, 0, 2, 0xB, 0xC};
  for (std::size_t size = 0; size <= frame.size(); ++size) {
    bool sound = false;
    const auto found = sizes({frame.begin(), frame.begin() + static_cast<long>(size)}, 4, sound);
    CAPTURE(size);
    CHECK(sound == (size == 0 || size == 5 || size == frame.size()));
    CHECK(found.size() <= 2);
  }
  bool sound = true;
  CHECK(sizes({0xFF, 0xFF, 0xFF, 0xFF, 1}, 4, sound).empty());
  CHECK_FALSE(sound);
}
