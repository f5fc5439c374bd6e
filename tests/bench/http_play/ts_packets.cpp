#include "ts_packets.hpp"

#include <algorithm>

namespace sluice::bench {
namespace {

constexpr unsigned pat_pid = 0, pmt_pid = 0x1000, video_pid = 0x100, audio_pid = 0x101;

// ISO/IEC 13818-1, annex A.
std::uint32_t checksum(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::uint8_t byte : bytes)
    for (int bit = 7; bit >= 0; --bit)
      crc = crc << 1 ^ (((crc >> 31) ^ (byte >> bit & 1)) != 0 ? 0x04C11DB7 : 0);
  return crc;
}

void append_time(Bytes& out, std::uint64_t ticks) {  // PTS alone (2.4.3.7)
  out.insert(out.end(), {static_cast<std::uint8_t>(0x21 | (ticks >> 30 & 7) << 1),
                         static_cast<std::uint8_t>(ticks >> 22), static_cast<std::uint8_t>(ticks >> 14 | 1),
                         static_cast<std::uint8_t>(ticks >> 7), static_cast<std::uint8_t>(ticks << 1 | 1)});
}

constexpr std::uint8_t access_unit_delimiter[] = {0, 0, 0, 1, 9, 0xF0};

void append_video(Bytes& out, const StreamFrame& frame) {
  out.insert(out.end(), std::begin(access_unit_delimiter), std::end(access_unit_delimiter));
  if (frame.key) {  // SPS and PPS, out of the configuration
    const Bytes config = SyntheticStream::video_config();
    out.insert(out.end(), {0, 0, 0, 1});
    out.insert(out.end(), config.begin() + 13, config.begin() + 20);
    out.insert(out.end(), {0, 0, 0, 1});
    out.insert(out.end(), config.end() - 4, config.end());
  }
  out.insert(out.end(), {0, 0, 0, 1});
  out.insert(out.end(), frame.body.begin() + 9, frame.body.end());
}

void append_audio(Bytes& out, const StreamFrame& frame) {  // ADTS: LC, 48 kHz, stereo
  const std::size_t size = frame.body.size() - 2 + 7;
  out.insert(out.end(),
             {0xFF, 0xF1, 0x4C, static_cast<std::uint8_t>(0x80 | size >> 11),
              static_cast<std::uint8_t>(size >> 3), static_cast<std::uint8_t>(size << 5 | 0x1F), 0xFC});
  out.insert(out.end(), frame.body.begin() + 2, frame.body.end());
}

}  // namespace

void TsPackets::append(const StreamFrame& frame, Bytes& out) {
  const bool video = frame.kind == Kind::video;
  const std::uint64_t ticks = (std::uint64_t{frame.timestamp_ms} + 1000) * 90;
  if (frame.key || frame.timestamp_ms - tables_at_ >= 100) {
    append_tables(out);
    tables_at_ = frame.timestamp_ms;
  }
  unit_ = {0, 0, 1, static_cast<std::uint8_t>(video ? 0xE0 : 0xC0), 0, 0, 0x80, 0x80, 5};
  append_time(unit_, ticks);
  video ? append_video(unit_, frame) : append_audio(unit_, frame);
  const std::size_t size = unit_.size() - 6;
  unit_[4] = static_cast<std::uint8_t>(size >> 8);
  unit_[5] = static_cast<std::uint8_t>(size);
  const std::uint64_t clock = ticks - 36'000;
  append_unit(video ? video_pid : audio_pid, frame.key, video ? &clock : nullptr, unit_, out);
}

void TsPackets::append_tables(Bytes& out) {
  const Bytes pat = {0, 0xB0, 13, 0, 1, 0xC1, 0, 0, 0, 1, 0xF0, 0};
  const Bytes pmt = {2, 0xB0, 23,   0, 1,    0xC1, 0,    0,    0xE1, 0,    0xF0,
                     0, 0x1B, 0xE1, 0, 0xF0, 0,    0x0F, 0xE1, 1,    0xF0, 0};
  append_section(pat_pid, pat, out);
  append_section(pmt_pid, pmt, out);
}

void TsPackets::append_section(unsigned pid, std::span<const std::uint8_t> section, Bytes& out) {
  const std::uint32_t crc = checksum(section);
  const std::size_t begin = out.size();
  out.insert(out.end(), {0x47, static_cast<std::uint8_t>(0x40 | pid >> 8), static_cast<std::uint8_t>(pid),
                         static_cast<std::uint8_t>(0x10 | (counters_[pid]++ & 0x0F)), 0});
  out.insert(out.end(), section.begin(), section.end());
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(crc >> shift));
  out.resize(begin + ts_packet, 0xFF);
}

void TsPackets::append_unit(unsigned pid, bool key, const std::uint64_t* clock,
                            std::span<const std::uint8_t> unit, Bytes& out) {
  for (bool first = true; !unit.empty(); first = false) {
    const bool timed = first && clock;
    std::size_t field = timed ? 8 : 0;  // the adaptation field with its length byte
    const std::size_t part = std::min(unit.size(), ts_packet - 4 - field);
    field = ts_packet - 4 - part;
    out.insert(out.end(), {0x47, static_cast<std::uint8_t>((first ? 0x40 : 0) | pid >> 8),
                           static_cast<std::uint8_t>(pid),
                           static_cast<std::uint8_t>((field ? 0x30 : 0x10) | (counters_[pid]++ & 0x0F))});
    const std::size_t begin = out.size();
    if (field > 0) out.push_back(static_cast<std::uint8_t>(field - 1));
    if (field > 1) out.push_back(static_cast<std::uint8_t>((timed ? 0x10 : 0) | (first && key ? 0x40 : 0)));
    if (timed)
      out.insert(out.end(), {static_cast<std::uint8_t>(*clock >> 25), static_cast<std::uint8_t>(*clock >> 17),
                             static_cast<std::uint8_t>(*clock >> 9), static_cast<std::uint8_t>(*clock >> 1),
                             static_cast<std::uint8_t>(*clock << 7 | 0x7E), 0});
    out.resize(begin + field, 0xFF);
    out.insert(out.end(), unit.begin(), unit.begin() + static_cast<std::ptrdiff_t>(part));
    unit = unit.subspan(part);
  }
}

}  // namespace sluice::bench
