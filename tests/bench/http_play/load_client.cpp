// N viewers of one stream as an endless HTTP body.
#include "load_client.hpp"
#include "http_viewer.hpp"

int main(int argc, char** argv) {
  using namespace sluice::bench;
  raise_descriptor_limit();
  const Options options(argc, argv, load_options({{"--format", "flv"}, {"--stream", "live/cam"}}));
  const std::string& format = options.text("--format");
  const std::string path = "/" + options.text("--stream") + "." + format;
  run_load(read_load_plan(options, [&](bool, ViewerSession::OnMedia on_media) {
    return format == "flv" ? make_flv_viewer(path, std::move(on_media))
                           : make_ts_viewer(path, std::move(on_media));
  }));
}
