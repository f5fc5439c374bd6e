// LiveStream: the renditions of one stream key while somebody watches, and the requests that wait for them.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sluice/http.hpp>
#include <sluice/subscriber.hpp>

#include "mpd.hpp"
#include "request.hpp"
#include "settings.hpp"
#include "track_feed.hpp"
#include "waiting.hpp"

namespace sluice::hls {

// [lane] Every method on the lane given at construction.
class LiveStream {
 public:
  LiveStream(const Host& host, sluice_lane* lane, const Settings& settings, std::string key);
  // Whoever still waits is told to ask again.
  ~LiveStream();

  // Answers through the ticket, now or later. `more`: of a segment, how many parts this answer had already.
  void serve(const Target& target, const Delivery& delivery, const std::string& query, std::uint32_t more,
             Ticket ticket);

  // The tracks are known and each can be listed, or has had its time to.
  bool presentable(std::int64_t now) const;
  Layer layer(const std::string& folder) const;
  void add_to_mpd(const std::string& folder, std::vector<Rendition>& facts,
                  std::vector<MpdRendition>& out) const;
  std::int64_t availability_start() const { return availability_start_.value_or(0); }
  // Rises with every change of any rendition.
  std::uint64_t revision() const { return revision_; }

  void tick(std::int64_t now);
  void touch(std::int64_t now) { touched_ = now; }
  bool idle(std::int64_t now) const;
  // Nothing can be given any more; whoever asks again gets another.
  bool over() const;
  bool ended() const { return ended_; }
  void refuse_all(Errc code);
  void set_on_change(std::function<void()> on_change) { on_change_ = std::move(on_change); }

 private:
  struct Place {
    std::unique_ptr<TrackFeed> feed;
    Waiting waiting{{}};
    // The list last made, which all who were held for it get.
    std::string list;
    std::pair<std::uint64_t, std::string> list_of{0, {}};
  };
  struct Asked {
    FileKind kind;
    Delivery delivery;
    std::string rendition, query;
    PartIndex::PartName named;
    Ticket ticket;
  };

  static const SubscriberCalls& calls();
  void watch();
  void find_tracks();
  void changed(Place* place);
  Place* transport_stream();
  void serve_media(Place& place, Asked asked);
  void serve_file(Place& place, const File& file, Ticket ticket);
  void give_segment(Place& place, const Asked& asked, Ticket& ticket);
  void answer(Place& place, Asked& asked);
  void give_list(Place& place, const Asked& asked, Ticket& ticket);
  void tell(Place& place, std::vector<Waiting::Told>& told);
  void serve_early();
  std::size_t ready_count() const;
  Place* find(std::string_view rendition);
  void settle_start();
  void judge_tracks();

  const Host& host_;
  sluice_lane* lane_;
  const Settings& settings_;
  const std::string key_;
  Subscriber source_;                      // for what tracks there are
  std::map<std::uint32_t, Place> places_;  // by track
  std::unique_ptr<Place> ts_;              // once somebody asked for it
  std::map<std::uint64_t, Asked> held_;
  std::list<std::pair<std::int64_t, Asked>> early_;  // before the tracks are known, with their deadline
  std::uint64_t next_token_ = 1;
  std::uint64_t revision_ = 1;
  std::int64_t touched_ = 0;
  std::int64_t opened_at_ = 0;  // 0: not yet
  std::optional<std::int64_t> availability_start_;
  bool refused_ = false;
  bool ended_ = false;
  bool missed_ = false;  // a track, while the stream goes on
  std::function<void()> on_change_;
};

void refuse(Ticket& ticket, const error_code& why);

}  // namespace sluice::hls
