#include "connection.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include <sluice/json.hpp>

namespace {

constexpr std::size_t unsent_limit = 64 * 1024;
constexpr std::uint32_t frames_per_turn = 64;  // then others get theirs

std::string registry_list(const sluice::Host& host) {
  std::string room(4096, '\0');
  for (;;) {
    sluice_text text{room.data(), room.size(), 0};
    const auto& registry = host.registry();
    const sluice_status status = registry.call(&sluice_registry::list, registry.self(), &text);
    if (status == SLUICE_STATUS_OK) return room.substr(0, text.size);
    if (status != SLUICE_STATUS_LIMIT || text.size <= room.size()) return "{}";
    room.resize(text.size);  // it said how much it needs; by now that may be more
  }
}

}  // namespace

Connection::Connection(const sluice::Host& host, sluice_lane* lane, sluice::Connection socket)
    : host_(host),
      lane_(lane),
      socket_(std::move(socket)),
      opened_at_(host.now()),
      watch_(host),
      viewer_(host) {}

void Connection::start() {
  const auto on_event = [](void* self, std::uint32_t events) {
    static_cast<Connection*>(self)->on_event(events);
  };
  if (watch_.start(lane_, socket_.fd(), SLUICE_WATCH_READ, on_event, this) != SLUICE_STATUS_OK)
    return close("the lane watches no more sockets");
  say("LIST, WATCH app/name, QUIT\n");
}

void Connection::close(std::string_view reason) {
  if (closed_) return;
  flush();
  if (closed_) return;  // flush found the peer gone
  closed_ = true;
  viewer_.close(reason);
  watch_.stop();
  socket_.close();
}

void Connection::on_event(std::uint32_t events) {
  if (events & SLUICE_WATCH_WRITE) {
    flush();
    pump();
  }
  if (!closed_ && (events & (SLUICE_WATCH_READ | SLUICE_WATCH_ERROR))) read_lines();
}

void Connection::read_lines() {
  char bytes[line_limit];
  const ssize_t count = ::recv(socket_.fd(), bytes, line_limit - in_.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return close("the peer is gone");
  in_.append(bytes, static_cast<std::size_t>(count));
  while (!closed_) {
    const auto line = take_line(in_);
    if (!line) break;
    answer(parse_command(*line));
  }
  if (!closed_ && in_.size() == line_limit) {
    say("ERROR the line is too long\n");
    close("a line too long");
  }
}

void Connection::answer(const Command& command) {
  switch (command.verb) {
    case Verb::list:
      return list();
    case Verb::watch:
      return watch(command.stream);
    case Verb::quit:
      return close("the peer said goodbye");
    case Verb::unknown:
      return say("ERROR expected LIST, WATCH app/name or QUIT\n");
  }
}

void Connection::list() {
  const std::string text = registry_list(host_);
  const sluice::Json json(text);
  const std::uint64_t count = json.count("/streams");
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string stream = "/streams/" + std::to_string(i);
    say(json.text(stream + "/key") + " " + json.text(stream + "/state") + "\n");
  }
  say("OK " + std::to_string(count) + " streams\n");
}

// The host asks the auth modules; their answer comes to viewer_calls.
void Connection::watch(const std::string& stream) {
  sluice::SessionRequest request;
  request.key = stream;
  request.protocol = "lines";
  request.address = socket_.remote();
  viewer_.close("another stream was asked for");
  if (viewer_.open(lane_, request, viewer_calls(), this) != SLUICE_STATUS_OK)
    say("ERROR this cannot be watched: " + stream + "\n");
}

const sluice::SubscriberCalls& Connection::viewer_calls() {
  static constexpr sluice::SubscriberCalls calls{
      [](void* self) { static_cast<Connection*>(self)->pump(); },
      [](void* self, sluice_status, std::string_view why) {
        static_cast<Connection*>(self)->say("ERROR " + std::string(why) + "\n");
      },
      [](void* self) { static_cast<Connection*>(self)->pump(); },
      [](void* self, sluice_status, std::string_view reason) {
        auto& connection = *static_cast<Connection*>(self);
        connection.viewer_.close(reason);
        connection.say("END " + std::string(reason) + "\n");
      }};
  return calls;
}

// Reads while there is room for what it says. Once a read gave nothing the host calls on_ready for more.
void Connection::pump() {
  while (!closed_ && out_.size() < unsent_limit) {
    const auto entries = viewer_.read(frames_per_turn);
    if (entries.empty()) break;
    std::string lines;
    for (const sluice_entry& entry : entries)
      lines += frame_line(entry.frame->track->id, entry.frame->dts, entry.frame->bytes,
                          (entry.frame->flags & SLUICE_FRAME_KEY) != 0);
    viewer_.sent(lines.size());
    say(lines);
  }
}

void Connection::say(std::string_view text) {
  if (closed_) return;
  // What a peer asks for and does not read is not kept without end; frames are bounded in pump.
  if (out_.size() > 2 * unsent_limit) return close("the peer does not read");
  out_ += text;
  flush();
}

void Connection::flush() {
  while (!closed_ && !out_.empty()) {
    const ssize_t count = ::send(socket_.fd(), out_.data(), out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count > 0) {
      out_.erase(0, static_cast<std::size_t>(count));
    } else if (count < 0 && errno == EINTR) {
      continue;
    } else if (count < 0 && errno == EAGAIN) {
      break;
    } else {
      out_.clear();
      return close("the peer is gone");
    }
  }
  watch_.want(SLUICE_WATCH_READ | (out_.empty() ? 0u : std::uint32_t{SLUICE_WATCH_WRITE}));
}
