#include "session.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "wire/chunk_writer.hpp"
#include "wire/control.hpp"

using namespace sluice::rtmp;

namespace {

// A client's side of the conversation as bytes.
class Script {
 public:
  Script() {
    bytes_.assign(1 + 2 * handshake_packet_size, 0);
    bytes_[0] = 3;
  }
  Script& command(std::string_view name, double transaction, const amf0::Value& object,
                  std::vector<amf0::Value> arguments = {}, std::uint32_t stream = 0) {
    return message(type_command, stream, serialise_command(name, transaction, object, arguments));
  }
  Script& connect(amf0::Object extra = {}) {
    amf0::Object object{{"app", "live"}, {"flashVer", "FMLE/3.0"}, {"tcUrl", "rtmp://127.0.0.1/live"}};
    for (auto& property : extra.properties) object.properties.push_back(property);
    return command("connect", 1, object).command("createStream", 2, amf0::Null{});
  }
  Script& publish(const char* name) { return command("publish", 3, amf0::Null{}, {name, "live"}, 1); }
  Script& play(const char* name) { return command("play", 3, amf0::Null{}, {name}, 1); }
  Script& message(std::uint8_t type, std::uint32_t stream, std::span<const std::uint8_t> payload,
                  std::uint32_t timestamp = 0) {
    append_message(bytes_, {4, timestamp, type, stream}, payload, 128);
    return *this;
  }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

// What came of feeding it all, in pieces of `step` bytes; payloads as text lengths so that they can be
// compared.
struct Outcome {
  std::vector<std::string> events;
  std::vector<std::string> statuses;  // codes of onStatus and of connect's answer
  std::vector<std::uint8_t> output;
  sluice::error_code error;
};

std::string describe(const SessionEvent& event) {
  if (const auto* asked = std::get_if<PublishAsked>(&event))
    return "publish " + asked->key + " token=" + asked->token;
  if (const auto* asked = std::get_if<PlayAsked>(&event))
    return "play " + asked->key + " query=" + asked->query;
  if (std::get_if<RoleEnded>(&event)) return "ended";
  if (const auto* pause = std::get_if<PauseAsked>(&event)) return pause->on ? "pause" : "unpause";
  if (const auto* media = std::get_if<Media>(&event))
    return "media " + std::to_string(media->message.type) + " @" + std::to_string(media->message.timestamp) +
           " " + std::to_string(media->message.payload.size());
  if (const auto* data = std::get_if<StreamData>(&event)) return "data " + data->data.name;
  if (auto* refused = std::get_if<NameRefused>(&event)) return "no name: " + refused->name;
  return "dropped " + std::get<Dropped>(event).why.message();
}

void collect_statuses(Outcome& outcome) {
  ChunkReader reader;
  std::span<const std::uint8_t> in(outcome.output);
  if (in.size() < 1 + 2 * handshake_packet_size) return;
  reader.feed(in.subspan(1 + 2 * handshake_packet_size));
  for (auto message = reader.poll(); message && *message; message = reader.poll()) {
    if ((*message)->type != type_command) continue;
    const auto command = parse_command((*message)->payload, type_command);
    REQUIRE(command.has_value());
    for (const auto& argument : command->arguments)
      if (argument.object()) outcome.statuses.emplace_back(argument.object()->string("code"));
  }
}

Outcome run(const Script& script, std::size_t step = SIZE_MAX, ChunkLimits limits = {}) {
  Outcome outcome;
  Session session(limits, HandshakeRandom{});
  std::span<const std::uint8_t> left(script.bytes());
  while (!left.empty() && !outcome.error) {
    // A copy of its own, so that a sanitizer sees a payload that outlives its bytes.
    const std::vector<std::uint8_t> piece(left.begin(),
                                          left.begin() + static_cast<long>(std::min(step, left.size())));
    left = left.subspan(piece.size());
    session.feed(piece, 0);
    for (;;) {
      auto event = session.poll();
      if (!event) {
        outcome.error = event.error();
        break;
      }
      if (!*event) break;
      outcome.events.push_back(describe(**event));
      if (std::get_if<PublishAsked>(&**event)) session.publish_started();
      if (std::get_if<PlayAsked>(&**event)) session.play_started();
    }
    const auto output = session.take_output();
    outcome.output.insert(outcome.output.end(), output.begin(), output.end());
  }
  collect_statuses(outcome);
  return outcome;
}

using Strings = std::vector<std::string>;
const std::vector<std::uint8_t> video{0x17, 1, 0, 0, 0, 0, 0, 0, 1, 0x65};

}  // namespace

TEST_CASE("a publisher like OBS is understood, however its bytes are cut") {
  Script script;
  script.connect()
      .command("releaseStream", 4, amf0::Null{}, {"cam"})
      .command("FCPublish", 5, amf0::Null{}, {"cam"})
      .publish("cam?token=a%3Db&x=1")
      .message(type_data, 1,
               serialise_data("@setDataFrame", std::vector<amf0::Value>{"onMetaData", amf0::Object{}}))
      .message(type_video, 1, video, 40)
      .message(type_audio, 1, std::vector<std::uint8_t>(300, 0xaf), 0xFFFFFFFF)
      .command("FCUnpublish", 6, amf0::Null{}, {"cam"})
      .command("deleteStream", 7, amf0::Null{}, {1});
  const Strings expected{"publish live/cam token=a=b", "data onMetaData", "media 9 @40 10",
                         "media 8 @4294967295 300", "ended"};
  for (std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{1536}, std::size_t{SIZE_MAX}}) {
    const Outcome outcome = run(script, step);
    CAPTURE(step);
    CHECK_FALSE(outcome.error);
    CHECK(outcome.events == expected);
    CHECK(outcome.statuses ==
          Strings{"NetConnection.Connect.Success", "NetStream.Publish.Start", "NetStream.Unpublish.Success"});
  }
}

TEST_CASE("a player is answered and may pause") {
  Script script;
  script.connect()
      .play("cam?user=u&pass=p")
      .command("pause", 0, amf0::Null{}, {true, 0}, 1)
      .command("pause", 0, amf0::Null{}, {false, 0}, 1);
  const Outcome outcome = run(script);
  CHECK(outcome.events == Strings{"play live/cam query=user=u&pass=p", "pause", "unpause"});
  CHECK(outcome.statuses == Strings{"NetConnection.Connect.Success", "NetStream.Play.Reset",
                                    "NetStream.Play.Start", "NetStream.Pause.Notify",
                                    "NetStream.Unpause.Notify"});
}

TEST_CASE("names that are none are refused with BadName, and the peer may try again") {
  for (const char* name : {"", "../etc", "a b", "mp4:cam", "cam\r\nx", "a//b", "\xff\xfe", "cam~", "a~b~c"}) {
    Script script;
    script.connect().publish(name).publish("good");
    const Outcome outcome = run(script);
    CAPTURE(name);
    REQUIRE(outcome.events.size() == 2);
    CHECK(outcome.events[0].starts_with("no name: "));
    CHECK(outcome.events[1] == "publish live/good token=");
    CHECK(outcome.statuses[1] == "NetStream.Publish.BadName");
  }
}

TEST_CASE("one role at a time") {
  Script script;
  script.connect().publish("cam").play("other");
  const Outcome outcome = run(script);
  CHECK(outcome.events == Strings{"publish live/cam token="});
  CHECK(outcome.statuses.back() == "NetStream.Play.Failed");
}

TEST_CASE("media from one who does not publish goes nowhere") {
  Script script;
  script.connect().message(type_video, 1, video).play("cam").message(type_video, 1, video);
  CHECK(run(script).events == Strings{"play live/cam query="});
}

TEST_CASE("empty messages are dropped, commands before connect end it") {
  Script empty;
  empty.connect().publish("cam").message(type_video, 1, {}).message(type_audio, 1, {});
  CHECK(run(empty).events.size() == 3);
  Script early;
  early.publish("cam");
  CHECK(run(early).error == make_error_code(Errc::not_a_command));
}

TEST_CASE("capabilities are read from both versions of Enhanced RTMP and answered in kind") {
  const auto capabilities = [](amf0::Object extra, bool& told) {
    Session session({}, HandshakeRandom{});
    Script script;
    script.connect(std::move(extra));
    session.feed(script.bytes(), 0);
    while (session.poll().value()) {
    }
    const auto output = session.take_output();
    const std::string text(output.begin(), output.end());
    told = text.find("videoFourCcInfoMap") != std::string::npos;
    return session.capabilities();
  };
  bool told = false;
  CHECK_FALSE(capabilities({}, told).has(SLUICE_CODEC_H265));
  CHECK_FALSE(told);
  amf0::StrictArray list;
  list.items = {"hvc1", "av01"};
  const auto one = capabilities({{"fourCcList", list}}, told);
  CHECK((one.has(SLUICE_CODEC_H265) && one.has(SLUICE_CODEC_AV1) && !one.has(SLUICE_CODEC_VP9)));
  CHECK(told);
  const auto two = capabilities(
      {{"videoFourCcInfoMap", amf0::Object{{"vp09", 7}}}, {"audioFourCcInfoMap", amf0::Object{{"Opus", 7}}}},
      told);
  CHECK((two.has(SLUICE_CODEC_VP9) && two.has(SLUICE_CODEC_OPUS) && !two.has(SLUICE_CODEC_H265)));
  amf0::StrictArray all;
  all.items = {"*"};
  CHECK(capabilities({{"fourCcList", all}}, told).has(SLUICE_CODEC_AV1));
}

TEST_CASE("received bytes are acknowledged in the window the peer asked for") {
  Script script;
  script.connect().message(type_window_ack_size, 0, window_ack_size(1000)).publish("cam");
  for (int i = 0; i < 20; ++i) script.message(type_video, 1, std::vector<std::uint8_t>(500, 1));
  const Outcome outcome = run(script, 700);
  ChunkReader reader;
  reader.feed(std::span(outcome.output).subspan(1 + 2 * handshake_packet_size));
  int acknowledgements = 0;
  std::uint32_t last = 0;
  for (auto message = reader.poll(); message && *message; message = reader.poll())
    if ((*message)->type == type_acknowledgement) {
      ++acknowledgements;
      last = parse_acknowledgement((*message)->payload).value();
    }
  CHECK(acknowledgements >= 5);
  CHECK(last > script.bytes().size() - 1500);
}

TEST_CASE("an Abort of a chunk stream that is not there is counted") {
  Script script;
  script.connect().message(type_abort, 0, abort_message(77)).publish("cam");
  const Outcome outcome = run(script);
  CHECK(outcome.events ==
        Strings{"publish live/cam token=", "dropped " + make_error_code(Errc::malformed_control).message()});
}

TEST_CASE("a ping is answered") {
  Script script;
  script.connect().message(type_user_control, 0, user_control(event_ping_request, 77));
  const Outcome outcome = run(script);
  const auto answer = user_control(event_ping_response, 77);
  CHECK(std::search(outcome.output.begin(), outcome.output.end(), answer.begin(), answer.end()) !=
        outcome.output.end());
}
