#include "wire/chunk_reader.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "sluice/wire/byte_reader.hpp"

namespace sluice::rtmp {
namespace {

constexpr uint32_t extended_mark = 0xffffff;
constexpr size_t kept_capacity = 64 << 10;  // a larger buffer is given back after its message

size_t basic_header_size(uint8_t first) {
  switch (first & 0x3f) {
    case 0:
      return 2;
    case 1:
      return 3;
    default:
      return 1;
  }
}

uint32_t read_chunk_stream_id(wire::ByteReader& in) {
  const uint8_t low = in.u8() & 0x3f;
  if (low == 0) return 64u + in.u8();
  if (low == 1) return 64u + in.u16le();
  return low;
}

constexpr size_t message_header_sizes[] = {11, 7, 3, 0};

// Doubles like a vector does, but never beyond the message: what is held follows what was received.
void append(std::vector<uint8_t>& to, std::span<const uint8_t> in, size_t whole) {
  const size_t need = to.size() + in.size();
  if (need > to.capacity()) to.reserve(std::min(whole, std::max(need, 2 * to.capacity())));
  to.insert(to.end(), in.begin(), in.end());
}

}  // namespace

struct ChunkReader::Header {
  unsigned format = 0;
  uint32_t timestamp_field = 0;
  bool extended = false;
  uint32_t length = 0;
  uint8_t type = 0;
  uint32_t stream_id = 0;
};

void ChunkReader::feed(std::span<const uint8_t> in) {
  assert(input_.empty());
  input_ = in;
}

Result<std::optional<Message>> ChunkReader::poll() {
  if (failed_) return *failed_;
  finished_.clear();
  if (finished_.capacity() > kept_capacity) finished_ = {};
  auto next = advance();
  if (!next) {
    failed_ = next.error();
    streams_ = {};
    input_ = {};
  }
  return next;
}

Result<std::optional<Message>> ChunkReader::advance() {
  while (true) {
    if (stage_ == Stage::header) {
      if (!collect_header()) return std::optional<Message>();
      if (const auto applied = apply_header(); !applied) return applied.error();
      stage_ = Stage::payload;
    }
    const auto message = collect_payload();
    if (stage_ == Stage::payload) return std::optional<Message>();
    if (!message) continue;
    if (message->type == type_set_chunk_size) {
      if (const auto set = set_chunk_size(message->payload); !set) return set.error();
    } else if (message->type == type_abort) {
      abort(message->payload);
    } else {
      return message;
    }
  }
}

std::span<const uint8_t> ChunkReader::source() const {
  if (replay_at_ < replay_.size()) return std::span(replay_).subspan(replay_at_);
  return input_;
}

void ChunkReader::consume(size_t count) {
  if (replay_at_ < replay_.size()) {
    replay_at_ += count;
  } else {
    input_ = input_.subspan(count);
  }
}

// How long the header is as far as its bytes so far tell.
size_t ChunkReader::header_size() const {
  if (header_length_ == 0) return 1;
  const size_t basic = basic_header_size(header_[0]);
  const unsigned format = header_[0] >> 6;
  const size_t size = basic + message_header_sizes[format];
  if (header_length_ < size) return size;
  wire::ByteReader in(std::span(header_).first(size));
  const uint32_t id = read_chunk_stream_id(in);
  if (format < 3) return size + (in.u24be() == extended_mark ? 4 : 0);
  const ChunkStream* stream = find(id);
  return size + (stream && stream->extended && dialect_ != Dialect::omits ? 4 : 0);
}

bool ChunkReader::collect_header() {
  for (size_t size = header_size(); header_length_ < size; size = header_size()) {
    const auto from = source();
    if (from.empty()) return false;
    const size_t taken = std::min(from.size(), size - header_length_);
    std::copy_n(from.begin(), taken, header_.begin() + static_cast<std::ptrdiff_t>(header_length_));
    header_length_ += taken;
    consume(taken);
  }
  return true;
}

Result<void> ChunkReader::apply_header() {
  wire::ByteReader in(std::span(header_).first(header_length_));
  const unsigned format = header_[0] >> 6;
  const auto opened = open_stream(read_chunk_stream_id(in), format);
  if (!opened) return opened.error();
  ChunkStream& stream = **opened;
  const Header header = read_message_header(in, format, stream);
  header_length_ = 0;
  if (stream.in_message) {
    // The standard only recommends fmt 3 here, so others pass as long as they say nothing new.
    if (header.length != stream.length || header.type != stream.type ||
        header.stream_id != stream.stream_id) {
      return Errc::message_changed_midway;
    }
  } else if (const auto begun = begin_message(stream, header); !begun) {
    return begun;
  }
  current_ = static_cast<size_t>(&stream - streams_.data());
  chunk_left_ = std::min<size_t>(chunk_size_, stream.length - stream.partial.size());
  return {};
}

Result<ChunkReader::ChunkStream*> ChunkReader::open_stream(uint32_t id, unsigned format) {
  if (ChunkStream* known = find(id)) return known;
  // fmt 1 opens a stream too: some encoders send their first ping so.
  if (format > 1) return Errc::no_previous_header;
  if (streams_.size() >= limits_.max_chunk_streams) return Errc::too_many_chunk_streams;
  ChunkStream& stream = streams_.emplace_back();
  stream.id = id;
  return &stream;
}

// What a format leaves out is as it was.
ChunkReader::Header ChunkReader::read_message_header(wire::ByteReader& in, unsigned format,
                                                     const ChunkStream& stream) {
  Header header{format, 0, false, stream.length, stream.type, stream.stream_id};
  if (format <= 2) header.timestamp_field = in.u24be();
  if (format <= 1) {
    header.length = in.u24be();
    header.type = in.u8();
  }
  if (format == 0) header.stream_id = in.u32le();
  if (in.left() > 0) {
    header.timestamp_field = in.u32be();
    header.extended = format < 3 || settle_dialect(stream, header.timestamp_field);
  }
  return header;
}

// Decides by the first fmt 3 chunk that could tell, for the whole connection. False: the four bytes are
// payload.
bool ChunkReader::settle_dialect(const ChunkStream& stream, uint32_t value) {
  if (dialect_ == Dialect::repeats) return true;
  // A chunk that begins a message may carry that message's own time, a little later than the one before.
  constexpr uint32_t nearby = 0x10000;
  const bool same = value == stream.timestamp_field || value == stream.timestamp;
  const bool later = !stream.in_message && value - stream.timestamp < nearby;
  dialect_ = same || later ? Dialect::repeats : Dialect::omits;
  if (dialect_ == Dialect::repeats) return true;
  assert(replay_at_ == replay_.size());
  for (size_t i = 0; i < 4; ++i) replay_[i] = static_cast<uint8_t>(value >> (24 - 8 * i));
  replay_at_ = 0;
  return false;
}

Result<void> ChunkReader::begin_message(ChunkStream& stream, const Header& header) {
  if (header.length > limits_.max_message) return Errc::message_too_large;
  if (in_flight_ + header.length > limits_.max_in_flight) return Errc::too_much_in_flight;
  advance_timestamp(stream, header);
  stream.length = header.length;
  stream.type = header.type;
  stream.stream_id = header.stream_id;
  stream.in_message = true;
  in_flight_ += stream.length;
  return {};
}

void ChunkReader::advance_timestamp(ChunkStream& stream, const Header& header) {
  if (header.format < 3) {
    stream.timestamp =
        header.format == 0 ? header.timestamp_field : stream.timestamp + header.timestamp_field;
    stream.timestamp_field = header.timestamp_field;
    stream.absolute = header.format == 0;
    stream.extended = header.extended;
    return;
  }
  if (!stream.extended || !stream.absolute) {
    // 5.3.1.2.4: the same difference again; after fmt 0 that is its timestamp.
    stream.timestamp += header.extended ? header.timestamp_field : stream.timestamp_field;
    return;
  }
  // By the letter this would double a time of more than 4.6 hours. Encoders mean: at this time.
  if (header.extended) stream.timestamp = stream.timestamp_field = header.timestamp_field;
}

// Leaves Stage::payload when the chunk is complete; returns the message if that completed it.
std::optional<Message> ChunkReader::collect_payload() {
  ChunkStream& stream = streams_[current_];
  const bool untouched = stream.partial.empty() && replay_at_ == replay_.size();
  if (untouched && chunk_left_ == stream.length && input_.size() >= chunk_left_) {
    const auto payload = input_.first(chunk_left_);
    input_ = input_.subspan(chunk_left_);
    return finish(stream, payload);
  }
  while (chunk_left_ > 0) {
    const auto from = source();
    if (from.empty()) return std::nullopt;
    const size_t taken = std::min(from.size(), chunk_left_);
    append(stream.partial, from.first(taken), stream.length);
    consume(taken);
    chunk_left_ -= taken;
  }
  if (stream.partial.size() < stream.length) {
    stage_ = Stage::header;
    return std::nullopt;
  }
  finished_.clear();  // one poll may obey several control messages before it hands one out
  finished_.swap(stream.partial);
  return finish(stream, finished_);
}

Message ChunkReader::finish(ChunkStream& stream, std::span<const uint8_t> payload) {
  stage_ = Stage::header;
  stream.in_message = false;
  in_flight_ -= stream.length;
  return {stream.id, stream.timestamp, stream.type, stream.stream_id, payload};
}

// A size above the largest message is a statement about the peer's chunks, which end with their message
// anyway; believing less would lose the place in the byte stream. Nothing is allocated by it.
Result<void> ChunkReader::set_chunk_size(std::span<const uint8_t> payload) {
  wire::ByteReader in(payload);
  const uint32_t size = in.u32be();
  if (!in.ok() || size > 0x7fffffff || size < std::max(limits_.min_chunk_size, 1u))
    return Errc::bad_chunk_size;
  chunk_size_ = std::min(size, max_message_length);
  return {};
}

void ChunkReader::abort(std::span<const uint8_t> payload) {
  wire::ByteReader in(payload);
  ChunkStream* stream = find(in.u32be());
  if (!in.ok() || !stream || !stream->in_message) {
    ++ignored_aborts_;
    return;
  }
  stream->in_message = false;
  stream->partial = {};
  in_flight_ -= stream->length;
}

// A connection has three to five of them, so a walk is the quickest search.
const ChunkReader::ChunkStream* ChunkReader::find(uint32_t id) const {
  for (const ChunkStream& stream : streams_) {
    if (stream.id == id) return &stream;
  }
  return nullptr;
}

ChunkReader::ChunkStream* ChunkReader::find(uint32_t id) {
  return const_cast<ChunkStream*>(std::as_const(*this).find(id));
}

}  // namespace sluice::rtmp
