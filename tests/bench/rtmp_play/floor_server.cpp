// The floor for RTMP: of the requests only the names are looked for.
#include <algorithm>
#include <string_view>

#include "floor.hpp"
#include "options.hpp"
#include "rtmp_messages.hpp"

namespace sluice::bench {
namespace {

class RtmpFloor {
 public:
  enum class Talk { handshake, connect, create_stream, play };

  explicit RtmpFloor(std::size_t chunk_size) : chunk_size_(chunk_size) {}

  void append(const StreamFrame& frame, Bytes& out) const {
    const MessageHead head{.chunk_stream = static_cast<std::uint8_t>(frame.kind == Kind::video ? 6 : 4),
                           .type = static_cast<std::uint8_t>(frame.kind),
                           .timestamp_ms = frame.timestamp_ms,
                           .message_stream = 1};
    append_message(out, head, frame.body, chunk_size_);
  }

  Turn on_request(Talk& talk, const Bytes& request, Bytes& answer) const {
    if (talk == Talk::handshake && request.size() >= 1537) {
      answer.push_back(3);
      answer.insert(answer.end(), 1536, 0);  // S1
      answer.insert(answer.end(), request.begin() + 1, request.begin() + 1537);
      talk = Talk::connect;
    }
    if (talk == Talk::connect && asks(request, "connect")) {
      answer_connect(answer);
      talk = Talk::create_stream;
    }
    if (talk == Talk::create_stream && asks(request, "createStream")) {
      queue(answer, message_type::amf0_command, 0,
            AmfBody().string("_result").number(2).null().number(1).bytes());
      talk = Talk::play;
    }
    if (talk != Talk::play || !asks(request, "play")) return Turn::talk;
    answer_play(answer);
    return Turn::play;
  }

 private:
  static bool asks(const Bytes& request, std::string_view name) {
    const Bytes string = AmfBody().string(name).bytes();
    return std::search(request.begin(), request.end(), string.begin(), string.end()) != request.end();
  }

  void answer_connect(Bytes& answer) const {
    append_number(answer, message_type::window_size, 2'500'000);
    append_number(answer, message_type::set_chunk_size, static_cast<std::uint32_t>(chunk_size_));
    AmfBody body;
    body.string("_result").number(1).begin_object().name("fmsVer").string("FMS/3,0,1,123").end_object();
    body.begin_object().name("level").string("status").name("code").string("NetConnection.Connect.Success");
    queue(answer, message_type::amf0_command, 0, body.end_object().bytes());
  }

  void answer_play(Bytes& answer) const {
    AmfBody body;
    body.string("onStatus").number(0).null().begin_object().name("level").string("status");
    body.name("code").string("NetStream.Play.Start").name("description").string("Playing").end_object();
    queue(answer, message_type::amf0_command, 1, body.bytes());
    queue(answer, message_type::video, 1, SyntheticStream::video_config());
    queue(answer, message_type::audio, 1, SyntheticStream::audio_config());
  }

  void queue(Bytes& answer, std::uint8_t type, std::uint32_t stream,
             std::span<const std::uint8_t> body) const {
    append_message(answer, {.type = type, .message_stream = stream}, body, chunk_size_);
  }

  std::size_t chunk_size_;
};

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  using namespace sluice::bench;
  raise_descriptor_limit();
  const Options options(argc, argv, {{"--port", "0"}, {"--chunk-size", "65536"}, {"--merge-ms", "0"}});
  Floor<RtmpFloor>(static_cast<std::uint16_t>(options.number("--port")),
                   std::chrono::milliseconds(options.number("--merge-ms")),
                   RtmpFloor(static_cast<std::size_t>(options.number("--chunk-size"))))
      .run();
}
