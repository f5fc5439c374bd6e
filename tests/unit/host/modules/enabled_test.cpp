#include "modules/enabled.hpp"

#include <catch2/catch.hpp>

#include "module_folder.hpp"

using namespace sluice::modules;

TEST_CASE("who decides whether a module runs") {
  Manifest manifest;
  manifest.id = "acme.srt";
  std::optional<OperatorHalf> overlay;
  sluice::config::Settings settings = sluice::config::default_settings();
  Filters filters;
  const auto decide = [&] { return decide_enabled(manifest, overlay, settings, filters); };

  CHECK(decide().enabled);
  CHECK(decide().winner().source == "author");
  manifest.enabled = false;
  CHECK_FALSE(decide().enabled);
  manifest.operator_half.enabled = true;
  CHECK(decide().enabled);
  overlay.emplace();
  CHECK(decide().winner().source == "operator half");  // an overlay that says nothing does not vote
  overlay->enabled = false;
  CHECK_FALSE(decide().enabled);
  settings.modules["acme.srt"].enabled = true;
  CHECK(decide().winner().source == "config file");
  filters.only = {"rtmp"};
  CHECK_FALSE(decide().enabled);
  filters.only = {"rtmp", "acme.*"};
  CHECK(decide().enabled);
  filters.disable = {"acme.*"};
  CHECK_FALSE(decide().enabled);
  CHECK(decide().votes.size() == 5);

  filters = {};
  settings = sluice::config::default_settings();
  overlay.reset();
  manifest.operator_half.enabled.reset();
  filters.only = {"*"};
  CHECK_FALSE(decide().enabled);  // a glob restricts
  filters.only = {"acme.srt"};
  CHECK(decide().enabled);  // a name asks for it
}
