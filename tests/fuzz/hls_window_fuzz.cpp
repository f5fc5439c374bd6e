// Bytes as chunk facts, as another node's packager might give them, and as requests in between: bounds hold,
// numbers have no holes, and everything that is ready can be written.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "media_playlist.hpp"
#include "mpd.hpp"
#include "waiting.hpp"

using namespace sluice::hls;

static void hold(bool right) {
  if (!right) std::abort();
}

static void check_window(const PartIndex& index, const WindowLimits& limits) {
  std::uint64_t held = 0;
  for (std::size_t i = 0; i < index.segments().size(); ++i) {
    const Segment& segment = index.segments()[i];
    held += segment.bytes;
    if (i > 0) hold(segment.number == index.segments()[i - 1].number + 1);
    hold(segment.closed || i + 1 == index.segments().size());
    hold(segment.duration >= 0);
  }
  hold(held == index.bytes() && held <= limits.bytes);
  hold(index.first_listed() <= index.closed_count());
}

static void write_all(const PartIndex& index) {
  static const Rendition facts{.id = "v1", .codecs = "avc1.64001f"};
  hold(write_media_playlist(index, {}).starts_with("#EXTM3U\n"));
  hold(write_media_playlist(index, {.skip = true}).ends_with('\n'));
  hold(write_media_playlist(index, {.ts = true}).ends_with('\n'));
  const std::vector<MpdRendition> one{{&facts, &index, "", true, 90'000}};
  hold(write_mpd(one, {.low_latency = true}).ends_with("</MPD>\n"));
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  WindowLimits limits;
  limits.segments = 1 + bytes[0] % 8;
  limits.whole_parts = bytes[0] & 0x80;
  limits.bytes = 20'000;
  PartIndex index(limits);
  Waiting waiting{{8, std::chrono::seconds(10)}};
  std::vector<Waiting::Told> told;
  Chunk next;
  std::uint64_t asked = 0, refused = 0;
  for (std::size_t i = 1; i + 3 <= size; i += 3) {
    const std::uint8_t step = bytes[i];
    if (step & 1) {
      next.segment += 1 + (step >> 1) % 4 * (step >> 7 ? 5 : 1);
      next.part = step >> 6 & 1;
    } else {
      next.part += step >> 1 & 3;
    }
    if ((step & 0x30) == 0x30) ++next.discontinuity, ++next.init;
    if ((step & 0x38) == 0x08 && next.segment > 0) --next.segment;
    next.dts += bytes[i + 1] * 10'000'000LL - (step & 4 ? 100'000'000 : 0);
    next.duration = bytes[i + 1] * 10'000'000LL;
    next.bytes = bytes[i + 2] * 100;
    next.wall = step & 2 ? next.dts : no_wall;
    next.held = std::make_shared<int>(0);
    index.add(next);
    check_window(index, limits);
    const Wish wish = step & 8 ? Wish::part(next.segment, next.part + 1)
                               : Wish::playlist({next.segment + step % 4, bytes[i + 2]});
    ++asked;
    if (waiting.ask(index, wish, i, std::chrono::seconds(i))) ++refused;
    waiting.settle(index, told);
    waiting.expire(std::chrono::seconds(i), told);
    if (index.ready()) write_all(index);
  }
  if (bytes[0] & 0x40) index.end();
  waiting.settle(index, told);
  waiting.refuse_all(Errc::no_such_file, told);
  hold(told.size() + refused == asked);
  if (index.ready()) write_all(index);
  return 0;
}
