// What a packager writes becomes a frame of slices; what it may not write is refused.
#include "engine/chunk_writer.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "engine/dead_frames.hpp"
#include "engine/frame_pool.hpp"

using namespace sluice::engine;

namespace {

struct Desk {
  SlabStore store{16u << 20};
  FramePool pool{store, 8u << 20};

  // A frame with one reference, as a log would hold it.
  Frame& frame(std::string_view text) {
    Frame& made = *pool.take(text.size());
    text.copy(reinterpret_cast<char*>(made.payload), text.size());
    made.span = {made.payload, text.size()};
    made.view = {};
    made.view.struct_size = sizeof made.view;
    made.view.bytes = text.size();
    made.view.spans = &made.span;
    made.view.span_count = 1;
    made.refs = 1;
    return made;
  }
};

const std::uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

sluice_status copy(const sluice_chunk_writer* out, std::string_view text) {
  return out->append_bytes(out->self, bytes(text), text.size());
}
sluice_status slice(const sluice_chunk_writer* out, const Frame& frame, std::uint64_t offset,
                    std::uint64_t size) {
  return out->append_slice(out->self, &frame.view, offset, size);
}
sluice_status end(const sluice_chunk_writer* out, std::uint32_t flags = 0) {
  const sluice_chunk_facts facts{sizeof facts, flags, 7, 0, 1, 2, 3};
  return out->end_chunk(out->self, &facts);
}

std::string text(const Frame& frame) {
  std::string all;
  for (std::uint32_t i = 0; i < frame.view.span_count; ++i) {
    all.append(reinterpret_cast<const char*>(frame.view.spans[i].data), frame.view.spans[i].size);
  }
  return all;
}

}  // namespace

TEST_CASE("copied bytes and slices become one frame, which holds its sources until it dies") {
  Desk desk;
  Frame& source = desk.frame("0123456789");
  ChunkWriter writer;
  const auto* const out = writer.begin(false);
  REQUIRE(copy(out, "he") == SLUICE_STATUS_OK);
  REQUIRE(copy(out, "ad ") == SLUICE_STATUS_OK);
  REQUIRE(slice(out, source, 2, 3) == SLUICE_STATUS_OK);
  REQUIRE(slice(out, source, 9, 1) == SLUICE_STATUS_OK);
  REQUIRE(copy(out, " tail") == SLUICE_STATUS_OK);
  REQUIRE(slice(out, source, 0, 0) == SLUICE_STATUS_OK);
  REQUIRE(end(out, SLUICE_CHUNK_KEY) == SLUICE_STATUS_OK);
  REQUIRE(writer.is_clean());
  REQUIRE(writer.chunks().size() == 1);
  Chunk& chunk = writer.chunks()[0];
  CHECK(chunk.pieces.size() == 4);  // what was copied side by side is one
  CHECK(chunk.facts.dts == 7);
  CHECK(source.refs == 2);
  const auto joined = chunk.joined();
  CHECK(std::string(joined.begin(), joined.end()) == "head 2349 tail");

  Frame& made = *desk.pool.take(bound_size(chunk));
  REQUIRE(made.capacity >= bound_size(chunk));
  bind_chunk(chunk, made);
  made.refs = 1;
  writer.begin(false);  // forgets the chunk, not what was bound
  CHECK(text(made) == "head 2349 tail");
  CHECK(made.view.bytes == 14);
  CHECK(source.refs == 2);
  release_frame(made);
  CHECK(source.refs == 1);
  release_frame(source);
}

TEST_CASE("what is thrown away lets go of its sources") {
  Desk desk;
  Frame& source = desk.frame("abc");
  {
    ChunkWriter writer;
    const auto* out = writer.begin(false);
    REQUIRE(slice(out, source, 0, 3) == SLUICE_STATUS_OK);
    CHECK_FALSE(writer.is_clean());  // begun and not ended
    CHECK(writer.chunks().empty());
    out = writer.begin(false);
    CHECK(source.refs == 1);
    REQUIRE(slice(out, source, 0, 3) == SLUICE_STATUS_OK);
    REQUIRE(end(out) == SLUICE_STATUS_OK);
  }
  CHECK(source.refs == 1);
  release_frame(source);
}

TEST_CASE("a refusal stays, and what was ended before stands") {
  Desk desk;
  Frame& source = desk.frame("abc");
  ChunkWriter writer;
  const auto* out = writer.begin(false);
  REQUIRE(copy(out, "whole") == SLUICE_STATUS_OK);
  REQUIRE(end(out) == SLUICE_STATUS_OK);
  SECTION("nothing appended") { CHECK(end(out) == SLUICE_STATUS_ARGUMENT); }
  SECTION("beyond the frame") { CHECK(slice(out, source, 2, 2) == SLUICE_STATUS_ARGUMENT); }
  SECTION("a wrapping offset") { CHECK(slice(out, source, 3, UINT64_MAX) == SLUICE_STATUS_ARGUMENT); }
  SECTION("no frame") { CHECK(out->append_slice(out->self, nullptr, 0, 0) == SLUICE_STATUS_ARGUMENT); }
  SECTION("a length without bytes") {
    CHECK(out->append_bytes(out->self, nullptr, 1) == SLUICE_STATUS_ARGUMENT);
  }
  SECTION("an init chunk outside tracks") {
    REQUIRE(copy(out, "init") == SLUICE_STATUS_OK);
    CHECK(end(out, SLUICE_CHUNK_INIT) == SLUICE_STATUS_ARGUMENT);
  }
  SECTION("quiet, and no init chunk") {
    REQUIRE(copy(out, "chunk") == SLUICE_STATUS_OK);
    CHECK(end(out, SLUICE_CHUNK_QUIET) == SLUICE_STATUS_ARGUMENT);
  }
  SECTION("more bytes than a chunk may have") {
    const std::string much(SLUICE_CHUNK_BYTES_LIMIT, 'x');
    REQUIRE(copy(out, much) == SLUICE_STATUS_OK);
    CHECK(copy(out, "x") == SLUICE_STATUS_LIMIT);
  }
  SECTION("more pieces") {
    for (int i = 0; i < SLUICE_CHUNK_PIECES_LIMIT; ++i) REQUIRE(slice(out, source, 0, 1) == SLUICE_STATUS_OK);
    CHECK(slice(out, source, 0, 1) == SLUICE_STATUS_LIMIT);
  }
  SECTION("more chunks") {
    for (int i = 1; i < SLUICE_CHUNK_COUNT_LIMIT; ++i) {
      REQUIRE(copy(out, "x") == SLUICE_STATUS_OK);
      REQUIRE(end(out) == SLUICE_STATUS_OK);
    }
    REQUIRE(copy(out, "x") == SLUICE_STATUS_OK);
    CHECK(end(out) == SLUICE_STATUS_LIMIT);
  }
  CHECK(copy(out, "late") != SLUICE_STATUS_OK);
  CHECK_FALSE(writer.is_clean());
  REQUIRE_FALSE(writer.chunks().empty());
  CHECK(writer.chunks()[0].joined().size() == 5);
  writer.begin(false);
  CHECK(source.refs == 1);
  release_frame(source);
}
