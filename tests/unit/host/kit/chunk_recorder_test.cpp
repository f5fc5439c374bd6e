#include "kit/chunk_recorder.hpp"

#include <sluice/c/test_picture.h>

#include <catch2/catch.hpp>

#include "kit/made_frame.hpp"

using namespace sluice::kit;

namespace {
using Bytes = std::vector<std::uint8_t>;
}  // namespace

TEST_CASE("the recorder keeps the bounds of the interface") {
  const sluice_track video = sluice_test_picture_track();
  const MadeFrame frame(video, {{1, 2}, {3, 4, 5}});
  const MadeFrame stranger(video, {{1}});
  std::map<const sluice_frame*, int> held;
  const sluice_chunk_facts plain{sizeof plain, 0, 0, 0, 0, 0, 0};
  const sluice_chunk_facts init{sizeof init, SLUICE_CHUNK_INIT, 0, 0, 0, 0, 0};

  SECTION("slices go over spans, of the frame at hand or a held one") {
    held[&stranger.view()] = 1;
    ChunkRecorder recorder(false, &frame.view(), held);
    const sluice_chunk_writer* writer = recorder.writer();
    CHECK(writer->append_slice(writer->self, &frame.view(), 1, 3) == SLUICE_STATUS_OK);
    CHECK(writer->append_slice(writer->self, &stranger.view(), 0, 1) == SLUICE_STATUS_OK);
    CHECK_FALSE(recorder.is_clean());
    CHECK(writer->end_chunk(writer->self, &plain) == SLUICE_STATUS_OK);
    CHECK(recorder.is_clean());
    CHECK(recorder.chunks()[0].bytes == Bytes{2, 3, 4, 1});
    CHECK(recorder.chunks()[0].copied == 0);
  }
  SECTION("what is refused once stays refused") {
    ChunkRecorder recorder(false, &frame.view(), held);
    const sluice_chunk_writer* writer = recorder.writer();
    const std::uint8_t byte = 1;
    CHECK(writer->append_slice(writer->self, &frame.view(), 3, 3) == SLUICE_STATUS_ARGUMENT);
    CHECK(writer->append_bytes(writer->self, &byte, 1) == SLUICE_STATUS_ARGUMENT);
    CHECK(writer->end_chunk(writer->self, &plain) == SLUICE_STATUS_ARGUMENT);
    CHECK_FALSE(recorder.is_clean());
  }
  SECTION("a frame nobody gave, an empty chunk, init outside of tracks, quiet without init") {
    const std::uint8_t byte = 1;
    const sluice_chunk_facts quiet{sizeof quiet, SLUICE_CHUNK_QUIET, 0, 0, 0, 0, 0};
    for (int fault = 0; fault < 4; ++fault) {
      CAPTURE(fault);
      ChunkRecorder recorder(false, &frame.view(), held);
      const sluice_chunk_writer* writer = recorder.writer();
      if (fault == 0)
        CHECK(writer->append_slice(writer->self, &stranger.view(), 0, 1) == SLUICE_STATUS_ARGUMENT);
      if (fault == 1) CHECK(writer->end_chunk(writer->self, &plain) == SLUICE_STATUS_ARGUMENT);
      if (fault >= 2) {
        CHECK(writer->append_bytes(writer->self, &byte, 1) == SLUICE_STATUS_OK);
        CHECK(writer->end_chunk(writer->self, fault == 2 ? &init : &quiet) == SLUICE_STATUS_ARGUMENT);
      }
      CHECK_FALSE(recorder.is_clean());
    }
  }
  SECTION("bytes, pieces and chunks are bounded") {
    const Bytes much(SLUICE_CHUNK_BYTES_LIMIT);
    const std::uint8_t byte = 1;
    ChunkRecorder full(true, &frame.view(), held);
    const sluice_chunk_writer* writer = full.writer();
    CHECK(writer->append_bytes(writer->self, much.data(), much.size()) == SLUICE_STATUS_OK);
    CHECK(writer->append_bytes(writer->self, &byte, 1) == SLUICE_STATUS_LIMIT);
    ChunkRecorder pieces(true, &frame.view(), held);
    writer = pieces.writer();
    for (int i = 0; i < SLUICE_CHUNK_PIECES_LIMIT; ++i)
      REQUIRE(writer->append_slice(writer->self, &frame.view(), 0, 1) == SLUICE_STATUS_OK);
    CHECK(writer->append_slice(writer->self, &frame.view(), 0, 1) == SLUICE_STATUS_LIMIT);
    ChunkRecorder chunks(true, &frame.view(), held);
    writer = chunks.writer();
    for (int i = 0; i < SLUICE_CHUNK_COUNT_LIMIT; ++i) {
      REQUIRE(writer->append_bytes(writer->self, &byte, 1) == SLUICE_STATUS_OK);
      REQUIRE(writer->end_chunk(writer->self, &init) == SLUICE_STATUS_OK);
    }
    CHECK(writer->append_bytes(writer->self, &byte, 1) == SLUICE_STATUS_OK);
    CHECK(writer->end_chunk(writer->self, &init) == SLUICE_STATUS_LIMIT);
  }
}
