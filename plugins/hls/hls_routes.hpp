// HlsRoutes: what of HTTP is ours, and the streams that are watched through it.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <sluice/http.hpp>
#include <sluice/timer.hpp>

#include "live_stream.hpp"
#include "viewer_gate.hpp"

namespace sluice::hls {

// [lane] Every method on the lane given at construction.
class HlsRoutes {
 public:
  HlsRoutes(const Host& host, sluice_lane* lane, const Settings& settings);
  ~HlsRoutes();

  void begin();
  // No new requests; those that are held are told to ask again.
  void drain();

 private:
  struct Manifest {  // a request for what spans renditions and layers, held until it can be written
    FileKind kind;
    std::string key, query;
    std::int64_t deadline;
    Ticket ticket;
  };

  void add(const char* pattern);
  void on_request(const HttpRequest& request, Ticket& ticket);
  void go_on(const std::string& path, const std::string& more, Ticket& ticket);
  void serve(const Target& target, const Delivery& delivery, const std::string& query, Ticket ticket);
  LiveStream* stream(const std::string& key);
  const LiveStream* find(const std::string& key) const;
  void put_away(const std::string& key);
  void on_change(const sluice_change& change);
  void begin_all_live();
  std::vector<std::string> layers_of(const std::string& key) const;
  bool give(Manifest& manifest);
  void give_multivariant(Manifest& manifest, const std::vector<std::string>& keys);
  void give_mpd(Manifest& manifest, const std::vector<std::string>& keys);
  void give_manifests();
  void tick();

  const Host& host_;
  sluice_lane* lane_;
  const Settings& settings_;
  ViewerGate gate_;
  std::vector<std::unique_ptr<HttpRoute>> routes_;
  std::map<std::string, std::unique_ptr<LiveStream>, std::less<>> streams_;
  std::set<std::string, std::less<>> wanted_;      // live and begun at publish, so kept without a viewer
  std::vector<std::unique_ptr<LiveStream>> gone_;  // until nothing of theirs is running any more
  std::list<Manifest> manifests_;
  bool giving_ = false;
  bool draining_ = false;
  Timer timer_;
  sluice_registry_watch* watch_ = nullptr;
};

}  // namespace sluice::hls
