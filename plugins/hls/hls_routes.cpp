#include "hls_routes.hpp"

#include <cstdlib>
#include <sluice/stream_key.hpp>

#include "mpd.hpp"
#include "multivariant.hpp"
#include "stream_list.hpp"

namespace sluice::hls {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t start_patience = 10 * second;
constexpr std::size_t stream_limit = 4096;
constexpr std::size_t manifest_limit = 10'000;

// What a playlist names: seg and part are held for at most three target durations.
constexpr const char* patterns[] = {
    "GET * /{key...}/index.m3u8",
    "GET * /{key...}/manifest.mpd",
    "GET * /{key...}/{rendition}/media.m3u8",
    "GET * /{key...}/{rendition}/seg_{number}.m4s",
    "GET * /{key...}/{rendition}/seg_{number}.ts",
    "GET * /{key...}/{rendition}/part_{number}.m4s",
    "GET * /{key...}/{rendition}/init_{number}.mp4",
};

// "../cam~720p/" for live/cam~720p as seen from live/cam/index.m3u8; empty for the stream itself.
std::string folder_of(const std::string& layer, const std::string& key) {
  return layer == key ? "" : "../" + layer.substr(layer.rfind('/') + 1) + "/";
}

std::string bearer_token(const HttpRequest& request) {
  constexpr std::string_view scheme = "Bearer ";
  const std::string shown = request.header("authorization").value_or("");
  return shown.starts_with(scheme) ? shown.substr(scheme.size()) : "";
}

SessionRequest viewer_of(const HttpRequest& request, std::string_view key, const std::string& query) {
  SessionRequest viewer;
  viewer.key = key;
  viewer.protocol = "hls";
  viewer.address = request.peer();
  viewer.user_agent = request.header("user-agent").value_or("");
  viewer.query = query.empty() ? query : query.substr(1);
  viewer.user = query_value(viewer.query, "user").value_or("");
  viewer.password = query_value(viewer.query, "password").value_or("");
  viewer.token = bearer_token(request);
  if (viewer.token.empty()) viewer.token = query_value(viewer.query, "token").value_or("");
  return viewer;
}

}  // namespace

HlsRoutes::HlsRoutes(const Host& host, sluice_lane* lane, const Settings& settings)
    : host_(host), lane_(lane), settings_(settings), gate_(host, lane), timer_(host) {}

HlsRoutes::~HlsRoutes() {
  drain();
  if (watch_) host_.registry().call(&sluice_registry::watch_stop, watch_);
}

void HlsRoutes::begin() {
  const auto& registry = host_.registry();
  registry.call(
      &sluice_registry::watch_start, registry.self(), lane_, std::uint64_t{0},
      [](void* self, const sluice_change* change) { static_cast<HlsRoutes*>(self)->on_change(*change); },
      static_cast<void*>(this), &watch_);
  for (const char* pattern : patterns) add(pattern);
  begin_all_live();
  tick();
}

void HlsRoutes::add(const char* pattern) {
  auto route = std::make_unique<HttpRoute>(host_);
  route->add(lane_, pattern, R"({"answer":"call","timeout_ms":90000})",
             [this](const HttpRequest& request, Ticket& ticket) { on_request(request, ticket); });
  routes_.push_back(std::move(route));
}

void HlsRoutes::drain() {
  draining_ = true;
  wanted_.clear();
  routes_.clear();
  for (Manifest& manifest : manifests_) refuse(manifest.ticket, Errc::not_in_time);
  manifests_.clear();
  for (auto& [key, stream] : streams_) stream->refuse_all(Errc::not_in_time);
}

void HlsRoutes::on_request(const HttpRequest& request, Ticket& ticket) {
  std::string path = request.path();
  path.erase(0, path.find_first_not_of('/'));
  const auto target = parse_target(path);
  if (!target || !is_canonical_stream_key(target->key)) return refuse(ticket, Errc::no_such_file);
  if (const auto more = request.more()) return go_on(path, *more, ticket);
  const auto delivery = parse_delivery(request.query());
  if (!delivery) return refuse(ticket, delivery.error());
  std::string query = carried_query(request.query());
  const SessionRequest viewer = viewer_of(request, target->key, query);
  // The path is borrowed by the target, so it goes along.
  auto kept = std::make_shared<Ticket>(std::move(ticket));
  gate_.ask(viewer,
            [this, path, delivery = *delivery, query, kept](sluice_status status, std::string_view why) {
              if (status != SLUICE_STATUS_OK) {
                kept->refuse(status, why);
                return;
              }
              serve(*parse_target(path), delivery, query, std::move(*kept));
            });
}

// A segment that grows, whose viewer was judged when it began.
void HlsRoutes::go_on(const std::string& path, const std::string& more, Ticket& ticket) {
  const auto target = parse_target(path);
  const auto live = streams_.find(target->key);
  if (live == streams_.end() || target->file.kind != FileKind::segment)
    return refuse(ticket, Errc::no_such_file);
  const auto parts = static_cast<std::uint32_t>(std::strtoul(more.c_str(), nullptr, 10));  // our own word
  live->second->serve(*target, {}, {}, parts, std::move(ticket));
}

void HlsRoutes::serve(const Target& target, const Delivery& delivery, const std::string& query,
                      Ticket ticket) {
  const std::string key(target.key);
  LiveStream* live = stream(key);
  if (!live) return refuse(ticket, Errc::too_many_waiting);
  if (!target.rendition.empty()) return live->serve(target, delivery, query, 0, std::move(ticket));
  if (manifests_.size() >= manifest_limit) return refuse(ticket, Errc::too_many_waiting);
  Manifest manifest{target.file.kind, key, query, host_.now() + start_patience, std::move(ticket)};
  if (!give(manifest)) manifests_.push_back(std::move(manifest));
}

// The one of this key, begun if it is not yet. Null: too many.
LiveStream* HlsRoutes::stream(const std::string& key) {
  const auto found = streams_.find(key);
  if (found != streams_.end() && !found->second->over()) {
    found->second->touch(host_.now());
    return found->second.get();
  }
  put_away(key);
  if (streams_.size() >= stream_limit) return nullptr;
  auto live = std::make_unique<LiveStream>(host_, lane_, settings_, key);
  live->set_on_change([this] { give_manifests(); });
  return streams_.emplace(key, std::move(live)).first->second.get();
}

const LiveStream* HlsRoutes::find(const std::string& key) const {
  const auto found = streams_.find(key);
  return found == streams_.end() || found->second->over() ? nullptr : found->second.get();
}

// It may be the one that is calling us.
void HlsRoutes::put_away(const std::string& key) {
  auto found = streams_.extract(key);
  if (!found.empty()) gone_.push_back(std::move(found.mapped()));
}

// A stream that ended is still listed for those who watch its end; a new one of that key takes its place.
void HlsRoutes::on_change(const sluice_change& change) {
  const std::string key(from_abi(change.key));
  if (change.kind == SLUICE_CHANGE_RESYNC) return begin_all_live();
  if (change.kind == SLUICE_CHANGE_STREAM_ENDED) wanted_.erase(key);
  if (change.kind != SLUICE_CHANGE_STREAM_LIVE) return;
  const auto found = streams_.find(key);
  if (found != streams_.end() && found->second->ended()) put_away(key);
  if (!settings_.at_publish || draining_) return;
  wanted_.insert(key);
  stream(key);
}

// Those that were live before we watched, or while changes were lost.
void HlsRoutes::begin_all_live() {
  if (!settings_.at_publish || draining_) return;
  wanted_.clear();
  for (std::string& key : live_keys(host_)) {
    stream(key);
    wanted_.insert(std::move(key));
  }
}

// The stream itself first, then the layers of its ladder that are live.
std::vector<std::string> HlsRoutes::layers_of(const std::string& key) const {
  std::vector<std::string> keys{key};
  if (key.find('~') != std::string::npos) return keys;
  for (std::string& other : live_keys(host_))
    if (other.starts_with(key + "~")) keys.push_back(std::move(other));
  return keys;
}

// True: it was answered.
bool HlsRoutes::give(Manifest& manifest) {
  const LiveStream* base = find(manifest.key);
  if (!base) {
    refuse(manifest.ticket, Errc::no_such_file);
    return true;
  }
  if (!base->presentable(host_.now())) return false;
  const std::vector<std::string> keys = layers_of(manifest.key);
  for (const std::string& key : keys) {
    const LiveStream* layer = stream(key);
    if (layer && !layer->presentable(host_.now()) && host_.now() < manifest.deadline - start_patience / 2)
      return false;
  }
  manifest.kind == FileKind::multivariant ? give_multivariant(manifest, keys) : give_mpd(manifest, keys);
  return true;
}

void HlsRoutes::give_multivariant(Manifest& manifest, const std::vector<std::string>& keys) {
  std::vector<Layer> layers;
  for (const std::string& key : keys)
    if (const LiveStream* live = find(key)) layers.push_back(live->layer(folder_of(key, manifest.key)));
  const HttpReply reply{
      .headers = {{"Content-Type", "application/vnd.apple.mpegurl"}, {"Cache-Control", "no-cache"}},
      .body = write_multivariant(layers, manifest.query)};
  reply.give(manifest.ticket);
}

void HlsRoutes::give_mpd(Manifest& manifest, const std::vector<std::string>& keys) {
  std::vector<Rendition> facts;
  std::vector<MpdRendition> renditions;
  for (const std::string& key : keys)
    if (const LiveStream* live = find(key)) live->add_to_mpd(folder_of(key, manifest.key), facts, renditions);
  // Pictures lead, and stand in one set.
  std::vector<MpdRendition> ordered;
  for (const bool video : {true, false})
    for (std::size_t i = 0; i < renditions.size(); ++i) {
      renditions[i].facts = &facts[i];
      if (renditions[i].video == video) ordered.push_back(renditions[i]);
    }
  const LiveStream* base = find(manifest.key);
  const HttpReply reply{.headers = {{"Content-Type", "application/dash+xml"}, {"Cache-Control", "no-cache"}},
                        .body = write_mpd(ordered, {.now = host_.wall(),
                                                    .availability_start = base->availability_start(),
                                                    .low_latency = true,
                                                    .query = manifest.query})};
  reply.give(manifest.ticket);
}

void HlsRoutes::give_manifests() {
  if (giving_) return;  // a stream that begins may change at once
  giving_ = true;
  for (auto at = manifests_.begin(); at != manifests_.end();)
    at = give(*at) ? manifests_.erase(at) : std::next(at);
  giving_ = false;
}

void HlsRoutes::tick() {
  const std::int64_t now = host_.now();
  gone_.clear();
  // Begun again if it was taken from us; what nobody watches is kept.
  for (const std::string& key : wanted_) stream(key);
  for (auto& [key, stream] : streams_) stream->tick(now);
  give_manifests();
  std::erase_if(manifests_, [&](Manifest& manifest) {
    if (manifest.deadline > now) return false;
    refuse(manifest.ticket, Errc::not_in_time);
    return true;
  });
  std::erase_if(streams_, [&](auto& entry) { return entry.second->over() || entry.second->idle(now); });
  gate_.sweep(now);
  timer_.start(lane_, now + second, [this] { tick(); });
}

}  // namespace sluice::hls
