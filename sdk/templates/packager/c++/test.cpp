// The pure half, without a host.
#include <cstdio>

#include "record.hpp"

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  if (holds) return;
  std::printf("failed: %s\n", what);
  ++failures;
}

}  // namespace

int main() {
  const std::uint32_t avc1 = 'a' | 'v' << 8 | 'c' << 16 | '1' << 24;
  check(track_record(1, 2, avc1, 22) == Bytes{'T', 0, 0, 0, 1, 2, 'a', 'v', 'c', '1', 0, 0, 0, 22},
        "a track");
  const Bytes frame = frame_record({258, 3, 1, 40, -1});
  check(frame == Bytes{'F', 0, 0, 1, 2,  0,    0,    0,    3,    1,    0,    0,    0,
                       0,   0, 0, 0, 40, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
        "a frame, its size first, times with their sign");
  return failures;
}
