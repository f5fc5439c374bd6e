// The pages: a list of what is live, a player for each stream, and the figures both show.
#include <unistd.h>

#include <array>
#include <deque>
#include <fstream>
#include <optional>
#include <string>

#include <sluice/http.hpp>
#include <sluice/module.hpp>

#include "place.hpp"
#include "records.hpp"
#include "settings.hpp"
#include "stream_list.hpp"
#include "visibility.hpp"

namespace sluice::pages {
namespace {

constexpr std::int64_t fresh_ns = 500'000'000;  // however many ask, the registry is asked this often
constexpr std::size_t list_bytes = 192 * 1024;  // below SLUICE_MESSAGE_MOST

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

// The whole of a text whose length is not known before.
template <class Table>
std::string read_text(const Interface<Table>& table, sluice_status (*Table::*list)(void*, sluice_text*)) {
  std::string out(64 * 1024, '\0');
  for (;;) {
    sluice_text room{out.data(), out.size(), 0};
    const sluice_status status = table.call(list, table.self(), &room);
    if (status == SLUICE_STATUS_OK) {
      out.resize(room.size);
      return out;
    }
    if (status != SLUICE_STATUS_LIMIT) throw Error(status, "the host gives no list");
    out.resize(room.size + room.size / 4);  // it may grow until it is asked again
  }
}

Asker asker_of(const HttpRequest& request) {
  Asker out{request.peer(), request.header("host").value_or(""), request.header("origin").value_or(""),
            request.header("sec-fetch-site").value_or("")};
  for (const char* field : {"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"})
    out.passed_on |= request.header(field).has_value();
  return out;
}

HttpReply json_reply(std::string body, unsigned status = 200) {
  return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

HttpReply refusal(unsigned status, std::string_view why) {
  std::string body = R"({"error":)";
  detail::put_json(body, why);
  return json_reply(body + '}', status);
}

HttpReply player_page(const std::string& root, const std::string& path) {
  auto page = is_media_path(path) ? std::nullopt : read_file(root + "/player.html");
  if (!page)
    return {.status = 404,
            .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
            .body = "No module of this server serves this.\n"};
  return {.headers = {{"Content-Type", "text/html; charset=utf-8"}, {"Cache-Control", "no-cache"}},
          .body = std::move(*page),
          .cache_ms = 1000};
}

class PagesModule final : public Module {
 public:
  using Module::Module;

  void configure(std::string_view json) override { settings_ = parse_settings(json); }
  // Where the files lie needs a reload; all else is looked at with each request.
  void reconfigure(std::string_view json) override { settings_ = parse_settings(json); }

  void start() override {
    const std::string root = settings_.root.empty() ? root_beside(program_path()) : settings_.root;
    if (read_file(root + "/index.html") && read_file(root + "/player.html")) {
      for (const RouteRecord& record : file_routes(root)) add(record.name, record.details);
      add(player_route, player_details(), [root](const HttpRequest& request, Ticket& ticket) {
        player_page(root, request.path()).give(ticket);
      });
    } else {
      missing_ = root;
      host().warn("no pages here; install them (cmake --install) or set root", {{"root", root}});
    }
    add(page_route, call_details(),
        [this](const HttpRequest&, Ticket& ticket) { json_reply(page_json(settings_)).give(ticket); });
    add(streams_route, call_details(),
        [this](const HttpRequest& request, Ticket& ticket) { answer_list(request).give(ticket); });
    add(stream_route, call_details(),
        [this](const HttpRequest& request, Ticket& ticket) { answer_stream(request).give(ticket); });
  }

  void health(sluice_health& out) override {
    if (missing_.empty()) return;
    out.degraded = 1;
    detail::copy_text(out.reason, sizeof out.reason,
                      "no pages in " + missing_ + ": install them or set root");
  }

  void stop() override { routes_.clear(); }

 private:
  void add(const std::string& name, const std::string& details, HttpRoute::Answer answer = {}) {
    routes_.emplace_back(host()).add(host().lane(0), name, details, std::move(answer));
  }

  HttpReply answer_list(const HttpRequest& request) {
    refresh();
    const std::string why = why_hidden(settings_.list, closed_, asker_of(request));
    return why.empty() ? json_reply(list_) : refusal(403, why);
  }

  HttpReply answer_stream(const HttpRequest& request) {
    refresh();
    const std::string why = why_hidden(settings_.list, closed_, asker_of(request));
    if (!why.empty()) return refusal(403, why);
    auto stream = stream_json(list_, request.param("key"));
    return stream ? json_reply(std::move(*stream)) : refusal(404, "This stream is not live.");
  }

  void refresh() {
    if (!list_.empty() && host().now() - listed_at_ < fresh_ns) return;
    closed_ = is_closed(read_text(host().services(), &sluice_services::list));
    auto list = list_json(read_text(host().registry(), &sluice_registry::list), list_bytes);
    if (!list) throw Error(SLUICE_STATUS_INTERNAL, "the registry's list cannot be read");
    list_ = std::move(*list);
    listed_at_ = host().now();
  }

  Settings settings_;
  std::deque<HttpRoute> routes_;
  std::string missing_;  // the folder that should hold the pages and does not
  std::string list_;
  bool closed_ = true;
  std::int64_t listed_at_ = 0;
};

}  // namespace
}  // namespace sluice::pages

SLUICE_MODULE(sluice::pages::PagesModule)
