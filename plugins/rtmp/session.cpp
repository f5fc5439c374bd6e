#include "session.hpp"

#include <sluice/stream_key.hpp>

#include "wire/chunk_writer.hpp"
#include "wire/control.hpp"
#include "wire/stream_name.hpp"

namespace sluice::rtmp {
namespace {

constexpr std::uint32_t command_chunk_stream = 3;
constexpr std::uint32_t status_chunk_stream = 5;
constexpr std::size_t four_cc_limit = 32;
constexpr std::size_t user_agent_limit = 128;

// What we take in and hand out beyond classic RTMP (Enhanced RTMP 2).
constexpr std::string_view video_four_ccs[] = {"avc1", "hvc1", "av01", "vp09"};
constexpr std::string_view audio_four_ccs[] = {"mp4a", "Opus", ".mp3", "ac-3"};
constexpr double can_forward = 4;

amf0::Object four_cc_map(std::span<const std::string_view> codes) {
  amf0::Object map;
  for (std::string_view code : codes) map.properties.push_back({std::string(code), can_forward});
  return map;
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  for (char c : text.substr(0, limit)) out += c >= 0x20 && c < 0x7f ? c : '?';
  return out;
}

// The query again as text, for providers of authorisation with parameters of their own.
std::string query_text(const std::vector<QueryParameter>& query) {
  std::string text;
  for (const QueryParameter& parameter : query) {
    if (!text.empty()) text += '&';
    text += parameter.name + '=';
    for (char c : parameter.value) {
      if (c != '&' && c != '%' && c != '#') {
        text += c;
        continue;
      }
      constexpr char digits[] = "0123456789ABCDEF";
      text += {'%', digits[static_cast<unsigned char>(c) >> 4], digits[c & 15]};
    }
  }
  return text;
}

}  // namespace

bool Capabilities::has(std::uint32_t codec) const {
  if (any) return true;
  for (const std::string& code : four_ccs)
    if (code.size() == 4 &&
        SLUICE_FOURCC(static_cast<std::uint8_t>(code[0]), static_cast<std::uint8_t>(code[1]),
                      static_cast<std::uint8_t>(code[2]), static_cast<std::uint8_t>(code[3])) == codec)
      return true;
  return false;
}

Session::Session(const ChunkLimits& limits, const HandshakeRandom& random)
    : handshake_(std::make_unique<ServerHandshake>()),
      random_(std::make_unique<HandshakeRandom>(random)),
      reader_(limits) {}

void Session::feed(std::span<const std::uint8_t> in, std::uint32_t now_ms) {
  now_ms_ = now_ms;
  received_ += in.size();
  input_ = in;
  if (!handshake_) reader_.feed(input_);
}

Result<std::optional<SessionEvent>> Session::poll() {
  if (handshake_) {
    if (const auto done = shake_hands(); !done) return done.error();
    if (handshake_) return std::optional<SessionEvent>{};
  }
  for (;;) {
    auto event = in_aggregate_ ? next_of_aggregate() : Result<std::optional<SessionEvent>>{std::nullopt};
    if (!event || *event) return event;
    const auto message = reader_.poll();
    if (!message) return message.error();
    if (!*message) break;
    event = handle(**message);
    if (!event || *event) return event;
  }
  acknowledge();
  if (ignored_aborts_ == reader_.ignored_aborts()) return std::optional<SessionEvent>{};
  ignored_aborts_ = reader_.ignored_aborts();
  return std::optional<SessionEvent>{Dropped{Errc::malformed_control}};
}

Result<void> Session::shake_hands() {
  const auto used = handshake_->feed(input_, now_ms_, *random_);
  if (!used) return used.error();
  const auto bytes = handshake_->take_output();
  output_.insert(output_.end(), bytes.begin(), bytes.end());
  if (!handshake_->done()) {
    input_ = {};
    return {};
  }
  handshake_.reset();
  random_.reset();
  reader_.feed(input_.subspan(*used));
  return {};
}

Result<std::optional<SessionEvent>> Session::handle(const Message& message) {
  std::optional<SessionEvent> event;
  switch (message.type) {
    case type_window_ack_size:
      if (const auto window = parse_window(message.payload))
        window_ = *window;
      else
        event = Dropped{window.error()};
      return event;
    case type_user_control:
      return handle_user_control(message.payload);
    case type_audio:
    case type_video:
      return handle_media(message);
    case type_data:
    case type_data_amf3:
      return handle_data(message);
    case type_aggregate:
      aggregate_.emplace(message);
      in_aggregate_ = true;
      return event;
    case type_command:
    case type_command_amf3:
      return handle_command(message);
    default:  // acknowledgements, bandwidth, shared objects: nothing depends on them
      return event;
  }
}

Result<std::optional<SessionEvent>> Session::next_of_aggregate() {
  const auto message = aggregate_->poll();
  if (!message) return message.error();
  if (*message) return handle_media_or_data(**message);
  aggregate_.reset();
  in_aggregate_ = false;
  return std::optional<SessionEvent>{};
}

Result<std::optional<SessionEvent>> Session::handle_media_or_data(const Message& message) {
  if (message.type == type_audio || message.type == type_video) return handle_media(message);
  if (message.type == type_data || message.type == type_data_amf3) return handle_data(message);
  return std::optional<SessionEvent>{Dropped{Errc::malformed_tag}};
}

Result<std::optional<SessionEvent>> Session::handle_media(const Message& message) {
  if (message.payload.empty()) return std::optional<SessionEvent>{Dropped{Errc::empty_message}};
  if (!is_publisher()) return std::optional<SessionEvent>{};
  return std::optional<SessionEvent>{Media{message}};
}

Result<std::optional<SessionEvent>> Session::handle_data(const Message& message) {
  auto data = parse_data(message.payload, message.type);
  if (!data) {
    if (verdict_of(data.error()) == Verdict::close) return data.error();
    return std::optional<SessionEvent>{Dropped{data.error()}};
  }
  if (!is_publisher()) return std::optional<SessionEvent>{};
  return std::optional<SessionEvent>{StreamData{std::move(*data)}};
}

Result<std::optional<SessionEvent>> Session::handle_user_control(std::span<const std::uint8_t> payload) {
  const auto control = parse_user_control(payload);
  if (!control) return std::optional<SessionEvent>{Dropped{control.error()}};
  if (control->event == event_ping_request)
    send_control(type_user_control, user_control(event_ping_response, control->value));
  return std::optional<SessionEvent>{};
}

Result<std::optional<SessionEvent>> Session::handle_command(const Message& message) {
  auto parsed = parse_command(message.payload, message.type);
  if (!parsed) {
    if (verdict_of(parsed.error()) == Verdict::close) return parsed.error();
    return std::optional<SessionEvent>{Dropped{parsed.error()}};
  }
  const Command& command = *parsed;
  const std::string& name = command.name;
  if (name == "connect") {
    on_connect(command);
  } else if (!connected_) {
    return make_error_code(Errc::not_a_command);  // nothing else may come first
  } else if (name == "createStream") {
    send_command(result_of(command.transaction, amf0::Null{}, static_cast<double>(next_stream_id())));
  } else if (name == "publish" || name == "play") {
    return on_stream_asked(command, message.stream_id, name == "publish");
  } else if (name == "deleteStream" || name == "closeStream" || name == "FCUnpublish") {
    return on_role_end(command);
  } else if (name == "pause") {
    return on_pause(command);
  } else if (command.transaction >
             0) {  // releaseStream, FCPublish, getStreamLength, _checkbw ...: all is well
    send_command(result_of(command.transaction, amf0::Null{},
                           name == "getStreamLength" ? amf0::Value(0.0) : amf0::Value()));
  }
  return std::optional<SessionEvent>{};
}

void Session::on_connect(const Command& command) {
  if (connected_) return;
  connected_ = true;
  if (const amf0::Object* object = command.object.object()) {
    app_ = object->string("app");
    tc_url_ = object->string("tcUrl");
    user_agent_ = printable(object->string("flashVer"), user_agent_limit);
    read_capabilities(*object);
  }
  send_control(type_window_ack_size, window_ack_size(default_window));
  send_control(type_set_peer_bandwidth, set_peer_bandwidth(default_window));
  send_control(type_set_chunk_size, set_chunk_size(out_chunk_size));
  out_chunk_ = out_chunk_size;

  amf0::Object properties{{"fmsVer", "FMS/3,5,7,7009"}, {"capabilities", 31}, {"mode", 1}};
  amf0::Object information =
      status_object(Level::status, "NetConnection.Connect.Success", "Connection succeeded.");
  information.properties.push_back({"objectEncoding", 0});
  if (enhanced_) {
    properties.properties.push_back({"capsEx", 0});
    properties.properties.push_back({"videoFourCcInfoMap", four_cc_map(video_four_ccs)});
    properties.properties.push_back({"audioFourCcInfoMap", four_cc_map(audio_four_ccs)});
  }
  send_command(result_of(command.transaction, std::move(properties), std::move(information)));
}

// Enhanced RTMP 2, "Enhancing NetConnection connect Command": fourCcList is of version 1, the maps of
// version 2.
void Session::read_capabilities(const amf0::Object& object) {
  const auto add = [this](std::string_view code) {
    if (code == "*") capabilities_.any = true;
    if (code.size() == 4 && capabilities_.four_ccs.size() < four_cc_limit)
      capabilities_.four_ccs.emplace_back(code);
  };
  if (const amf0::Value* list = object.find("fourCcList"); list && list->array()) {
    enhanced_ = true;
    for (const amf0::Value& item : list->array()->items)
      if (item.string()) add(*item.string());
  }
  for (const char* map_name : {"videoFourCcInfoMap", "audioFourCcInfoMap"})
    if (const amf0::Value* map = object.find(map_name); map && map->object()) {
      enhanced_ = true;
      for (const amf0::Property& property : map->object()->properties) add(property.name);
    }
  if (object.find("capsEx")) enhanced_ = true;
}

// 1 while nobody holds it; a further one, which may be made but not used, is another number.
std::uint32_t Session::next_stream_id() {
  return has_role() ? ++extra_streams_ + play_stream_id : play_stream_id;
}

Result<std::optional<SessionEvent>> Session::on_stream_asked(const Command& command, std::uint32_t stream,
                                                             bool publish) {
  std::optional<SessionEvent> event;
  if (has_role()) {
    send_status(stream, Level::error, publish ? "NetStream.Publish.BadConnection" : "NetStream.Play.Failed",
                "This connection publishes or plays already; open another connection.");
    return event;
  }
  const std::string* name = command.string_argument(0);
  const auto asked = name ? read_stream(*name) : Result<StreamAsked>{make_error_code(Errc::bad_stream_name)};
  if (!asked) {
    send_status(play_stream_id, Level::error,
                publish ? "NetStream.Publish.BadName" : "NetStream.Play.BadName",
                "Stream names are app/name of letters, digits, '.', '_' and '-', 255 bytes at most.");
    event = NameRefused{publish, name ? name->substr(0, name->find('?')) : std::string(), asked.error()};
    return event;
  }
  role_ = publish ? Role::publish : Role::play;
  if (publish)
    event = PublishAsked{*asked};
  else
    event = PlayAsked{*asked};
  return event;
}

// Credentials may stand in the query of the stream name, where OBS and ffmpeg put them, or of the app.
Result<StreamAsked> Session::read_stream(const std::string& name) const {
  const auto split = split_stream_name(app_, tc_url_, name);
  if (!split) return split.error();
  const auto key = canonical_stream_key(split->app, split->name);
  if (!key) return make_error_code(Errc::bad_stream_name);
  const auto parameter = [&](std::string_view wanted) {
    const std::string* found = split->find(wanted);
    return found ? *found : std::string();
  };
  StreamAsked asked;
  asked.key = *key;
  asked.user = parameter("user");
  asked.password = parameter("pass");
  if (asked.password.empty()) asked.password = parameter("password");
  asked.token = parameter("token");
  asked.query = query_text(split->query);
  return asked;
}

Result<std::optional<SessionEvent>> Session::on_role_end(const Command& command) {
  std::optional<SessionEvent> event;
  if (command.transaction > 0 && command.name == "FCUnpublish")
    send_command(result_of(command.transaction, amf0::Null{}, amf0::Value()));
  if (!has_role()) return event;
  if (const double* stream = command.number_argument(0);
      command.name == "deleteStream" && stream && *stream != play_stream_id)
    return event;  // one of those that were made but not used
  if (is_publisher()) tell(Level::status, "NetStream.Unpublish.Success", "Stream is now unpublished.");
  role_ = Role::none;
  event = RoleEnded{};
  return event;
}

Result<std::optional<SessionEvent>> Session::on_pause(const Command& command) {
  std::optional<SessionEvent> event;
  if (role_ != Role::play) return event;
  const bool* wanted = command.boolean_argument(0);
  const bool on = !wanted || *wanted;
  tell(Level::status, on ? "NetStream.Pause.Notify" : "NetStream.Unpause.Notify",
       on ? "Paused." : "Playing.");
  event = PauseAsked{on};
  return event;
}

void Session::publish_started() {
  send_control(type_user_control, user_control(event_stream_begin, play_stream_id));
  tell(Level::status, "NetStream.Publish.Start", "Publishing.");
}

void Session::play_started() {
  send_control(type_user_control, user_control(event_stream_begin, play_stream_id));
  tell(Level::status, "NetStream.Play.Reset", "Resetting.");
  tell(Level::status, "NetStream.Play.Start", "Started playing.");
}

void Session::refuse(std::string_view code, std::string_view description) {
  role_ = Role::none;
  tell(Level::error, code, description);
}

void Session::play_ended(std::string_view code, std::string_view description) {
  role_ = Role::none;
  send_control(type_user_control, user_control(event_stream_eof, play_stream_id));
  tell(Level::status, code, description);
}

void Session::tell(Level level, std::string_view code, std::string_view description) {
  send_status(play_stream_id, level, code, description);
}

void Session::send_status(std::uint32_t stream, Level level, std::string_view code,
                          std::string_view description) {
  send(type_command, status_chunk_stream, stream, on_status(level, code, description));
}

void Session::acknowledge() {
  if (window_ == 0 || received_ - acknowledged_ < window_) return;
  acknowledged_ = received_;
  send_control(type_acknowledgement, acknowledgement(static_cast<std::uint32_t>(received_)));
}

void Session::send(std::uint8_t type, std::uint32_t chunk_stream, std::uint32_t stream,
                   std::span<const std::uint8_t> payload) {
  append_message(output_, {chunk_stream, 0, type, stream}, payload, out_chunk_);
}

void Session::send_control(std::uint8_t type, std::span<const std::uint8_t> payload) {
  send(type, control_chunk_stream, 0, payload);
}

void Session::send_command(std::span<const std::uint8_t> payload) {
  send(type_command, command_chunk_stream, 0, payload);
}

}  // namespace sluice::rtmp
