// Waiting: requests that are held until a rendition has what they ask for, and who is told what when.
//
// RFC 8216bis 6.2.5.2 (blocking playlist reload), 6.2.6 (preload hints). Times are a monotonic clock's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "part_index.hpp"
#include "request.hpp"

namespace sluice::hls {

struct Wish {
  enum class Kind { playlist, part, growth };
  Kind kind = Kind::playlist;
  Delivery delivery;          // playlist
  PartIndex::PartName named;  // part; growth: the segment, and how many of its parts are there already

  static Wish playlist(const Delivery& delivery) { return {Kind::playlist, delivery, {}}; }
  static Wish part(std::uint64_t segment, std::uint32_t part) { return {Kind::part, {}, {segment, part}}; }
  // More of a segment than its first `parts`, or that it is whole with them.
  static Wish growth(std::uint64_t segment, std::uint32_t parts) {
    return {Kind::growth, {}, {segment, parts}};
  }
};

// Answer now (no error), say no (an error of Errc), or wait (nothing).
std::optional<error_code> judge(const PartIndex& index, const Wish& wish);

class Waiting {
 public:
  struct Limits {
    std::size_t requests = 20'000;  // beyond it: too_many_waiting
    std::chrono::nanoseconds start_patience{10'000'000'000};
  };
  struct Told {
    std::uint64_t token;  // the owner's word for the request
    error_code error;     // none: answer it
  };

  explicit Waiting(const Limits& limits) : limits_(limits) {}

  // The verdict, or nothing: then the token is told later, exactly once, unless it is withdrawn.
  std::optional<error_code> ask(const PartIndex& index, const Wish& wish, std::uint64_t token,
                                std::chrono::nanoseconds now);
  // The index changed.
  void settle(const PartIndex& index, std::vector<Told>& told);
  // Time passed: not_in_time to those held for three target durations (before anything was listed: the
  // start's patience).
  void expire(std::chrono::nanoseconds now, std::vector<Told>& told);
  // The rendition is gone.
  void refuse_all(Errc code, std::vector<Told>& told);
  void withdraw(std::uint64_t token);

  std::optional<std::chrono::nanoseconds> next_deadline() const;
  std::size_t size() const { return held_.size(); }

 private:
  struct Held {
    std::uint64_t token;
    Wish wish;
    std::chrono::nanoseconds deadline;
  };

  Limits limits_;
  std::vector<Held> held_;
};

}  // namespace sluice::hls
