// The pages: a list of what is live, a player for each stream, and the figures both show.
#include <unistd.h>

#include <array>
#include <atomic>
#include <deque>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include <sluice/http.hpp>
#include <sluice/module.hpp>

#include "answers.hpp"
#include "live_list.hpp"
#include "place.hpp"
#include "records.hpp"
#include "settings.hpp"
#include "stream_list.hpp"

namespace sluice::pages {
namespace {

std::string program_path() {
  std::array<char, 4096> path;
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : std::string();
}

// Nothing: there is no such file.
std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

HttpReply player_page(const std::string& root, const std::string& path) {
  auto page = is_media_path(path) ? std::nullopt : read_file(root + "/player.html");
  if (!page) return text_reply("No module of this server serves this.\n", 404);
  return {.headers = {{"Content-Type", "text/html; charset=utf-8"}, {"Cache-Control", "no-cache"}},
          .body = std::move(*page),
          .cache_ms = 1000};
}

class PagesModule final : public Module {
 public:
  using Module::Module;

  void configure(std::string_view json) override { adopt(json); }
  // Where the files lie needs a reload; all else is looked at with each request.
  void reconfigure(std::string_view json) override { adopt(json); }

  void start() override {
    const std::string root = settings_.load()->root;
    add_pages(root.empty() ? root_beside(program_path()) : root);
    add(page_route, call_details(),
        [this](const HttpRequest&) { return json_reply(page_json(*settings_.load())); });
    add(streams_route, call_details(), [this](const HttpRequest& request) {
      return shown_to(request, [&] { return json_reply(live_.json()); });
    });
    add(stream_route, call_details(), [this](const HttpRequest& request) {
      return shown_to(request, [&] {
        auto stream = stream_json(live_.json(), request.param("key"));
        return stream ? json_reply(std::move(*stream)) : refusal(404, "This stream is not live.");
      });
    });
  }

  void health(sluice_health& out) override {
    if (missing_.empty()) return;
    out.degraded = 1;
    sluice::detail::copy_text(out.reason, sizeof out.reason,
                              "no pages in " + missing_ + ": install them or set root");
  }

  void stop() override { routes_.clear(); }

 private:
  using Reply = std::function<HttpReply(const HttpRequest&)>;

  void adopt(std::string_view json) { settings_ = std::make_shared<const Settings>(parse_settings(json)); }

  void add(const std::string& name, const std::string& details, Reply reply = {}) {
    HttpRoute::Answer answer;
    if (reply) answer = [reply](const HttpRequest& request, Ticket& ticket) { reply(request).give(ticket); };
    routes_.emplace_back(host()).add(host().lane(0), name, details, std::move(answer));
  }

  void add_pages(const std::string& root) {
    if (!read_file(root + "/index.html") || !read_file(root + "/player.html")) {
      missing_ = root;
      host().warn("no pages here; install them (cmake --install) or set root", {{"root", root}});
      return;
    }
    for (const RouteRecord& record : file_routes(root)) add(record.name, record.details);
    add(player_route, player_details(),
        [root](const HttpRequest& request) { return player_page(root, request.path()); });
  }

  template <class Answer>
  HttpReply shown_to(const HttpRequest& request, const Answer& answer) {
    live_.refresh();
    const std::string why = why_hidden(settings_.load()->list, live_.closed(), asker_of(request));
    return why.empty() ? answer() : refusal(403, why);
  }

  std::atomic<std::shared_ptr<const Settings>> settings_;  // [control] writes, the lane reads
  LiveList live_{host()};
  std::deque<HttpRoute> routes_;
  std::string missing_;  // the folder that should hold the pages and does not
};

}  // namespace
}  // namespace sluice::pages

SLUICE_MODULE(sluice::pages::PagesModule)
