#include "chunk_parser.hpp"

#include <algorithm>

namespace sluice::bench {
namespace {

std::uint32_t big_endian(std::span<const std::uint8_t> in, std::size_t at, std::size_t bytes) {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : in.subspan(at, bytes)) value = value << 8 | byte;
  return value;
}

}  // namespace

ChunkParser::Step ChunkParser::take_chunk(std::span<const std::uint8_t> in, Message& whole) {
  constexpr std::size_t header_bytes[] = {11, 7, 3, 0};
  const Step starved{Verdict::starved, 0}, broken{Verdict::broken, 0};
  if (in.empty()) return starved;
  const unsigned format = in[0] >> 6;
  std::uint32_t id = in[0] & 0x3F;
  std::size_t at = 1 + (id == 0 ? 1 : id == 1 ? 2 : 0);
  if (in.size() < at + header_bytes[format]) return starved;
  if (id == 0)
    id = 64U + in[1];
  else if (id == 1)
    id = 64U + in[1] + in[2] * 256U;

  Lane lane_head;  // committed only when the whole chunk is here
  const auto found = lanes_.find(id);
  if (found == lanes_.end() && format != 0) return broken;
  Lane& lane = found == lanes_.end() ? lane_head : found->second;
  const bool continues = !lane.message.body.empty();
  if (continues && format != 3) return broken;

  const std::size_t size = format < 2 ? big_endian(in, at + 3, 3) : lane.size;
  const std::uint8_t type = format < 2 ? in[at + 6] : lane.message.type;
  std::uint32_t stream = lane.message.message_stream;
  if (format == 0)
    stream = in[at + 7] | in[at + 8] << 8 | in[at + 9] << 16 | static_cast<std::uint32_t>(in[at + 10]) << 24;
  const bool extended = format < 3 ? big_endian(in, at, 3) == 0xFFFFFF : lane.extended;
  at += header_bytes[format];
  if (extended) {
    if (in.size() < at + 4) return starved;
    at += 4;
  }
  if (size > max_message) return broken;
  const std::size_t part = std::min<std::size_t>(chunk_size_, size - lane.message.body.size());
  if (in.size() < at + part) return starved;

  Lane& to = lanes_[id];
  if (!continues) {
    to.size = size;
    to.message.type = type;
    to.message.message_stream = stream;
    to.extended = extended;
  }
  to.message.body.insert(to.message.body.end(), in.begin() + static_cast<std::ptrdiff_t>(at),
                         in.begin() + static_cast<std::ptrdiff_t>(at + part));
  if (to.message.body.size() < to.size) return {Verdict::chunk, at + part};
  whole = to.message;
  to.message.body.clear();
  return {Verdict::message, at + part};
}

}  // namespace sluice::bench
