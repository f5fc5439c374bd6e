#include "lane_server.hpp"

#include <sluice/stream_key.hpp>
#include <vector>

#include "connection.hpp"

namespace sluice::rtmp {
namespace {

constexpr std::int64_t sweep_ns = 1'000'000'000;
constexpr std::size_t idle_groups_limit = 256;

}  // namespace

LaneServer::LaneServer(const Host& host, sluice_lane* lane, Shared& shared)
    : host_(host),
      lane_(lane),
      shared_(shared),
      egress_(host),
      read_buffer_(std::make_unique<std::array<std::uint8_t, read_size>>()),
      tls_rooms_(shared.tls ? std::make_unique<tls::Rooms>() : nullptr),
      random_(std::random_device{}()),
      sweep_timer_(host) {
  host_.engine().call(&sluice_engine::lane_on_cache_release, lane_, &Egress::release_cached,
                      static_cast<void*>(&egress_));
  sweep();
}

LaneServer::~LaneServer() {
  while (!connections_.empty()) connections_.begin()->first->close("the server stops");
  closed_.clear();
}

void LaneServer::adopt(sluice::Connection socket, bool secure) {
  closed_.clear();
  auto connection = std::make_unique<Connection>(*this, std::move(socket), secure);
  Connection* const adopted = connection.get();
  connections_.emplace(adopted, std::move(connection));
  ++shared_.sessions;
  adopted->start();
}

void LaneServer::forget(Connection& connection) {
  const auto found = connections_.find(&connection);
  closed_.push_back(std::move(found->second));
  connections_.erase(found);
  --shared_.sessions;
}

ChunkLimits LaneServer::chunk_limits() const {
  const auto current = settings();
  ChunkLimits limits;
  limits.min_chunk_size = current->chunk_size_floor;
  limits.max_message = current->message_limit;
  return limits;
}

HandshakeRandom LaneServer::handshake_random() {
  HandshakeRandom bytes;
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_());
  return bytes;
}

MergeGroup* LaneServer::merge_group(std::string_view key) {
  if (const auto found = merge_groups_.find(key); found != merge_groups_.end()) return &found->second;
  const auto window = settings()->app(stream_app(key)).merge_window;
  if (window.count() == 0) return nullptr;
  if (merge_groups_.size() >= idle_groups_limit)
    std::erase_if(merge_groups_, [](const auto& group) { return group.second.is_idle(); });
  return &merge_groups_.try_emplace(std::string(key), host_, lane_, egress_, window).first->second;
}

void LaneServer::count(std::string_view what, std::string_view reason) {
  std::string name = "rtmp_";
  name += what;
  name += "_total/";
  name += reason;
  auto found = counters_.find(name);
  if (found == counters_.end()) {
    const std::string metric = name.substr(0, name.find('/'));
    const std::string labels = "reason=" + std::string(reason);
    found = counters_.emplace(name, Metric(host_, SLUICE_METRIC_COUNTER, metric, "By reason.", labels)).first;
  }
  found->second.add();
}

// Once a second: who missed a deadline.
void LaneServer::sweep() {
  const std::int64_t now = host_.now();
  closed_.clear();
  std::vector<Connection*> all;
  all.reserve(connections_.size());
  for (const auto& [connection, owner] : connections_) all.push_back(connection);
  for (Connection* connection : all) connection->tick(now);
  sweep_timer_.start(lane_, now + sweep_ns, [this] { sweep(); });
}

}  // namespace sluice::rtmp
