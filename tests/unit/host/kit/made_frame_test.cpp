#include "kit/made_frame.hpp"

#include <catch2/catch.hpp>

using namespace sluice::kit;

TEST_CASE("a frame is as long as its spans together, and is its track's") {
  sluice_track track{};
  const MadeFrame frame(track, {{1, 2}, {}, {3}}, 40, 0);
  const auto& view = frame.view();
  CHECK(view.struct_size == sizeof view);
  CHECK(view.track == &track);
  CHECK(view.span_count == 3);
  CHECK(view.bytes == 3);
  CHECK(view.spans[2].data[0] == 3);
  CHECK(view.dts == 40);
  CHECK(view.flags == 0);
  CHECK(MadeFrame(track, {}).view().bytes == 0);
}
