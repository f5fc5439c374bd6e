#include "wire/chunk_writer.hpp"

#include <algorithm>
#include <cassert>

#include "sluice/wire/byte_writer.hpp"

namespace sluice::rtmp {
namespace {

constexpr uint32_t extended_mark = 0xffffff;

void write_basic(wire::ByteWriter& out, unsigned format, uint32_t id) {
  if (id < 64) {
    out.u8(format << 6 | id);
  } else if (id < 320) {
    out.u8(format << 6);
    out.u8(id - 64);
  } else {
    out.u8(format << 6 | 1);
    out.u16le(id - 64);
  }
}

void write_first(wire::ByteWriter& out, const MessageHeader& header, size_t length) {
  const bool extended = header.timestamp >= extended_mark;
  write_basic(out, 0, header.chunk_stream_id);
  out.u24be(extended ? extended_mark : header.timestamp);
  out.u24be(length);
  out.u8(header.type);
  out.u32le(header.stream_id);
  if (extended) out.u32be(header.timestamp);
}

void write_continuation(wire::ByteWriter& out, const MessageHeader& header) {
  write_basic(out, 3, header.chunk_stream_id);
  if (header.timestamp >= extended_mark) out.u32be(header.timestamp);
}

constexpr size_t max_first_header = 3 + 11 + 4;
constexpr size_t max_continuation = 3 + 4;

}  // namespace

void chunk_message(const MessageHeader& header, std::span<const uint8_t> prefix,
                   std::span<const uint8_t> body, uint32_t chunk_size, std::vector<uint8_t>& headers,
                   std::vector<std::span<const uint8_t>>& slices) {
  assert(headers.empty() && slices.empty() && prefix.size() < chunk_size);
  const size_t length = prefix.size() + body.size();
  assert(length <= max_message_length);
  const size_t chunks = std::max<size_t>(1, (length + chunk_size - 1) / chunk_size);
  // Room for all of it first: slices point into `headers`, which must not move.
  headers.reserve(max_first_header + prefix.size() + (chunks - 1) * max_continuation);
  slices.reserve(2 * chunks);

  wire::ByteWriter out(headers);
  write_first(out, header, length);
  out.bytes(prefix);
  slices.emplace_back(headers);
  size_t room = chunk_size - prefix.size();
  while (!body.empty()) {
    if (room == 0) {
      const size_t at = headers.size();
      write_continuation(out, header);
      slices.push_back(std::span<const uint8_t>(headers).subspan(at));
      room = chunk_size;
    }
    const size_t taken = std::min(room, body.size());
    slices.push_back(body.first(taken));
    body = body.subspan(taken);
    room -= taken;
  }
}

ChunkedMessage::ChunkedMessage(const MessageHeader& header, std::span<const uint8_t> prefix,
                               std::span<const uint8_t> body, uint32_t chunk_size) {
  chunk_message(header, prefix, body, chunk_size, headers_, slices_);
  for (const auto& slice : slices_) size_ += slice.size();
}

void append_message(std::vector<uint8_t>& out, const MessageHeader& header, std::span<const uint8_t> payload,
                    uint32_t chunk_size) {
  assert(payload.size() <= max_message_length);
  wire::ByteWriter writer(out);
  write_first(writer, header, payload.size());
  while (payload.size() > chunk_size) {
    writer.bytes(payload.first(chunk_size));
    payload = payload.subspan(chunk_size);
    write_continuation(writer, header);
  }
  writer.bytes(payload);
}

}  // namespace sluice::rtmp
