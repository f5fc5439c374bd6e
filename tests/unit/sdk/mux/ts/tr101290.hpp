// The first and second priority indicators of ETSI TR 101 290 (5.2.1, 5.2.2) over a stream in memory. Shares
// no code with the muxer or the demuxer.
//
// Time is that of PCR, between two of them by position. PCR accuracy (2.4) is a matter of constant bit rate;
// of a stream that goes out as frames come, what can be checked is that no unit comes after its decoding time
// and none more than a second before (the T-STD's buffers).
#pragma once

#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace sluice::test {

struct Tr101290 {
  // 1.1 to 1.6
  unsigned sync_loss = 0, sync_byte = 0, pat = 0, continuity = 0, pmt = 0, pid = 0;
  // 2.1 to 2.6
  unsigned transport = 0, crc = 0, pcr_repetition = 0, pcr_discontinuity = 0, pts = 0, cat = 0;
  // In the place of 2.4.
  unsigned late_units = 0, early_units = 0;
  unsigned references = 0, units = 0, tables = 0;  // how much was looked at

  unsigned errors() const {
    return sync_loss + sync_byte + pat + continuity + pmt + pid + transport + crc + pcr_repetition +
           pcr_discontinuity + pts + cat + late_units + early_units;
  }
};

struct Tr101290Limits {
  int64_t tables_ms = 100;  // the report allows 500
  int64_t pcr_ms = 40;
  int64_t pts_ms = 700;
  int64_t pid_ms = 5000;
  int64_t early_ms = 1000;
};

class Tr101290Check {
 public:
  Tr101290Check(std::span<const uint8_t> stream, Tr101290Limits limits = {}) : limits_(limits) {
    unsigned bad_in_a_row = 0;
    for (size_t at = 0; at + 188 <= stream.size(); at += 188, ++index_) {
      const auto packet = stream.subspan(at, 188);
      if (packet[0] != 0x47) {
        ++result.sync_byte;
        if (++bad_in_a_row == 2) ++result.sync_loss;
        continue;
      }
      bad_in_a_row = 0;
      look(packet);
    }
    if (stream.size() % 188 != 0) ++result.sync_loss;
    judge_intervals();
  }

  Tr101290 result;

 private:
  static constexpr int64_t pcr_wrap = (int64_t{1} << 33) * 300, ms = 27000;

  struct Point {
    size_t index;
    int64_t pcr;
    int64_t elapsed;
    bool breaks;
  };

  static uint32_t crc32(std::span<const uint8_t> bytes) {
    uint32_t crc = 0xffffffff;
    for (const uint8_t byte : bytes)
      for (int bit = 7; bit >= 0; --bit) {
        const bool high = (crc >> 31 ^ (byte >> bit & 1)) & 1;
        crc = crc << 1 ^ (high ? 0x04c11db7u : 0);
      }
    return crc;
  }

  void look(std::span<const uint8_t> packet) {
    if (packet[1] & 0x80) {
      ++result.transport;
      return;
    }
    const auto pid = static_cast<uint16_t>((packet[1] & 0x1f) << 8 | packet[2]);
    if (pid == 0x1fff) return;
    const bool start = packet[1] & 0x40, has_field = packet[3] & 0x20, has_payload = packet[3] & 0x10;
    const size_t field = has_field ? packet[4] : 0;
    const bool breaks = field > 0 && packet[5] & 0x80;
    if ((packet[3] & 0xc0) && !has_cat_) ++result.cat;
    if (field >= 7 && packet[5] & 0x10) take_reference(packet, pid, breaks);
    count(pid, packet[3] & 0x0f, has_payload, breaks);
    seen_[pid].push_back(index_);
    if (!has_payload) return;
    const auto payload = packet.subspan(has_field ? 5 + field : 4);
    if (pid == 0 || map_pids_.count(pid)) return take_section(pid, payload, start);
    if (pid == 1) has_cat_ = true;
    if (start && streams_.count(pid)) take_unit(pid, payload);
  }

  void count(uint16_t pid, int counter, bool has_payload, bool breaks) {
    auto& state = counters_[pid];
    if (has_payload && state.last && !breaks && !state.excused) {
      const bool twice = counter == *state.last && !state.repeated;
      if (!twice && counter != ((*state.last + 1) & 15)) ++result.continuity;
      state.repeated = counter == *state.last;
    }
    if (!has_payload && state.last && counter != *state.last && !breaks) ++result.continuity;
    state.excused = breaks && !has_payload;
    if (has_payload) state.last = counter;
  }

  void take_reference(std::span<const uint8_t> packet, uint16_t pid, bool breaks) {
    if (pcr_pid_ && pid != *pcr_pid_) return;
    int64_t base = 0;
    for (size_t i = 6; i < 10; ++i) base = base << 8 | packet[i];
    const int64_t pcr = (base << 1 | packet[10] >> 7) * 300 + ((packet[10] & 1) << 8 | packet[11]);
    ++result.references;
    const bool first = points_.empty();
    const int64_t step = first ? 0 : (pcr - points_.back().pcr + pcr_wrap) % pcr_wrap;
    if (!first && !breaks) {
      if (step > limits_.pcr_ms * ms) ++result.pcr_repetition;
      if (step > 100 * ms) ++result.pcr_discontinuity;
    }
    points_.push_back({index_, pcr, (first ? 0 : points_.back().elapsed) + (breaks ? 0 : step), breaks});
  }

  void take_section(uint16_t pid, std::span<const uint8_t> payload, bool start) {
    if (!start || payload.empty() || payload[0] + 4u > payload.size()) return;  // ours fit one packet
    const auto section = payload.subspan(1u + payload[0]);
    const size_t size = 3u + static_cast<size_t>((section[1] & 15) << 8 | section[2]);
    if (size > section.size() || size < 12 || crc32(section.first(size)) != 0) {
      ++result.crc;
      return;
    }
    ++result.tables;
    const bool is_pat = pid == 0;
    if (section[0] != (is_pat ? 0 : 2)) {
      ++(is_pat ? result.pat : result.pmt);
      return;
    }
    (is_pat ? pats_ : pmts_).push_back(index_);
    if (is_pat) {
      for (size_t at = 8; at + 8 <= size; at += 4)
        map_pids_.insert(static_cast<uint16_t>((section[at + 2] & 0x1f) << 8 | section[at + 3]));
      return;
    }
    pcr_pid_ = static_cast<uint16_t>((section[8] & 0x1f) << 8 | section[9]);
    std::set<uint16_t> streams;
    size_t at = 12u + static_cast<size_t>((section[10] & 15) << 8 | section[11]);
    for (; at + 9 <= size; at += 5u + static_cast<size_t>((section[at + 3] & 15) << 8 | section[at + 4])) {
      streams.insert(static_cast<uint16_t>((section[at + 1] & 0x1f) << 8 | section[at + 2]));
      if (section[at] == 0x06) sparse_.insert(*streams.rbegin());
    }
    for (const uint16_t gone : streams_)
      if (!streams.count(gone)) seen_.erase(gone), stamped_.erase(gone);
    for (const uint16_t one : streams) started_.try_emplace(one, index_);
    streams_ = streams;
  }

  void take_unit(uint16_t pid, std::span<const uint8_t> payload) {
    if (payload.size() < 14 || payload[0] || payload[1] || payload[2] != 1 || !(payload[7] & 0x80)) return;
    ++result.units;
    stamped_[pid].push_back(index_);
    const size_t at = payload[7] & 0x40 ? 14 : 9;
    if (at + 5 > payload.size() || points_.empty()) return;
    const int64_t dts = int64_t{payload[at] >> 1 & 7} << 30 |
                        (payload[at + 1] << 7 | payload[at + 2] >> 1) << 15 |
                        (payload[at + 3] << 7 | payload[at + 4] >> 1);
    int64_t ahead = (dts * 300 - points_.back().pcr + pcr_wrap) % pcr_wrap;
    if (ahead > pcr_wrap / 2) ahead -= pcr_wrap;
    if (ahead < 0) ++result.late_units;
    if (ahead > limits_.early_ms * ms) ++result.early_units;
  }

  // Time since the first reference.
  int64_t time_of(size_t index) const {
    if (points_.empty()) return 0;
    for (size_t i = 0; i < points_.size(); ++i) {
      const Point& next = points_[i];
      if (index > next.index) continue;
      if (i == 0 || index == next.index || next.breaks)
        return i == 0 ? next.elapsed : points_[i - (index != next.index)].elapsed;
      const Point& before = points_[i - 1];
      const auto way = static_cast<int64_t>(index - before.index),
                 whole = static_cast<int64_t>(next.index - before.index);
      return before.elapsed + (next.elapsed - before.elapsed) * way / whole;
    }
    return points_.back().elapsed;
  }

  unsigned gaps(const std::vector<size_t>& at, int64_t limit_ms) const {
    if (points_.empty()) return 0;
    unsigned wide = 0;
    int64_t last = points_.front().elapsed;
    for (const size_t index : at) {
      const int64_t now = time_of(index);
      if (now - last > limit_ms * ms) ++wide;
      last = now;
    }
    return wide + (points_.back().elapsed - last > limit_ms * ms);
  }

  void judge_intervals() {
    if (pats_.empty()) ++result.pat;
    if (pmts_.empty()) ++result.pmt;
    if (points_.empty()) ++result.pcr_repetition;
    result.pat += gaps(pats_, limits_.tables_ms);
    result.pmt += gaps(pmts_, limits_.tables_ms);
    for (const uint16_t pid : streams_) {
      const int64_t lasts = points_.empty() ? 0 : points_.back().elapsed - time_of(started_[pid]);
      if (seen_[pid].empty() || (lasts > limits_.pid_ms * ms && gaps(seen_[pid], limits_.pid_ms)))
        ++result.pid;
      if (sparse_.count(pid)) continue;
      std::vector<size_t> stamps = stamped_[pid];
      stamps.insert(stamps.begin(), started_[pid]);
      result.pts += stamps.size() > 1 ? gaps_between(stamps) : 0;
    }
  }

  unsigned gaps_between(const std::vector<size_t>& at) const {
    unsigned wide = 0;
    for (size_t i = 1; i < at.size(); ++i) wide += time_of(at[i]) - time_of(at[i - 1]) > limits_.pts_ms * ms;
    return wide + (points_.back().elapsed - time_of(at.back()) > limits_.pts_ms * ms);
  }

  struct Counter {
    std::optional<int> last;
    bool repeated = false, excused = false;
  };

  Tr101290Limits limits_;
  size_t index_ = 0;
  std::map<uint16_t, Counter> counters_;
  std::map<uint16_t, std::vector<size_t>> seen_, stamped_;
  std::map<uint16_t, size_t> started_;
  std::set<uint16_t> map_pids_, streams_, sparse_;
  std::optional<uint16_t> pcr_pid_;
  std::vector<Point> points_;
  std::vector<size_t> pats_, pmts_;
  bool has_cat_ = false;
};

}  // namespace sluice::test
