// N viewers of HLS from one thread. Joins them at a given rate, waits until all play, lets the lists grow to
// their full length, measures a window, prints one JSON line, and plays on until standard input ends.
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <queue>

#include "measuring.hpp"
#include "options.hpp"
#include "viewer.hpp"

namespace sluice::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

struct Plan {
  std::uint16_t port;
  std::string stream;
  std::vector<std::string> renditions;
  bool plain, hints, tokens;
  std::size_t viewers;
  std::size_t joins_per_second;
  milliseconds join_deadline, settle, window;
  pid_t watched;  // the server
};

class LoadClient {
 public:
  LoadClient(Plan plan, const SendTimes& times) : plan_(std::move(plan)), notes_(times) {
    epoll_.watch(alarm_.descriptor(), EPOLLIN, from_alarm);
    epoll_.watch(stdin_, EPOLLIN, from_stdin);
  }

  void run() {
    join_all();
    play_until(Clock::now() + plan_.settle);
    std::puts("{\"event\": \"window\"}");
    std::fflush(stdout);
    measure();
    play_until(Clock::now() + 60s);
  }

 private:
  enum Tag : std::uint64_t { from_alarm, from_stdin, first_line };
  struct Line {
    AnswerLine* line;
    std::size_t viewer;
  };
  using Due = std::pair<Clock::time_point, std::size_t>;

  void join_all() {
    const auto began = Clock::now();
    const auto interval = nanoseconds(1s) / plan_.joins_per_second;
    for (std::size_t i = 0; i < plan_.viewers; ++i) {
      play_until(began + interval * i);
      for (const std::string& rendition : plan_.renditions) add(i, rendition);
    }
    const auto deadline = Clock::now() + plan_.join_deadline;
    const auto plays = [](const auto& viewer) { return viewer->plays(); };
    while (Clock::now() < deadline && !std::all_of(viewers_.begin(), viewers_.end(), plays))
      play_until(Clock::now() + 50ms);
  }

  // Each viewer comes from an address of its own: a server may remember viewers by address.
  void add(std::size_t number, const std::string& rendition) {
    const auto from = static_cast<std::uint32_t>(0x7F010001 + (number / 250 << 8) + number % 250);
    const Place place{plan_.port, from, "/" + plan_.stream + "/" + rendition + "/",
                      plan_.tokens ? "token=viewer" + std::to_string(number) : "",
                      rendition.starts_with('a') ? Kind::audio : Kind::video};
    viewers_.push_back(plan_.plain ? make_poller(place, notes_) : make_follower(place, plan_.hints, notes_));
    for (AnswerLine* line : viewers_.back()->lines()) {
      epoll_.watch(line->socket(), EPOLLIN, first_line + lines_.size());
      lines_.push_back({line, viewers_.size() - 1});
    }
  }

  void measure() {
    notes_.samples.clear();
    notes_.answers = notes_.bytes = notes_.faults = notes_.never_came = 0;
    const nanoseconds server_before = cpu_of(plan_.watched), own_before = cpu_of(::getpid());
    const auto began = Clock::now();
    play_until(began + plan_.window);
    const nanoseconds server = cpu_of(plan_.watched) - server_before, own = cpu_of(::getpid()) - own_before;
    const nanoseconds took = Clock::now() - began;
    report(server, own, took);
  }

  void play_until(Clock::time_point when) {
    for (auto now = Clock::now(); now < when; now = Clock::now()) {
      while (!due_.empty() && due_.top().first <= now) {
        const std::size_t viewer = due_.top().second;
        due_.pop();
        viewers_[viewer]->on_due(now);
        plan_next(viewer);
      }
      alarm_.set(due_.empty() ? when : std::min(when, due_.top().first));
      turn();
    }
  }

  void plan_next(std::size_t viewer) {
    if (const auto due = viewers_[viewer]->due()) due_.emplace(*due, viewer);
  }

  void turn() {
    for (const Epoll::Event& event : epoll_.wait(1s)) {
      if (event.tag == from_alarm)
        alarm_.clear();
      else if (event.tag == from_stdin)
        std::exit(0);
      else
        on_line(lines_[event.tag - first_line]);
    }
  }

  void on_line(const Line& line) {
    const bool had_due = viewers_[line.viewer]->due().has_value();
    if (line.line->read(scratch_)) {
      viewers_[line.viewer]->on_answer(*line.line, Clock::now());
      if (!had_due) plan_next(line.viewer);
    }
    if (line.line->error().empty()) return;
    fail("a viewer's connection: " + line.line->error());
  }

  struct Delays {
    std::vector<double> first, last;
  };

  void report(nanoseconds server, nanoseconds own, nanoseconds window) {
    Delays reload, part, list, segment;
    std::size_t blocked = 0, unresolved = 0;
    for (const Sample& sample : notes_.samples) {
      const bool of_part = sample.what == Sample::What::reload || sample.what == Sample::What::part;
      auto since = sample.asked;
      if (of_part) {
        const auto ready = notes_.clock.ready(sample.kind, sample.name);
        if (!ready) {
          ++unresolved;
          continue;
        }
        if (sample.what == Sample::What::reload) blocked += sample.asked < *ready;
        since = sample.what == Sample::What::part ? *ready : std::max(*ready, sample.asked);
      }
      Delays& delays = sample.what == Sample::What::reload ? reload
                       : sample.what == Sample::What::part ? part
                       : sample.what == Sample::What::list ? list
                                                           : segment;
      delays.first.push_back(in_ms(sample.first_byte - since));
      delays.last.push_back(in_ms(sample.last_byte - since));
    }
    const auto playing =
        std::count_if(viewers_.begin(), viewers_.end(), [](const auto& v) { return v->plays(); });
    std::printf("{\"event\": \"result\", \"seconds\": %.3f, \"answers\": %llu, \"bytes\": %llu, ",
                in_ms(window) / 1e3, static_cast<unsigned long long>(notes_.answers),
                static_cast<unsigned long long>(notes_.bytes));
    std::printf("\"server_cpu_us\": %.1f, \"client_cpu_us\": %.1f, ", in_ms(server) * 1e3, in_ms(own) * 1e3);
    std::printf("\"connections\": %zu, \"not_playing\": %zu, \"faults\": %llu, \"last_fault\": \"%s\", ",
                lines_.size(), viewers_.size() - static_cast<std::size_t>(playing),
                static_cast<unsigned long long>(notes_.faults), notes_.last_fault.c_str());
    std::printf(
        "\"never_came\": %llu, \"unresolved\": %zu, \"blocked\": %.4f, ",
        static_cast<unsigned long long>(notes_.never_came), unresolved + notes_.clock.unknown(),
        reload.first.empty() ? 0 : static_cast<double>(blocked) / static_cast<double>(reload.first.size()));
    print("reload", reload);
    print("part", part);
    print("list", list);
    print("segment", segment);
    std::printf("\"viewers\": %zu}\n", plan_.viewers);
    std::fflush(stdout);
  }

  static void print(const char* name, const Delays& delays) {
    std::printf("\"%s_ms\": {\"count\": %zu, ", name, delays.first.size());
    for (const auto& [what, values] : {std::pair("first", &delays.first), std::pair("last", &delays.last)})
      std::printf("\"%s_p50\": %.2f, \"%s_p99\": %.2f, \"%s_max\": %.2f%s", what, quantile(*values, 0.5),
                  what, quantile(*values, 0.99), what, quantile(*values, 1),
                  values == &delays.last ? "}, " : ", ");
  }

  const Plan plan_;
  Notes notes_;
  Epoll epoll_;
  Alarm alarm_;
  Descriptor stdin_{0};
  std::vector<std::unique_ptr<Viewer>> viewers_;  // one for each rendition of each viewer
  std::vector<Line> lines_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::array<char, 262'144> scratch_;
};

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  using namespace sluice::bench;
  raise_descriptor_limit();
  const Options options(argc, argv,
                        {{"--port", "8080"},
                         {"--stream", "live/cam"},
                         {"--renditions", "v1,a2"},
                         {"--mode", "reload"},  // reload, hints, plain
                         {"--tokens", "0"},
                         {"--times", ""},
                         {"--players", "1"},
                         {"--joins-per-second", "500"},
                         {"--join-deadline-ms", "20000"},
                         {"--settle-ms", "15000"},
                         {"--window-ms", "8000"},
                         {"--watch-pid", "0"}});
  const auto time = [&](const char* name) { return milliseconds(options.number(name)); };
  const std::string& mode = options.text("--mode");
  const SendTimes times(options.text("--times"));
  std::make_unique<LoadClient>(
      Plan{static_cast<std::uint16_t>(options.number("--port")), options.text("--stream"),
           split(options.text("--renditions")), mode == "plain", mode == "hints",
           options.number("--tokens") != 0, static_cast<std::size_t>(options.number("--players")),
           static_cast<std::size_t>(std::max(1L, options.number("--joins-per-second"))),
           time("--join-deadline-ms"), time("--settle-ms"), time("--window-ms"),
           static_cast<pid_t>(options.number("--watch-pid"))},
      times)
      ->run();
}
