// ChunkSource: one viewer's subscription to a packaging. The one place that knows how chunks come from the
// engine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <sluice/subscriber.hpp>

#include "parcel.hpp"
#include "route.hpp"

namespace sluice::http {

// One chunk in each form it is sent in, kept with its entry in the lane's window for all viewers there.
struct ChunkForms {
  ParcelRef plain;    // as it is
  ParcelRef chunked;  // a chunk of the chunked transfer coding
  ParcelRef message;  // a binary WebSocket message
};
enum class Form { plain, chunked, message };

// [lane]
class ChunkSource {
 public:
  ChunkSource(const Host& host, sluice_lane* lane, Form form)
      : host_(host), lane_(lane), form_(form), subscriber_(host) {}

  // One of on_open and on_refused follows.
  sluice_status open(const SessionRequest& request, const StreamRoute& route, const SubscriberCalls& calls,
                     void* ctx);
  // Appends what there is to `out`, at most a batch: init chunks where they are due, chunks from the first
  // key chunk on. False: nothing new, on_ready will come.
  bool read(std::vector<ParcelRef>& out);
  void sent(std::uint64_t bytes) { subscriber_.sent(bytes); }
  void close(std::string_view reason) { subscriber_.close(reason); }

  // For lane_on_cache_release.
  static void release_cached(void* ctx, void* cached);

 private:
  ParcelRef form_of(sluice_entry& entry) const;
  ParcelRef init_of(const sluice_track& track) const;

  const Host& host_;
  sluice_lane* lane_;
  const Form form_;
  Subscriber subscriber_;
  std::uint32_t revision_ = 0;  // of the track whose init chunk was sent last
  bool begun_ = false;          // the first key chunk was there
};

}  // namespace sluice::http
