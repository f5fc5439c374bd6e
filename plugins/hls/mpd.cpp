#include "mpd.hpp"

#include <algorithm>
#include <numeric>

#include "request.hpp"
#include "spelling.hpp"

namespace sluice::hls {
namespace {

constexpr std::int64_t second = 1'000'000'000;
// What players fetch anew so often; with half of it Shaka 5.2 stops to ask for segments.
constexpr std::int64_t low_latency_update = second;

// A run of segments without a hole, by place in the index: from `first`, `count` of them.
struct Run {
  std::size_t first = 0;
  std::size_t count = 0;
};

// Lost segments end a run and belong to none.
std::vector<Run> runs_of(const PartIndex& index, bool with_open) {
  std::vector<Run> runs;
  const std::size_t end = with_open ? index.segments().size() : index.closed_count();
  bool continues = false;
  for (std::size_t i = index.first_listed(); i < end; ++i) {
    const Segment& segment = index.segments()[i];
    if (segment.lost) {
      continues = false;
      continue;
    }
    if (!continues || segment.starts_period) runs.push_back({i, 0});
    ++runs.back().count;
    continues = true;
  }
  return runs;
}

std::int64_t ticks(std::int64_t ns, std::uint32_t timescale) {
  const std::int64_t whole = ns / second, rest = ns % second;
  return whole * timescale + (rest * timescale + second / 2) / second;
}

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + xml_escaped(value) + '"';
}
std::string attribute(std::string_view name, std::uint64_t value) {
  return attribute(name, std::to_string(value));
}

class Writer {
 public:
  Writer(std::span<const MpdRendition> renditions, const MpdWish& wish)
      : renditions_(renditions), wish_(wish), leader_(*renditions.front().index) {}

  std::string write() {
    head();
    const std::vector<Run> runs = runs_of(leader_, wish_.low_latency);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const Segment* next = i + 1 < runs.size() ? &leader_.segments()[runs[i + 1].first] : nullptr;
      period(leader_.segments()[runs[i].first], next);
    }
    if (!leader_.ended()) text_ += "  " + utc_timing() + "\n";
    text_ += "</MPD>\n";
    return std::move(text_);
  }

 private:
  void head() {
    const std::int64_t target = static_cast<std::int64_t>(leader_.target_duration()) * second;
    const std::int64_t delay = wish_.low_latency ? low_latency_delay() : 3 * target;
    const std::int64_t update = wish_.low_latency ? low_latency_update : target;
    const std::int64_t end = leader_.last_closed()->end();
    text_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"";
    std::string profiles = "urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019";
    if (wish_.low_latency) profiles += ",http://www.dashif.org/guidelines/low-latency-live-v5";
    text_ += attribute("profiles", profiles);
    text_ += attribute("type", "dynamic");
    text_ += attribute("availabilityStartTime", spell_date_time(wish_.availability_start));
    text_ += attribute("publishTime", spell_date_time(wish_.availability_start + end));
    if (leader_.ended())
      text_ += attribute("mediaPresentationDuration", spell_duration(end));
    else
      text_ += attribute("minimumUpdatePeriod", spell_duration(update));
    text_ += attribute("minBufferTime", spell_duration(wish_.low_latency ? second : target));
    // At least what is always kept, since players hold on to what they were told first.
    const std::int64_t listed = end - leader_.segments()[leader_.first_listed()].begin;
    text_ += attribute("timeShiftBufferDepth", spell_duration(std::max(listed, 3 * target)));
    text_ += attribute("suggestedPresentationDelay", spell_duration(delay));
    text_ += attribute("maxSegmentDuration", spell_duration(target + second / 2)) + ">\n";
    if (wish_.low_latency) {
      const auto ms = [](std::int64_t ns) { return static_cast<std::uint64_t>(ns / 1'000'000); };
      text_ += "  <ServiceDescription id=\"0\"><Latency referenceId=\"0\"" + attribute("target", ms(delay)) +
               attribute("max", ms(delay + 3 * target)) + attribute("min", ms(part_target())) +
               "/><PlaybackRate max=\"1.10\" min=\"0.95\"/></ServiceDescription>\n";
    }
  }

  // A segment is known once the manifest that names it was fetched, and it comes in parts.
  std::int64_t low_latency_delay() const { return low_latency_update + 4 * part_target(); }

  std::string utc_timing() const {
    return "<UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:direct:2014\"" +
           attribute("value", spell_date_time(wish_.now)) + "/>";
  }

  std::int64_t part_target() const {
    std::int64_t longest = 0;
    for (const MpdRendition& rendition : renditions_)
      longest = std::max(longest, rendition.index->part_target());
    return longest;
  }

  // Of the renditions, what lies between the beginnings of two of the leader's runs; marks are common to all.
  void period(const Segment& first, const Segment* next) {
    const std::int64_t start = first.period_begin;
    std::string sets;
    std::uint32_t id = 0;
    bool video_open = false;
    for (const MpdRendition& rendition : renditions_) {
      const std::string representation_text = representation(rendition, first, next, start);
      if (representation_text.empty()) continue;
      if (video_open && !rendition.video) sets += "    </AdaptationSet>\n";
      if (!video_open || !rendition.video) sets += adaptation_set(rendition, first, id++);
      sets += representation_text;
      if (!rendition.video) sets += "    </AdaptationSet>\n";
      video_open = rendition.video;
    }
    if (video_open) sets += "    </AdaptationSet>\n";
    if (sets.empty()) return;
    text_ += "  <Period" + attribute("id", "p" + std::to_string(first.discontinuity) + period_suffix(first)) +
             attribute("start", spell_duration(start)) + ">\n" + sets + "  </Period>\n";
  }

  // Holes within one discontinuity are told apart by the segment that follows.
  static std::string period_suffix(const Segment& first) {
    return first.period == 0 ? "" : "-" + std::to_string(first.period);
  }

  std::string adaptation_set(const MpdRendition& rendition, const Segment& first, std::uint32_t id) const {
    std::string text = "    <AdaptationSet" + attribute("id", id) +
                       attribute("contentType", rendition.video ? "video" : "audio") +
                       attribute("mimeType", rendition.video ? "video/mp4" : "audio/mp4") +
                       attribute("segmentAlignment", "true");
    if (rendition.facts->independent) text += attribute("startWithSAP", rendition.video ? 2u : 1u);
    if (!rendition.facts->language.empty()) text += attribute("lang", rendition.facts->language);
    text += ">\n";
    if (wish_.low_latency && !leader_.ended() && first.wall != no_wall)
      text += producer_time(rendition, first);
    return text + "      <Role schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"main\"/>\n";
  }

  // ISO/IEC 23009-1 5.12: what latency is measured against; in the segments it is a box ("prft"). Its
  // UTCTiming tells how the time is spelt.
  std::string producer_time(const MpdRendition& rendition, const Segment& first) const {
    const std::int64_t at = ticks(std::max<std::int64_t>(first.begin, 0), rendition.timescale);
    return "      <ProducerReferenceTime" + attribute("id", 0u) + attribute("inband", "true") +
           attribute("type", "captured") + attribute("wallClockTime", spell_date_time(first.wall)) +
           attribute("presentationTime", static_cast<std::uint64_t>(at)) + ">" + utc_timing() +
           "</ProducerReferenceTime>\n";
  }

  std::string representation(const MpdRendition& rendition, const Segment& first, const Segment* next,
                             std::int64_t start) const {
    const auto& segments = rendition.index->segments();
    for (const Run& run : runs_of(*rendition.index, wish_.low_latency)) {
      const Segment& begin = segments[run.first];
      const bool before = segments[run.first + run.count - 1].number < first.number;
      if (before || (next && begin.number >= next->number)) continue;
      std::string id = rendition.folder + rendition.facts->id;
      std::erase_if(id, [](char c) { return c == '/' || c == '.'; });
      std::string text = "      <Representation" + attribute("id", id) +
                         attribute("bandwidth", std::max<std::uint64_t>(rendition.facts->peak_bitrate, 1));
      text += described(*rendition.facts, rendition.video);
      return text + segment_template(rendition, run, start) + "      </Representation>\n";
    }
    return {};
  }

  static std::string described(const Rendition& facts, bool video) {
    std::string text;
    if (!facts.codecs.empty()) text += attribute("codecs", facts.codecs);
    if (video && facts.width > 0 && facts.height > 0)
      text += attribute("width", facts.width) + attribute("height", facts.height);
    if (video && facts.frame_rate_num > 0 && facts.frame_rate_den > 0) {
      const std::uint32_t both = std::gcd(facts.frame_rate_num, facts.frame_rate_den);
      const std::uint32_t den = facts.frame_rate_den / both;
      text += attribute("frameRate", std::to_string(facts.frame_rate_num / both) +
                                         (den == 1 ? "" : "/" + std::to_string(den)));
    }
    if (!video && facts.sample_rate > 0) text += attribute("audioSamplingRate", facts.sample_rate);
    text += ">\n";
    if (!video && facts.channels > 0)
      text +=
          "        <AudioChannelConfiguration"
          " schemeIdUri=\"urn:mpeg:dash:23003:3:audio_channel_configuration:2011\"" +
          attribute("value", facts.channels) + "/>\n";
    return text;
  }

  std::string segment_template(const MpdRendition& rendition, const Run& run, std::int64_t start) const {
    const auto& segments = rendition.index->segments();
    const Segment& first = segments[run.first];
    const std::string folder = rendition.folder + rendition.facts->id + "/";
    std::string text =
        "        <SegmentTemplate" + attribute("timescale", rendition.timescale) +
        attribute("presentationTimeOffset", static_cast<std::uint64_t>(ticks(start, rendition.timescale))) +
        attribute("startNumber", first.number) +
        attribute("initialization", folder + spell({FileKind::init, first.init}) + query()) +
        attribute("media", folder + "seg_$Number$.m4s" + query());
    if (wish_.low_latency && !leader_.ended()) {
      const std::int64_t ahead = std::max<std::int64_t>(expected(*rendition.index) - part_target(), 0);
      text += attribute("availabilityTimeOffset", spell_seconds(ahead)) +
              attribute("availabilityTimeComplete", "false");
    }
    text += ">\n          <SegmentTimeline>\n";
    timeline(rendition, run, text);
    return text + "          </SegmentTimeline>\n        </SegmentTemplate>\n";
  }

  // In a template '$' stands for itself only when doubled.
  std::string query() const {
    std::string text;
    for (const char c : wish_.query) text += c == '$' ? std::string("$$") : std::string(1, c);
    return text;
  }

  // How long the open segment will be, as far as we know.
  static std::int64_t expected(const PartIndex& index) {
    const Segment* open = index.open();
    return std::max(open ? open->duration : 0, index.last_closed()->duration);
  }

  struct Extent {
    std::int64_t begin, end;
  };

  // When each segment of a run begins and ends; a segment ends where the next begins. None is named that has
  // not begun: a player that takes the last one's end for live (Shaka) would wait there.
  static std::vector<Extent> extents(const MpdRendition& rendition, const Run& run) {
    const PartIndex& index = *rendition.index;
    const auto& segments = index.segments();
    // Sound is cut at its own frames: one that turns out longer than was said is fetched again (Shaka).
    const std::int64_t slack = rendition.video ? 0 : 30'000'000;
    std::vector<Extent> all;
    for (std::size_t i = run.first; i < run.first + run.count; ++i) {
      const Segment& segment = segments[i];
      const bool last = i + 1 == run.first + run.count;
      const std::int64_t end = !last            ? segments[i + 1].begin
                               : segment.closed ? segment.end()
                                                : segment.begin + expected(index) + slack;
      all.push_back({segment.begin, end});
    }
    return all;
  }

  // One S for neighbours that follow each other with the same length.
  void timeline(const MpdRendition& rendition, const Run& run, std::string& text) const {
    std::int64_t at = -1, length = 0, repeated = 0;
    const auto flush = [&] {
      if (length > 0 && repeated > 0) text += attribute("r", static_cast<std::uint64_t>(repeated));
      if (length > 0) text += "/>\n";
    };
    for (const Extent& extent : extents(rendition, run)) {
      const std::int64_t from = ticks(std::max<std::int64_t>(extent.begin, 0), rendition.timescale);
      const std::int64_t ticks_long =
          std::max<std::int64_t>(ticks(extent.end, rendition.timescale) - from, 1);
      if (ticks_long == length && from == at) {
        ++repeated;
      } else {
        flush();
        text += "            <S" +
                (from == at ? std::string() : attribute("t", static_cast<std::uint64_t>(from))) +
                attribute("d", static_cast<std::uint64_t>(ticks_long));
        length = ticks_long;
        repeated = 0;
      }
      at = from + ticks_long;
    }
    flush();
  }

  std::span<const MpdRendition> renditions_;
  const MpdWish& wish_;
  const PartIndex& leader_;
  std::string text_;
};

}  // namespace

std::string write_mpd(std::span<const MpdRendition> renditions, const MpdWish& wish) {
  return Writer(renditions, wish).write();
}

}  // namespace sluice::hls
