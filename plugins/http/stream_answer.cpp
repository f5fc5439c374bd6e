#include "stream_answer.hpp"

#include "wire/credentials.hpp"
#include "wire/websocket.hpp"

namespace sluice::http {
namespace {

Form form_of(const Responder& to, bool websocket) {
  return websocket ? Form::message : to.is_chunked() ? Form::chunked : Form::plain;
}

}  // namespace

StreamAnswer::StreamAnswer(const Host& host, sluice_lane* lane, Responder& to,
                           std::shared_ptr<const Route> route, std::string websocket_accept)
    : to_(to),
      route_(std::move(route)),
      websocket_accept_(std::move(websocket_accept)),
      source_(host, lane, form_of(to, !websocket_accept_.empty())) {}

StreamAnswer::~StreamAnswer() { source_.close("the viewer left"); }

const SubscriberCalls& StreamAnswer::calls() {
  static constexpr SubscriberCalls table{
      .on_open = [](void* self) { static_cast<StreamAnswer*>(self)->on_open(); },
      .on_refused = [](void* self, sluice_status status,
                       std::string_view why) { static_cast<StreamAnswer*>(self)->on_refused(status, why); },
      .on_ready = [](void* self) { static_cast<StreamAnswer*>(self)->pump(); },
      .on_closed = [](void* self, sluice_status why,
                      std::string_view reason) { static_cast<StreamAnswer*>(self)->on_closed(why, reason); }};
  return table;
}

void StreamAnswer::begin() {
  const Request& asked = to_.request();
  const auto& route = std::get<StreamRoute>(route_->answer);
  Credentials shown = read_credentials(asked.head, asked.target.query);
  SessionRequest request;
  for (const auto& [name, value] : asked.params)
    if (name == "key") request.key = value;
  request.protocol = std::string(websocket_accept_.empty() ? "http-" : "ws-") + route.format;
  request.address = asked.peer;
  request.user_agent = asked.head.field("user-agent").value_or("");
  request.user = std::move(shown.user);
  request.password = std::move(shown.password);
  request.token = std::move(shown.token);
  request.query = asked.target.query;
  const sluice_status status = source_.open(request, route, calls(), this);
  if (status != SLUICE_STATUS_OK) on_refused(status, "");
}

void StreamAnswer::on_open() {
  playing_ = true;
  ResponseHead head;
  head.fields = route_->fields;
  if (websocket_accept_.empty()) {
    head.fields.emplace_back("Content-Type", std::get<StreamRoute>(route_->answer).mime);
    head.fields.emplace_back("Cache-Control", "no-store");
  } else {
    head.status = 101;
    head.fields.emplace_back("Upgrade", "websocket");
    head.fields.emplace_back("Sec-WebSocket-Accept", websocket_accept_);
  }
  to_.begin(std::move(head));
  if (!to_.request().wants_body()) {
    playing_ = false;
    return to_.end();
  }
  pump();
}

void StreamAnswer::on_refused(sluice_status status, std::string_view why) {
  switch (status) {
    case SLUICE_STATUS_DENIED:
      // One text for all: whether a stream is there is nobody's business who may not play it.
      return reply_text(to_, 403,
                        "Playing this stream is not allowed; a token or user and password may help.");
    case SLUICE_STATUS_NOT_FOUND:
      return reply_text(to_, 404, "Nobody publishes this stream now; try again once it is live.");
    case SLUICE_STATUS_NOT_SUPPORTED:
      return reply_text(to_, 501, why.empty() ? "This packaging is not to be had here." : why);
    case SLUICE_STATUS_ARGUMENT:
      return reply_text(to_, 400, why.empty() ? "The stream's name cannot be used." : why);
    default:
      return reply_text(to_, 503, "The server takes no more viewers now; try again later.",
                        {{"Retry-After", "5"}});
  }
}

void StreamAnswer::on_closed(sluice_status why, std::string_view reason) {
  if (!playing_) return;
  playing_ = false;
  if (why == SLUICE_STATUS_GONE) return to_.end();
  to_.abort(reason);
}

void StreamAnswer::hung_up() {
  if (!playing_) return;
  playing_ = false;
  source_.close("the viewer left");
  to_.end();
}

void StreamAnswer::pump() {
  while (playing_ && to_.flush()) {
    batch_.clear();
    if (!source_.read(batch_)) return;
    for (ParcelRef& parcel : batch_) to_.send_framed(std::move(parcel));
  }
}

}  // namespace sluice::http
