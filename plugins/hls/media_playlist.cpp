#include "media_playlist.hpp"

#include <algorithm>

#include "request.hpp"
#include "spelling.hpp"

namespace sluice::hls {
namespace {

std::int64_t target_ns(const PartIndex& index) {
  return static_cast<std::int64_t>(index.target_duration()) * 1'000'000'000;
}

class Writer {
 public:
  Writer(const PartIndex& index, const PlaylistWish& wish) : index_(index), wish_(wish) {}

  std::string write() {
    const std::size_t first = index_.first_listed(), count = index_.closed_count();
    const std::size_t skipped = wish_.skip && !wish_.ts ? skippable() : 0;
    header(skipped);
    if (skipped > 0) line("#EXT-X-SKIP:SKIPPED-SEGMENTS=" + std::to_string(skipped));
    for (std::size_t i = first + skipped; i < count; ++i) {
      tags(i);
      if (has_parts_listed(i)) parts(index_.segments()[i]);
      segment(index_.segments()[i]);
    }
    if (index_.ended()) {
      line("#EXT-X-ENDLIST");
    } else if (!wish_.ts) {
      live_edge();
    }
    return std::move(text_);
  }

 private:
  void line(const std::string& text) {
    text_ += text;
    text_ += '\n';
  }

  std::string uri(const File& file) const { return spell(file) + std::string(wish_.query); }

  void header(std::size_t skipped) {
    const Segment& first = index_.segments()[index_.first_listed()];
    line("#EXTM3U");
    line("#EXT-X-VERSION:" + std::to_string(version(skipped)));
    line("#EXT-X-TARGETDURATION:" + std::to_string(index_.target_duration()));
    if (!wish_.ts) {
      const std::int64_t longest_part = std::max(wish_.common_part_target, index_.part_target());
      line("#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=" +
           spell_seconds(skip_boundary(index_)) + ",HOLD-BACK=" + spell_seconds(3 * target_ns(index_)) +
           ",PART-HOLD-BACK=" + spell_seconds(3 * longest_part));
      line("#EXT-X-PART-INF:PART-TARGET=" + spell_seconds(index_.part_target()));
    }
    line("#EXT-X-MEDIA-SEQUENCE:" + std::to_string(first.number));
    // A tag before the first segment counts again, so it is not yet in the number.
    const std::uint32_t discontinuity = first.discontinuity - (first.starts_discontinuity ? 1 : 0);
    line("#EXT-X-DISCONTINUITY-SEQUENCE:" + std::to_string(discontinuity));
  }

  // RFC 8216bis 8: 8 for EXT-X-GAP, 9 for EXT-X-SKIP, 6 for EXT-X-MAP, 3 for durations with decimals.
  int version(std::size_t skipped) const {
    if (skipped > 0 || !wish_.ts) return 9;
    const auto& segments = index_.segments();
    const auto begin = segments.begin() + static_cast<std::ptrdiff_t>(index_.first_listed());
    return std::any_of(begin, segments.end(), [](const Segment& segment) { return segment.lost; }) ? 8 : 3;
  }

  // 6.2.5.1: segments further from the end of the last whole one than the skip boundary.
  std::size_t skippable() const {
    if (index_.ended()) return 0;
    const std::int64_t end = index_.last_closed()->end();
    std::size_t at = index_.first_listed();
    while (at < index_.closed_count() && end - index_.segments()[at].end() > skip_boundary(index_)) ++at;
    return at - index_.first_listed();
  }

  // What stands before a segment's first part.
  void tags(std::size_t at) {
    const Segment& segment = index_.segments()[at];
    if (segment.starts_discontinuity) line("#EXT-X-DISCONTINUITY");
    const bool first = at == index_.first_listed();
    if (!wish_.ts &&
        (first || segment.starts_discontinuity || segment.init != index_.segments()[at - 1].init))
      line("#EXT-X-MAP:URI=\"" + uri({FileKind::init, segment.init}) + '"');
    if (segment.wall != no_wall) line("#EXT-X-PROGRAM-DATE-TIME:" + spell_date_time(segment.wall));
  }

  // 6.2.2: parts only within three target durations of the end.
  bool has_parts_listed(std::size_t at) const {
    if (wish_.ts || index_.ended()) return false;
    return index_.segments().back().end() - index_.segments()[at].begin <= 3 * target_ns(index_);
  }

  void parts(const Segment& segment) {
    const std::size_t count = index_.whole_parts(segment);
    for (std::size_t i = 0; i < count; ++i) {
      const Part& part = segment.parts[i];
      std::string text = "#EXT-X-PART:DURATION=" + spell_seconds(part.duration()) + ",URI=\"" +
                         uri({FileKind::part, segment.number, part.number}) + '"';
      if (part.independent) text += ",INDEPENDENT=YES";
      if (segment.lost) text += ",GAP=YES";
      line(text);
    }
  }

  void segment(const Segment& segment) {
    if (segment.lost) line("#EXT-X-GAP");
    line("#EXTINF:" + spell_seconds(segment.duration) + ",");
    line(uri({FileKind::segment, segment.number, 0, wish_.ts}));
  }

  void live_edge() {
    const Segment* open = index_.open();
    if (open && index_.whole_parts(*open) > 0) {
      tags(index_.segments().size() - 1);
      parts(*open);
    }
    if (const auto next = index_.next_part())
      line("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"" + uri({FileKind::part, next->segment, next->part}) + '"');
    for (const RenditionReport& report : wish_.reports) {
      std::string text = "#EXT-X-RENDITION-REPORT:URI=" + quoted(report.uri + std::string(wish_.query)) +
                         ",LAST-MSN=" + std::to_string(report.newest.segment);
      if (report.newest.part) text += ",LAST-PART=" + std::to_string(*report.newest.part);
      line(text);
    }
  }

  const PartIndex& index_;
  const PlaylistWish& wish_;
  std::string text_;
};

}  // namespace

std::int64_t skip_boundary(const PartIndex& index) { return 6 * target_ns(index); }

std::string write_media_playlist(const PartIndex& index, const PlaylistWish& wish) {
  return Writer(index, wish).write();
}

}  // namespace sluice::hls
