// What a viewer of HLS does with one rendition.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "answer_line.hpp"
#include "part_clock.hpp"

namespace sluice::bench {

struct Sample {
  enum class What { reload, part, list, segment } what;
  Kind kind;
  PartName name;  // of reload and part: the part that was waited for
  Clock::time_point asked, first_byte, last_byte;
};

// What all of a run's viewers share.
struct Notes {
  explicit Notes(const SendTimes& times) : clock(times) {}
  PartClock clock;
  std::vector<Sample> samples;
  std::uint64_t answers = 0, bytes = 0;
  std::uint64_t never_came = 0;  // hinted parts that were answered with 404: their segment ended before them
  std::uint64_t faults = 0;      // anything that a player would stumble over
  std::string last_fault;
  void fault(std::string what) {
    ++faults;
    last_fault = std::move(what);
  }
};

struct Place {
  std::uint16_t port;
  std::uint32_t from;  // the viewer's address
  std::string folder;  // of the rendition, with a slash behind
  std::string query;   // "token=..." or empty
  Kind kind;
};

class Viewer {
 public:
  virtual ~Viewer() = default;
  virtual std::vector<AnswerLine*> lines() = 0;
  virtual void on_answer(AnswerLine& line, Clock::time_point now) = 0;
  // When it wants to be called though nothing came; nothing: never.
  virtual std::optional<Clock::time_point> due() const { return std::nullopt; }
  virtual void on_due(Clock::time_point) {}
  virtual bool plays() const = 0;
};

// Low latency (RFC 8216bis): blocking reload, then the parts that the list names. With `hints` the parts are
// asked for on a connection of their own as soon as they are hinted, which holds them too.
std::unique_ptr<Viewer> make_follower(const Place& place, bool hints, Notes& notes);

// Plain HLS: the list about once in a target duration (RFC 8216, 6.3.4), then the segment that is new.
std::unique_ptr<Viewer> make_poller(const Place& place, Notes& notes);

}  // namespace sluice::bench
