// What the server says of itself, over HTTP: /metrics for Prometheus, /healthz and /readyz for whoever starts
// and stops it.
#include <atomic>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include <sluice/http.hpp>
#include <sluice/module.hpp>

#include "exposition.hpp"
#include "stream_metrics.hpp"

namespace {

using nlohmann::json;
using sluice::HttpReply;
using sluice::HttpRequest;
using sluice::Ticket;

// Asks again with more room until all of it fits: it may have grown in between.
template <class Ask>
std::string whole_text(Ask&& ask) {
  std::string text(16 * 1024, '\0');
  for (int tries = 0; tries < 8; ++tries) {
    sluice_text room{text.data(), text.size(), 0};
    const sluice_status status = ask(&room);
    if (status == SLUICE_STATUS_OK) {
      text.resize(room.size);
      return text;
    }
    if (status != SLUICE_STATUS_LIMIT) throw sluice::Error(status, "the host does not report");
    text.resize(room.size + room.size / 4);
  }
  throw sluice::Error(SLUICE_STATUS_LIMIT, "the host's report grows faster than it can be read");
}

class PrometheusModule final : public sluice::Module {
 public:
  explicit PrometheusModule(const sluice_host* host)
      : Module(host), metrics_(this->host()), healthz_(this->host()), readyz_(this->host()) {}

  void configure(std::string_view text) override { most_streams_ = read(text); }
  void reconfigure(std::string_view text) override { most_streams_ = read(text); }

  void start() override {
    sluice_lane* const lane = host().lane(0);
    const std::string details = R"({"answer": "call", "headers": {"Cache-Control": "no-store"}})";
    metrics_.add(lane, "GET * /metrics", details,
                 [this](const HttpRequest&, Ticket& ticket) { expose().give(ticket); });
    healthz_.add(lane, "GET * /healthz", details,
                 [this](const HttpRequest&, Ticket& ticket) { tell_health("alive", ticket); });
    readyz_.add(lane, "GET * /readyz", details,
                [this](const HttpRequest&, Ticket& ticket) { tell_health("ready", ticket); });
  }
  void stop() override {
    for (sluice::HttpRoute* const route : {&metrics_, &healthz_, &readyz_}) route->withdraw();
  }

 private:
  static std::size_t read(std::string_view text) {
    const std::int64_t most = sluice::Json(text).integer("/config/max_streams");
    return static_cast<std::size_t>(most);
  }

  json host_health() const {
    const auto& report = host().report();
    return json::parse(whole_text(
        [&](sluice_text* out) { return report.call(&sluice_report::health, report.self(), out); }));
  }

  HttpReply expose() const {
    const auto& report = host().report();
    const auto& registry = host().registry();
    sluice::prometheus::Exposition out;
    out.add_all(json::parse(whole_text([&](sluice_text* text) {
                  return report.call(&sluice_report::metrics, report.self(), text);
                })),
                "sluice_");
    sluice::prometheus::add_health(out, host_health());
    const auto list = json::parse(whole_text(
        [&](sluice_text* text) { return registry.call(&sluice_registry::list, registry.self(), text); }));
    sluice::prometheus::add_streams(out, list.at("streams"), most_streams_);
    return {.headers = {{"Content-Type", sluice::prometheus::Exposition::type}}, .body = out.text()};
  }

  // Alive: this answer is proof enough, and says what is not well. Ready: 503 until the server can serve.
  void tell_health(const std::string& question, Ticket& ticket) const {
    const json all = host_health();
    const bool ready = all.value("ready", false);
    const bool good = question == "alive" || ready;
    const json told{{"status", !ready                         ? "not ready"
                               : all.value("degraded", false) ? "degraded"
                                                              : "ok"},
                    {"reasons", all.value("reasons", json::array())},
                    {"stopping", all.value("stopping", false)},
                    {"version", all.value("version", "")},
                    {"uptime_s", all.value("uptime_s", 0)}};
    HttpReply{.status = good ? 200u : 503u,
              .headers = {{"Content-Type", "application/json"}},
              .body = told.dump(-1, ' ', false, json::error_handler_t::replace) + "\n"}
        .give(ticket);
  }

  std::atomic<std::size_t> most_streams_ = 0;  // [control] writes, the lane reads
  sluice::HttpRoute metrics_;
  sluice::HttpRoute healthz_;
  sluice::HttpRoute readyz_;
};

}  // namespace

SLUICE_MODULE(PrometheusModule)
