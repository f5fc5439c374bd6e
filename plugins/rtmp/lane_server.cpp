#include "lane_server.hpp"

#include <boost/asio/post.hpp>
#include <sluice/stream_key.hpp>
#include <vector>

#include "connection.hpp"

namespace sluice::rtmp {
namespace {

constexpr std::int64_t sweep_ns = 1'000'000'000;
constexpr std::size_t idle_groups_limit = 256;

}  // namespace

LaneServer::LaneServer(const Host& host, LaneLoop& loop, Shared& shared)
    : host_(host),
      loop_(loop),
      shared_(shared),
      egress_(host),
      read_buffer_(std::make_unique<std::array<std::uint8_t, read_size>>()),
      random_(std::random_device{}()),
      sweep_timer_(host) {
  host_.engine()->lane_on_cache_release(loop_.lane(), &Egress::release_cached, &egress_);
  sweep();
}

LaneServer::~LaneServer() {
  const std::vector<std::shared_ptr<Connection>> left(connections_.begin(), connections_.end());
  for (const auto& connection : left) connection->close("the server stops");
}

void LaneServer::adopt(sluice::Connection socket) {
  auto connection = std::make_shared<Connection>(*this, std::move(socket));
  connections_.insert(connection);
  ++shared_.sessions;
  connection->start();
}

void LaneServer::forget(const std::shared_ptr<Connection>& connection) {
  if (connections_.erase(connection) == 0) return;
  --shared_.sessions;
  boost::asio::post(loop_.context(), [connection] {});
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
  return &merge_groups_.try_emplace(std::string(key), host_, loop_.lane(), egress_, window).first->second;
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
  const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
  for (const auto& connection : all) connection->tick(now);
  sweep_timer_.start(loop_.lane(), now + sweep_ns, [this] { sweep(); });
}

}  // namespace sluice::rtmp
