// N RTMP players of one stream.
#include "load_client.hpp"
#include "client_session.hpp"

namespace sluice::bench {
namespace {

class RtmpViewer final : public ViewerSession {
 public:
  RtmpViewer(const Target& target, OnMedia on_media)
      : session_(ClientSession::Role::play, target, [on_media = std::move(on_media)](const Message& message) {
          const auto kind = static_cast<Kind>(message.type);
          if (is_coded(kind, message.body))
            on_media({is_key(kind, message.body), look_at(kind, message.body)});
        }) {}

  bool feed(std::span<const std::uint8_t> bytes) override { return session_.feed(bytes); }
  Bytes take_output() override { return session_.take_output(); }
  void note_unread(std::size_t bytes) override { session_.note_unread(bytes); }
  bool requested() const override { return session_.requested(); }
  const std::string& error() const override { return session_.error(); }

 private:
  ClientSession session_;
};

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  using namespace sluice::bench;
  raise_descriptor_limit();
  const Options options(argc, argv, load_options({{"--app", "live"}, {"--stream", "cam"}}));
  const Target target{options.text("--app"), options.text("--stream"),
                      "rtmp://127.0.0.1:" + options.text("--port") + "/" + options.text("--app")};
  run_load(read_load_plan(options, [&](bool, ViewerSession::OnMedia on_media) {
    return std::make_unique<RtmpViewer>(target, std::move(on_media));
  }));
}
