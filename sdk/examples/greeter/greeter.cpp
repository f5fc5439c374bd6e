// A module that answers HTTP without knowing a socket: it registers routes, and whoever provides
// sluice.http/1 asks it. Works, and waits, without one as well.
#include <sluice/http.hpp>
#include <sluice/module.hpp>
#include <sluice/timer.hpp>

#include <list>
#include <memory>

namespace {

using namespace sluice;

class Greeter final : public Module {
 public:
  using Module::Module;

  void configure(std::string_view json) override {
    greeting_ = Json(json).text("/config/greeting");
    folder_ = Json(json).text("/config/folder");
    tick_ms_ = Json(json).integer("/config/tick_ms");
  }

  void start() override {
    // One page for each name: {name} is what stands in its place in the path.
    add("GET * /hello/{name}", R"({"answer": "call"})", [this](const HttpRequest& request, Ticket& ticket) {
      HttpReply reply;
      reply.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
      reply.body = greeting_ + ", " + request.param("name") + "!\n";
      reply.ranges = true;
      reply.give(ticket);
    });
    // What is sent comes back.
    add("POST * /echo", R"({"answer": "call", "body_bytes": 100000})",
        [](const HttpRequest& request, Ticket& ticket) {
          HttpReply reply;
          reply.status = 201;
          reply.headers = {
              {"Content-Type", request.header("content-type").value_or("application/octet-stream")},
              {"X-Peer", request.peer()},
              {"X-Secure", request.secure() ? "yes" : "no"}};
          reply.body = text_of(request.body());
          reply.give(ticket);
        });
    // Shared: a thousand may wait for the same tick, and this is asked once. Answers a moment later, by a
    // ticket moved away; who has waited for three seconds hears 504. POST is never shared.
    add("GET|POST * /tick/{number}", R"({"answer": "call", "shared": true, "timeout_ms": 3000})",
        [this](const HttpRequest&, Ticket& ticket) { answer_later(std::move(ticket)); });
    // These two the provider answers alone: a stream in a packaging that another module makes, and files.
    add("GET * /{key...}.h264",
        R"({"answer": "stream", "format": "annexb", "mime": "video/h264", "websocket": true})");
    if (!folder_.empty()) add("GET * /files/{path*}", R"({"answer": "files", "root": ")" + folder_ + "\"}");
  }

  void stop() override {
    // GONE: who waits may ask our successor.
    for (Waiting& waiting : waiting_) waiting.ticket.refuse(SLUICE_STATUS_GONE, "the greeter stops");
    waiting_.clear();
    routes_.clear();
  }

 private:
  struct Waiting {
    Waiting(const Host& host, Ticket ticket) : ticket(std::move(ticket)), timer(host) {}
    Ticket ticket;
    Timer timer;
  };

  void add(std::string name, std::string details, HttpRoute::Answer answer = {}) {
    routes_.push_back(std::make_unique<HttpRoute>(host()));
    routes_.back()->add(host().lane(0), std::move(name), std::move(details), std::move(answer));
  }

  void answer_later(Ticket ticket) {
    const auto place = waiting_.emplace(waiting_.end(), host(), std::move(ticket));
    const std::string body = "asked " + std::to_string(++asked_) + " times\n";
    place->timer.start(host().lane(0), host().now() + tick_ms_ * 1'000'000, [this, place, body] {
      HttpReply reply;
      reply.body = body;
      reply.cache_ms = 500;
      reply.give(place->ticket);
      waiting_.erase(place);
    });
  }

  std::string greeting_, folder_;
  std::vector<std::unique_ptr<HttpRoute>> routes_;
  std::list<Waiting> waiting_;
  std::int64_t tick_ms_ = 0;
  int asked_ = 0;
};

}  // namespace

SLUICE_MODULE(Greeter)
