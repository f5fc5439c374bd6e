// MPEG-TS as far as a fault shows (ISO/IEC 13818-1, 2.4.3): sync bytes, continuity of each PID, and the
// frames of the synthetic stream in its PES packets.
#include <array>
#include <map>

#include "http_viewer.hpp"
#include "ts_packets.hpp"

namespace sluice::bench {
namespace {

struct Pid {
  std::optional<std::uint8_t> counter;
  Bytes pes;
};

class TsViewer final : public HttpViewer {
 public:
  using HttpViewer::HttpViewer;

 private:
  bool on_body(std::span<const std::uint8_t> bytes) override {
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    std::span<const std::uint8_t> rest(pending_);
    for (; rest.size() >= ts_packet && error_.empty(); rest = rest.subspan(ts_packet))
      on_packet(rest.first<ts_packet>());
    pending_.erase(pending_.begin(), pending_.end() - static_cast<std::ptrdiff_t>(rest.size()));
    return error_.empty();
  }

  void on_packet(std::span<const std::uint8_t, ts_packet> packet) {
    if (packet[0] != 0x47) {
      error_ = "a packet does not begin with the sync byte";
      return;
    }
    const unsigned number = (packet[1] & 0x1Fu) << 8 | packet[2];
    if (number == 0x1FFF) return;
    const bool has_payload = packet[3] & 0x10;
    Pid& pid = pids_[number];
    const std::uint8_t counter = packet[3] & 0x0F;
    if (pid.counter && counter != ((*pid.counter + (has_payload ? 1 : 0)) & 0x0F)) ++faults_;
    pid.counter = counter;
    std::size_t at = 4;
    if (packet[3] & 0x20) at += 1u + packet[4];
    if (at > ts_packet) {
      ++faults_;
      return;
    }
    if (has_payload) on_payload(pid, packet[1] & 0x40, packet.subspan(at));
  }

  // A PES packet of a known length is looked at once it is whole, one of unknown length when the next begins.
  void on_payload(Pid& pid, bool starts, std::span<const std::uint8_t> payload) {
    if (starts) {
      if (!pid.pes.empty()) on_pes(pid.pes);
      pid.pes.clear();
      const bool is_pes = payload.size() >= 9 && payload[0] == 0 && payload[1] == 0 && payload[2] == 1;
      if (!is_pes) return;
    } else if (pid.pes.empty()) {
      return;
    }
    pid.pes.insert(pid.pes.end(), payload.begin(), payload.end());
    const std::size_t size = static_cast<std::size_t>(pid.pes[4] << 8 | pid.pes[5]);
    if (size == 0 || pid.pes.size() < size + 6) return;
    if (pid.pes.size() > size + 6) ++faults_;
    on_pes(pid.pes);
    pid.pes.clear();
  }

  void on_pes(std::span<const std::uint8_t> pes) {
    const bool video = pes[3] >> 4 == 0xE;
    if (pes.size() < 9u + pes[8]) {
      ++faults_;
      return;
    }
    const auto body = pes.subspan(9u + pes[8]);
    video ? on_video(body) : on_audio(body);
  }

  void on_video(std::span<const std::uint8_t> unit) {
    for (std::size_t at = 0; at + 4 + index_digits <= unit.size(); ++at) {
      if (unit[at] != 0 || unit[at + 1] != 0 || unit[at + 2] != 1) continue;
      const unsigned type = unit[at + 3] & 0x1F;
      if (type != 5 && type != 1) continue;
      const bool key = type == 5;
      const auto index = read_index(unit, at + 3 + 4);
      if (!index) ++faults_;
      return on_media_({key, index ? std::optional(SeenFrame{Kind::video, key, *index}) : std::nullopt});
    }
    ++faults_;
  }

  // ADTS (ISO/IEC 14496-3, 1.A.2): each frame says its length.
  void on_audio(std::span<const std::uint8_t> frames) {
    while (frames.size() >= 7) {
      const std::size_t size =
          static_cast<std::size_t>((frames[3] & 3) << 11 | frames[4] << 3 | frames[5] >> 5);
      if (frames[0] != 0xFF || size < 7 || size > frames.size()) break;
      const auto index = read_index(frames, 7);
      on_media_({false, index ? std::optional(SeenFrame{Kind::audio, false, *index}) : std::nullopt});
      if (!index) ++faults_;
      frames = frames.subspan(size);
    }
    if (!frames.empty()) ++faults_;
  }

  Bytes pending_;
  std::map<unsigned, Pid> pids_;
};

}  // namespace

std::unique_ptr<ViewerSession> make_ts_viewer(const std::string& path, ViewerSession::OnMedia on_media) {
  return std::make_unique<TsViewer>(path, std::move(on_media));
}

}  // namespace sluice::bench
