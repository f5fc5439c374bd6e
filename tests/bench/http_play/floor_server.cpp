// The floor for endless HTTP bodies: FLV tags or TS packets, each frame a chunk of the chunked coding.
#include <string_view>

#include "floor.hpp"
#include "options.hpp"
#include "ts_packets.hpp"

namespace sluice::bench {
namespace {

void append_text(Bytes& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }

void append_chunk(Bytes& out, std::span<const std::uint8_t> body) {
  char line[16];
  const int size = std::snprintf(line, sizeof line, "%zx\r\n", body.size());
  append_text(out, {line, static_cast<std::size_t>(size)});
  out.insert(out.end(), body.begin(), body.end());
  append_text(out, "\r\n");
}

void append_tag(Bytes& out, Kind kind, std::uint32_t time, std::span<const std::uint8_t> body) {
  const auto byte = [](std::size_t value, unsigned shift) {
    return static_cast<std::uint8_t>(value >> shift);
  };
  out.insert(out.end(),
             {static_cast<std::uint8_t>(kind), byte(body.size(), 16), byte(body.size(), 8),
              byte(body.size(), 0), byte(time, 16), byte(time, 8), byte(time, 0), byte(time, 24), 0, 0, 0});
  out.insert(out.end(), body.begin(), body.end());
  const std::size_t whole = body.size() + 11;
  out.insert(out.end(), {byte(whole, 24), byte(whole, 16), byte(whole, 8), byte(whole, 0)});
}

class HttpFloor {
 public:
  struct Talk {};

  explicit HttpFloor(bool flv) : flv_(flv) {}

  void append(const StreamFrame& frame, Bytes& out) {
    body_.clear();
    if (flv_)
      append_tag(body_, frame.kind, frame.timestamp_ms, frame.body);
    else
      packets_.append(frame, body_);
    append_chunk(out, body_);
  }

  Turn on_request(Talk&, const Bytes& request, Bytes& answer) const {
    const std::string_view text(reinterpret_cast<const char*>(request.data()), request.size());
    if (!text.ends_with("\r\n\r\n")) return Turn::talk;
    append_text(answer, "HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\nTransfer-Encoding: chunked\r\n\r\n");
    if (flv_) {
      Bytes start = {'F', 'L', 'V', 1, 5, 0, 0, 0, 9, 0, 0, 0, 0};
      append_tag(start, Kind::video, 0, SyntheticStream::video_config());
      append_tag(start, Kind::audio, 0, SyntheticStream::audio_config());
      append_chunk(answer, start);
    }
    return Turn::play;
  }

 private:
  bool flv_;
  TsPackets packets_;
  Bytes body_;
};

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  using namespace sluice::bench;
  raise_descriptor_limit();
  const Options options(argc, argv, {{"--port", "0"}, {"--format", "flv"}, {"--merge-ms", "0"}});
  Floor<HttpFloor>(static_cast<std::uint16_t>(options.number("--port")),
                   std::chrono::milliseconds(options.number("--merge-ms")),
                   HttpFloor(options.text("--format") == "flv"))
      .run();
}
