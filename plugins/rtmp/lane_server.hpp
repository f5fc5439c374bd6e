// LaneServer: all RTMP connections of one lane and what they share there.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <sluice/listener.hpp>
#include <sluice/metrics.hpp>
#include <sluice/timer.hpp>
#include <sluice/tls/context.hpp>
#include <sluice/tls/sealing.hpp>

#include "egress.hpp"
#include "merge_group.hpp"
#include "settings.hpp"
#include "wire/chunk_reader.hpp"
#include "wire/handshake.hpp"

namespace sluice::rtmp {

class Connection;

// What the lanes share.
struct Shared {
  std::atomic<std::shared_ptr<const Settings>> settings;  // replaced whole on reconfigure
  std::shared_ptr<tls::ContextSource> tls;                // fixed before the first connection; null: no RTMPS
  std::atomic<std::uint64_t> sessions{0};
};

// [lane]
class LaneServer {
 public:
  LaneServer(const Host& host, sluice_lane* lane, Shared& shared);
  ~LaneServer();
  LaneServer(const LaneServer&) = delete;
  LaneServer& operator=(const LaneServer&) = delete;

  void adopt(sluice::Connection socket, bool secure);
  // Called by a connection that closed. It may still be on the stack, so it is freed a turn later.
  void forget(Connection& connection);

  const Host& host() const { return host_; }
  sluice_lane* lane() const { return lane_; }
  Egress& egress() { return egress_; }
  std::shared_ptr<const Settings> settings() const { return shared_.settings.load(); }
  // Where every connection of the lane reads into; empty again before the next one reads.
  std::span<std::uint8_t> read_buffer() { return *read_buffer_; }
  // For the sessions over TLS; null: there are none.
  tls::Rooms* tls_rooms() { return tls_rooms_.get(); }
  std::shared_ptr<const tls::Context> tls_context() const { return shared_.tls->current(); }
  ChunkLimits chunk_limits() const;
  HandshakeRandom handshake_random();
  // The group that collects frames of this stream, or null when its app sends at once.
  MergeGroup* merge_group(std::string_view key);

  // rtmp_<what>_total{reason="..."}; reasons come from closed sets.
  void count(std::string_view what, std::string_view reason);

 private:
  static constexpr std::size_t read_size = 64 * 1024;

  void sweep();

  const Host& host_;
  sluice_lane* lane_;
  Shared& shared_;
  Egress egress_;
  std::unique_ptr<std::array<std::uint8_t, read_size>> read_buffer_;
  std::unique_ptr<tls::Rooms> tls_rooms_;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Connection>> closed_;
  std::map<std::string, MergeGroup, std::less<>> merge_groups_;
  std::map<std::string, Metric, std::less<>> counters_;
  std::mt19937_64 random_;  // fills handshakes: nothing secret depends on it
  Timer sweep_timer_;
};

}  // namespace sluice::rtmp
