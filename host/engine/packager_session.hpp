// A packager's session and what it is fed: reads the source on a lane of the packager's module, writes the
// chunks. All [lane] but what is marked.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/chunk_writer.hpp"
#include "engine/letter.hpp"
#include "engine/packaging.hpp"
#include "engine/requests.hpp"
#include "engine/track.hpp"

namespace sluice::engine {

class Lane;
class StreamTable;

class PackagerSession {
 public:
  enum Order : std::uint32_t {
    begin = 1,
    flush = 2,      // no frame may come for a while
    hand_on = 4,    // end in front of the next key frame
    dismissed = 8,  // end at once
  };

  // `from_seq`: where the session before ended; 0: with all that is cached.
  PackagerSession(StreamTable& table, std::shared_ptr<Packaging> packaging, std::shared_ptr<Stream> source,
                  const PackagerOffer& offer, Lane& lane, std::uint64_t from_seq);
  PackagerSession(const PackagerSession&) = delete;
  PackagerSession& operator=(const PackagerSession&) = delete;

  void order(Order order);                                                    // [any] under the table's mutex
  Seat& seat() const;                                                         // [any]
  const std::shared_ptr<Packaging>& packaging() const { return packaging_; }  // [any]
  const std::shared_ptr<Stream>& source() const { return source_; }           // [any]

 private:
  friend class StreamTable;

  struct Post : Letter {
    explicit Post(PackagerSession& of) : Letter(&PackagerSession::deliver), owner(of) {}
    PackagerSession& owner;
  };
  struct Ear;

  ~PackagerSession();
  static void deliver(Letter& letter, bool lane_runs);
  void go_if_over();
  void obey(std::uint32_t orders);
  void subscribe();
  void pump();
  bool feed(const sluice_frame& frame);  // false: the session is over
  bool joins_at(const sluice_frame& frame) const;
  bool has_video() const;
  bool learn(const sluice_frame& frame);
  bool open();
  bool tell_tracks();
  bool settle(sluice_status status, const sluice_err& err, const char* method);
  void fail(sluice_status status, const sluice_err& err, const char* method);
  void close_session();
  void flush_session();
  bool take_chunks();  // false: the session is over
  void write(Chunk& chunk);
  Frame* frame_for(const Chunk& chunk);
  void finish(SessionEnd end);
  static sluice_err abi_err();
  template <class Method, class... Arguments>
  sluice_status call(Method method, Arguments... arguments);

  StreamTable& table_;
  const std::shared_ptr<Packaging> packaging_;
  const std::shared_ptr<Stream> source_;
  const sluice_packager* const packager_;
  void* const packager_self_;
  Lane& lane_;
  const std::uint64_t from_seq_;
  Post post_;
  std::atomic<std::uint32_t> orders_{0};

  Subscription* subscription_ = nullptr;
  sluice_packager_session* session_ = nullptr;
  ChunkWriter writer_;
  TrackList told_;
  std::uint64_t told_epoch_ = 0;
  std::uint64_t epoch_ = 0;
  std::uint64_t next_seq_ = 0;
  std::int64_t wall_at_zero_ = SLUICE_TIME_NONE;  // capture time of media time 0, SLUICE_TIME_NONE: unknown
  bool needs_key_ = true;
  bool handing_ = false;
  bool starved_ = false;
  bool told_ready_ = false;
  bool tracks_told_ = false;
  bool over_ = false;
  unsigned failures_ = 0;  // in a row
};

}  // namespace sluice::engine
