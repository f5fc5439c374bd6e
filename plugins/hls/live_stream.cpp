#include "live_stream.hpp"

#include <algorithm>

#include "media_playlist.hpp"
#include "multivariant.hpp"

namespace sluice::hls {
namespace {

constexpr std::int64_t second = 1'000'000'000;
// How long the first rendition that can be listed waits for the others.
constexpr std::int64_t patience_for_others = 3 * second;
constexpr std::int64_t start_patience = 10 * second;
constexpr std::size_t early_limit = 10'000;
constexpr std::uint32_t batch_limit = 256;

// A playlist changes with every part; a segment never does.
const std::pair<std::string, std::string> no_cache{"Cache-Control", "no-cache"};
const std::pair<std::string, std::string> keep{"Cache-Control", "max-age=60"};

HttpReply text_reply(std::string body) {
  return {.headers = {{"Content-Type", "application/vnd.apple.mpegurl"}, no_cache}, .body = std::move(body)};
}

void add_chunks(const Part& part, HttpReply& reply) {
  for (const ChunkRef& chunk : part.chunks)
    reply.frames.push_back(static_cast<const sluice_frame*>(chunk.get()));
}

std::uint32_t asked_part(const File& file, std::uint32_t more) {
  return file.kind == FileKind::segment ? more : file.part;
}

Wish wish_of(FileKind kind, const PartIndex::PartName& named, const Delivery& delivery) {
  if (kind == FileKind::part) return Wish::part(named.segment, named.part);
  if (kind == FileKind::segment) return Wish::growth(named.segment, named.part);
  return Wish::playlist(delivery);
}

}  // namespace

void refuse(Ticket& ticket, const error_code& why) {
  HttpReply reply{.status = static_cast<unsigned>(http_status(static_cast<Errc>(why.value()))),
                  .headers = {{"Content-Type", "text/plain; charset=utf-8"}, no_cache},
                  .body = why.message() + "\n"};
  if (reply.status == 503) reply.headers.emplace_back("Retry-After", "1");
  reply.give(ticket);
}

LiveStream::LiveStream(const Host& host, sluice_lane* lane, const Settings& settings, std::string key)
    : host_(host),
      lane_(lane),
      settings_(settings),
      key_(std::move(key)),
      source_(host),
      touched_(host.now()) {
  SessionRequest request;
  request.key = key_;
  request.protocol = "hls";
  request.local_module = true;
  if (source_.open(lane_, request, calls(), this, {.start = SLUICE_START_LIVE}) != SLUICE_STATUS_OK)
    refused_ = true;
}

LiveStream::~LiveStream() { refuse_all(Errc::not_in_time); }

const SubscriberCalls& LiveStream::calls() {
  static constexpr SubscriberCalls table{
      .on_open =
          [](void* ctx) {
            auto& self = *static_cast<LiveStream*>(ctx);
            self.opened_at_ = self.host_.now();
            self.find_tracks();
            self.watch();
          },
      .on_refused =
          [](void* ctx, sluice_status, std::string_view) {
            auto& self = *static_cast<LiveStream*>(ctx);
            self.refused_ = true;
            self.refuse_all(Errc::no_such_file);
            self.changed(nullptr);
          },
      .on_ready = [](void* ctx) { static_cast<LiveStream*>(ctx)->watch(); },
      .on_closed =
          [](void* ctx, sluice_status why, std::string_view) {
            auto& self = *static_cast<LiveStream*>(ctx);
            self.source_.close("ended");
            (why == SLUICE_STATUS_GONE ? self.ended_ : self.refused_) = true;
            self.changed(nullptr);
          }};
  return table;
}

// Frames are looked at for one thing: whether they name a track, or a revision of it, that is not known.
void LiveStream::watch() {
  bool other = false;
  for (auto entries = source_.read(batch_limit); !entries.empty(); entries = source_.read(batch_limit))
    for (const sluice_entry& entry : entries) {
      const sluice_track& track = *entry.frame->track;
      source_.sent(entry.frame->bytes);
      if (track.kind == SLUICE_TRACK_DATA) continue;
      const auto found = places_.find(track.id);
      if (found == places_.end())
        other = true;
      else if ((entry.frame->flags & SLUICE_FRAME_KEY) != 0)
        found->second.feed->describe(track);
    }
  if (other) find_tracks();
}

void LiveStream::find_tracks() {
  for (const sluice_track* track : source_.tracks()) {
    if (track->kind == SLUICE_TRACK_DATA || places_.contains(track->id)) continue;
    Place& place = places_[track->id];
    place.feed = std::make_unique<TrackFeed>(host_, settings_.window, [this, &place] { changed(&place); });
    place.feed->open(lane_, key_, *track);
  }
  serve_early();
}

void LiveStream::changed(Place* place) {
  ++revision_;
  settle_start();
  if (place) {
    std::vector<Waiting::Told> told;
    place->waiting.settle(place->feed->index(), told);
    tell(*place, told);
  }
  if (on_change_) on_change_();
}

// Of the first rendition that can be listed: when media time 0 was, for DASH.
void LiveStream::settle_start() {
  if (availability_start_) return;
  for (const auto& [id, place] : places_) {
    const Segment* segment = place.feed->index().last_closed();
    if (!segment) continue;
    const std::int64_t wall = segment->wall == no_wall ? host_.wall() - segment->duration : segment->wall;
    availability_start_ = wall - segment->begin;
    return;
  }
}

LiveStream::Place* LiveStream::find(std::string_view rendition) {
  if (rendition == "ts") return transport_stream();
  for (auto& [id, place] : places_)
    if (place.feed->id() == rendition) return &place;
  return nullptr;
}

// Null before it is known whether the stream is there.
LiveStream::Place* LiveStream::transport_stream() {
  if (ts_ || opened_at_ == 0 || ended_) return ts_.get();
  ts_ = std::make_unique<Place>();
  WindowLimits limits = settings_.window;
  limits.whole_parts = false;
  ts_->feed = std::make_unique<TrackFeed>(host_, limits, [this] { changed(ts_.get()); });
  ts_->feed->open_transport_stream(lane_, key_);
  return ts_.get();
}

std::size_t LiveStream::ready_count() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(places_, [](const auto& entry) { return entry.second.feed->index().ready(); }));
}

bool LiveStream::over() const { return refused_ || (ended_ && ready_count() == 0); }

// A track that was lost or ended does not come back while the stream goes on: only a beginning anew lists it.
// The end of a stream comes to its tracks one by one, so it is judged the second time it is seen.
void LiveStream::judge_tracks() {
  const auto is_gone = [](const TrackFeed& feed) {
    return feed.lost() || (feed.index().ended() && !feed.failed());
  };
  const bool any = (ts_ && is_gone(*ts_->feed)) || std::ranges::any_of(places_, [&](const auto& entry) {
                     return is_gone(*entry.second.feed);
                   });
  if (!ended_ && any && std::exchange(missed_, any)) refused_ = true;
}

bool LiveStream::presentable(std::int64_t now) const {
  const std::size_t ready = ready_count();
  const auto failed = static_cast<std::size_t>(
      std::ranges::count_if(places_, [](const auto& entry) { return entry.second.feed->failed(); }));
  if (ready == 0) return false;
  return ended_ || ready + failed == places_.size() || now - opened_at_ > patience_for_others;
}

Layer LiveStream::layer(const std::string& folder) const {
  Layer layer{folder, {}, {}};
  for (const auto& [id, place] : places_) {
    if (!place.feed->index().ready()) continue;
    (place.feed->is_video() ? layer.video : layer.audio).push_back(place.feed->rendition());
  }
  return layer;
}

void LiveStream::add_to_mpd(const std::string& folder, std::vector<Rendition>& facts,
                            std::vector<MpdRendition>& out) const {
  for (const auto& [id, place] : places_) {
    if (!place.feed->index().ready()) continue;
    facts.push_back(place.feed->rendition());
    out.push_back({nullptr, &place.feed->index(), folder, place.feed->is_video(), place.feed->timescale()});
  }
}

void LiveStream::serve(const Target& target, const Delivery& delivery, const std::string& query,
                       std::uint32_t more, Ticket ticket) {
  touched_ = host_.now();
  Asked asked{target.file.kind,
              delivery,
              std::string(target.rendition),
              query,
              {target.file.number, asked_part(target.file, more)},
              std::move(ticket)};
  if (Place* place = find(target.rendition)) {
    if (target.file.kind == FileKind::init || (target.file.ts && target.file.kind == FileKind::segment))
      return serve_file(*place, target.file, std::move(asked.ticket));
    return serve_media(*place, std::move(asked));
  }
  const bool may_come = opened_at_ == 0 && !refused_ && target.file.kind == FileKind::media;
  if (!may_come) return refuse(asked.ticket, Errc::no_such_file);
  if (early_.size() >= early_limit) return refuse(asked.ticket, Errc::too_many_waiting);
  early_.emplace_back(host_.now() + start_patience, std::move(asked));
}

void LiveStream::serve_early() {
  auto early = std::exchange(early_, {});
  for (auto& [deadline, asked] : early) {
    if (Place* place = find(asked.rendition))
      serve_media(*place, std::move(asked));
    else
      refuse(asked.ticket, Errc::no_such_file);
  }
}

void LiveStream::serve_media(Place& place, Asked asked) {
  const Wish wish = wish_of(asked.kind, asked.named, asked.delivery);
  const std::uint64_t token = next_token_++;
  const auto verdict = place.feed->failed() ? std::optional<error_code>(Errc::no_such_file)
                                            : place.waiting.ask(place.feed->index(), wish, token,
                                                                std::chrono::nanoseconds(host_.now()));
  if (!verdict) {
    held_.emplace(token, std::move(asked));
  } else if (*verdict) {
    refuse(asked.ticket, *verdict);
  } else {
    answer(place, asked);
  }
}

void LiveStream::tell(Place& place, std::vector<Waiting::Told>& told) {
  for (const Waiting::Told& one : told) {
    auto found = held_.extract(one.token);
    if (found.empty()) continue;
    if (one.error)
      refuse(found.mapped().ticket, one.error);
    else
      answer(place, found.mapped());
  }
}

void LiveStream::answer(Place& place, Asked& asked) {
  if (asked.kind == FileKind::media) return give_list(place, asked, asked.ticket);
  if (asked.kind == FileKind::segment) return give_segment(place, asked, asked.ticket);
  const Part* part = place.feed->index().find_part(asked.named.segment, asked.named.part);
  if (!part) return refuse(asked.ticket, Errc::no_such_file);
  HttpReply reply{.headers = {{"Content-Type", place.feed->mime()}, keep}};
  add_chunks(*part, reply);
  reply.give(asked.ticket);
}

// One that is still made is answered with the parts it has, and asked for again.
void LiveStream::give_segment(Place& place, const Asked& asked, Ticket& ticket) {
  const Segment* segment = place.feed->index().find_segment(asked.named.segment);
  if (!segment) return refuse(ticket, Errc::no_such_file);
  const bool whole = segment->closed && asked.named.part == 0;
  HttpReply reply{.headers = {{"Content-Type", place.feed->mime()}, keep}, .ranges = whole};
  const std::size_t count = place.feed->index().whole_parts(*segment);
  for (std::size_t i = asked.named.part; i < count; ++i) add_chunks(segment->parts[i], reply);
  if (!segment->closed) reply.more = std::to_string(count);
  reply.give(ticket);
}

void LiveStream::give_list(Place& place, const Asked& asked, Ticket& ticket) {
  const std::string variant = (asked.delivery.skip ? "skip" : "whole") + asked.query;
  if (place.list_of.first != revision_ || place.list_of.second != variant) {
    std::vector<RenditionReport> reports;
    PlaylistWish wish{.ts = &place == ts_.get(), .skip = asked.delivery.skip, .query = asked.query};
    for (const auto& [id, other] : places_) {
      const auto newest = other.feed->index().newest();
      if (&other == &place || !newest || !other.feed->index().ready()) continue;
      reports.push_back({"../" + other.feed->id() + "/media.m3u8", *newest});
      wish.common_part_target = std::max(wish.common_part_target, other.feed->index().part_target());
    }
    wish.reports = reports;
    place.list = write_media_playlist(place.feed->index(), wish);
    place.list_of = {revision_, variant};
  }
  text_reply(place.list).give(ticket);
}

void LiveStream::serve_file(Place& place, const File& file, Ticket ticket) {
  const PartIndex& index = place.feed->index();
  HttpReply reply{.headers = {{"Content-Type", place.feed->mime()}, keep}, .ranges = true};
  if (file.kind == FileKind::init) {
    const ChunkRef init = index.find_init(file.number);
    if (!init) return refuse(ticket, Errc::no_such_file);
    reply.body = *static_cast<const std::string*>(init.get());
    reply.give(ticket);
    return;
  }
  const Segment* segment = index.find_segment(file.number);
  if (!segment || !segment->closed) return refuse(ticket, Errc::no_such_file);
  for (const Part& part : segment->parts) add_chunks(part, reply);
  reply.give(ticket);
}

void LiveStream::tick(std::int64_t now) {
  const auto expire = [&](Place& place) {
    std::vector<Waiting::Told> told;
    place.waiting.expire(std::chrono::nanoseconds(now), told);
    tell(place, told);
  };
  for (auto& [id, place] : places_) expire(place);
  if (ts_) expire(*ts_);
  judge_tracks();
  while (!early_.empty() && early_.front().first <= now) {
    refuse(early_.front().second.ticket, Errc::not_in_time);
    early_.pop_front();
  }
}

bool LiveStream::idle(std::int64_t now) const {
  return held_.empty() && early_.empty() &&
         now - touched_ > std::chrono::nanoseconds(settings_.linger).count();
}

void LiveStream::refuse_all(Errc code) {
  auto early = std::exchange(early_, {});
  auto held = std::exchange(held_, {});
  for (auto& [deadline, asked] : early) refuse(asked.ticket, code);
  for (auto& [token, asked] : held) refuse(asked.ticket, code);
  std::vector<Waiting::Told> told;
  for (auto& [id, place] : places_) place.waiting.refuse_all(code, told);
  if (ts_) ts_->waiting.refuse_all(code, told);
}

}  // namespace sluice::hls
