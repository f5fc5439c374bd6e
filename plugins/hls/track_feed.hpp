// TrackFeed: one track of one stream as CMAF chunks, or all of them as a transport stream, kept in a window
// for all its viewers.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <sluice/host.hpp>
#include <sluice/subscriber.hpp>

#include "part_index.hpp"
#include "rendition.hpp"

namespace sluice::hls {

// [lane] Every method on the lane given to open.
class TrackFeed {
 public:
  // `on_change`: the window offers something else; it may be called within any method but the constructor.
  TrackFeed(const Host& host, const WindowLimits& limits, std::function<void()> on_change)
      : host_(host), index_(limits), on_change_(std::move(on_change)), subscriber_(host) {}

  void open(sluice_lane* lane, const std::string& key, const sluice_track& track);
  void open_transport_stream(sluice_lane* lane, const std::string& key);
  // What the track's newest revision says of itself.
  void describe(const sluice_track& track);

  const PartIndex& index() const { return index_; }
  const std::string& id() const { return facts_.id; }
  const char* mime() const { return facts_.id == "ts" ? "video/mp2t" : video_ ? "video/mp4" : "audio/mp4"; }
  // With what was measured until now.
  Rendition rendition() const;
  bool is_video() const { return video_; }
  // Nothing comes and nothing will: nobody packages this codec.
  bool failed() const { return failed_; }
  // It was taken from us (lag, a kick) while the stream may go on.
  bool lost() const { return lost_; }
  std::uint32_t timescale() const { return timescale_; }

 private:
  static const SubscriberCalls& calls();
  void subscribe(sluice_lane* lane, const std::string& key, std::string_view format,
                 const std::string& parameters);
  void pump();
  void take(const sluice_frame& frame);
  ChunkRef hold(const sluice_frame& frame) const;
  void take_init(const sluice_frame& frame);
  void fail(std::string_view why);
  void close(sluice_status why);

  const Host& host_;
  PartIndex index_;
  std::function<void()> on_change_;
  Subscriber subscriber_;
  Rendition facts_;
  std::string key_;    // of the stream
  std::string title_;  // for the log
  bool video_ = false;
  bool failed_ = false;
  bool lost_ = false;
  std::uint32_t timescale_ = 90'000;
  std::uint32_t init_revision_ = 0;
  std::uint64_t init_ = 0;
};

}  // namespace sluice::hls
