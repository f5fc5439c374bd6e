#include "load_client.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

#include "load_player.hpp"
#include "measuring.hpp"

namespace sluice::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

class LoadClient {
 public:
  explicit LoadClient(LoadPlan plan) : plan_(std::move(plan)) {
    epoll_.watch(alarm_.descriptor(), EPOLLIN, from_alarm);
    epoll_.watch(stdin_, EPOLLIN, from_stdin);
  }

  void run() {
    join_all();
    play_until(Clock::now() + plan_.settle, [] { return false; });
    std::puts("{\"event\": \"window\"}");
    std::fflush(stdout);
    measure();
    play_until(Clock::now() + 60s, [] { return false; });
  }

 private:
  enum Tag : std::uint64_t { from_alarm, from_stdin, first_player };

  void join_all() {
    const auto began = Clock::now();
    const auto interval = nanoseconds(1s) / plan_.joins_per_second;
    while (players_.size() < plan_.players) {
      const auto due = began + interval * players_.size();
      if (due > Clock::now()) {
        play_until(due, [] { return false; });
        continue;
      }
      const bool witness = players_.size() % (plan_.players / plan_.witnesses) == 0;
      players_.push_back(std::make_unique<LoadPlayer>(plan_.port, plan_.make_session, witness));
      epoll_.watch(players_.back()->socket(), EPOLLIN | EPOLLOUT, first_player + players_.size() - 1);
      wanted_.push_back(EPOLLIN | EPOLLOUT);
    }
    auto waiting = [](const auto& player) { return !player->has_picture() && !player->has_ended(); };
    play_until(Clock::now() + plan_.join_deadline,
               [&] { return std::none_of(players_.begin(), players_.end(), waiting); });
  }

  void measure() {
    for (const auto& player : players_) player->begin_window();
    const nanoseconds server_before = cpu_of(plan_.watched), own_before = cpu_of(::getpid());
    const auto began = Clock::now();
    play_until(began + plan_.window, [] { return false; });
    const nanoseconds server = cpu_of(plan_.watched) - server_before, own = cpu_of(::getpid()) - own_before;
    const auto now = Clock::now();
    for (const auto& player : players_) player->end_window(now);
    report(server, own, now - began);
  }

  // Turns the loop until `when`, or until `done` holds (looked at every 10 ms), or standard input ends.
  template <class Done>
  void play_until(Clock::time_point when, Done done) {
    auto look_again = Clock::now();
    for (auto now = look_again; now < when; now = Clock::now()) {
      if (now >= look_again) {
        if (done()) return;
        look_again = now + 10ms;
      }
      alarm_.set(std::min(when, look_again));
      turn();
    }
  }

  void turn() {
    const auto events = epoll_.wait(1s);
    const auto now = Clock::now();
    for (const Epoll::Event& event : events) {
      if (event.tag == from_alarm)
        alarm_.clear();
      else if (event.tag == from_stdin)
        std::exit(0);
      else
        on_player(event, now);
    }
  }

  void on_player(const Epoll::Event& event, Clock::time_point now) {
    const std::size_t index = event.tag - first_player;
    LoadPlayer& player = *players_[index];
    const auto wanted = player.on_ready(event.events, scratch_, now);
    if (!wanted || *wanted == wanted_[index]) return;
    wanted_[index] = *wanted;
    epoll_.change(player.socket(), *wanted, event.tag);
  }

  void report(nanoseconds server, nanoseconds own, nanoseconds window) {
    std::uint64_t bytes = 0, segments = 0, faults = 0, witnessed = 0;
    std::size_t ended = 0, no_picture = 0, stalled = 0, short_of = 0;
    std::vector<double> media, media_from_connect, picture, gaps, each;
    std::string reason;
    for (const auto& player : players_) {
      bytes += player->window_bytes();
      segments += player->window_segments();
      ended += player->has_ended();
      if (player->has_ended()) reason = player->end_reason();
      no_picture += !player->has_picture();
      stalled += player->largest_gap() > plan_.stall;
      each.push_back(static_cast<double>(player->window_bytes()));
      gaps.push_back(in_ms(player->largest_gap()));
      if (player->play_to_media()) media.push_back(in_ms(*player->play_to_media()));
      if (player->connect_to_media()) media_from_connect.push_back(in_ms(*player->connect_to_media()));
      if (player->play_to_picture()) picture.push_back(in_ms(*player->play_to_picture()));
      if (const Continuity* continuity = player->continuity()) {
        witnessed += continuity->seen();
        faults += continuity->faults() + player->container_faults();
      }
    }
    // A window cuts the stream anywhere, so one key frame more or less (25 kB) or one 500 ms write is no
    // shortfall.
    const double expected = quantile(each, 0.5), tolerance = 90'000;
    for (const double got : each) short_of += got < expected - tolerance;
    for (char& c : reason)
      if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ') c = ' ';

    std::printf(
        "{\"event\": \"result\", \"players\": %zu, \"seconds\": %.3f, \"bytes\": %llu, \"segments\": %llu, ",
        players_.size(), in_ms(window) / 1e3, static_cast<unsigned long long>(bytes),
        static_cast<unsigned long long>(segments));
    std::printf("\"server_cpu_us\": %.1f, \"client_cpu_us\": %.1f, ", in_ms(server) * 1e3, in_ms(own) * 1e3);
    std::printf(
        "\"ended\": %zu, \"end_reason\": \"%s\", \"without_picture\": %zu, \"stalled\": %zu, \"short\": "
        "%zu, ",
        ended, reason.c_str(), no_picture, stalled, short_of);
    std::printf("\"median_player_bytes\": %.0f, \"largest_gap_ms\": %.1f, ", expected, quantile(gaps, 1));
    std::printf("\"witnessed_frames\": %llu, \"witnessed_faults\": %llu, ",
                static_cast<unsigned long long>(witnessed), static_cast<unsigned long long>(faults));
    std::printf("\"play_to_media_ms\": {\"p50\": %.2f, \"p99\": %.2f}, ", quantile(media, 0.5),
                quantile(media, 0.99));
    std::printf("\"connect_to_media_ms\": {\"p50\": %.2f, \"p99\": %.2f}, ",
                quantile(media_from_connect, 0.5), quantile(media_from_connect, 0.99));
    std::printf("\"play_to_picture_ms\": {\"p50\": %.2f, \"p99\": %.2f}}\n", quantile(picture, 0.5),
                quantile(picture, 0.99));
    std::fflush(stdout);
  }

  LoadPlan plan_;
  Epoll epoll_;
  Alarm alarm_;
  Descriptor stdin_{0};
  std::vector<std::unique_ptr<LoadPlayer>> players_;
  std::vector<std::uint32_t> wanted_;
  std::array<std::uint8_t, 262'144> scratch_;
};

}  // namespace

std::map<std::string, std::string> load_options(std::map<std::string, std::string> more) {
  more.insert({{"--port", "1935"},
               {"--players", "1"},
               {"--witnesses", "4"},
               {"--joins-per-second", "500"},
               {"--join-deadline-ms", "10000"},
               {"--settle-ms", "2000"},
               {"--window-ms", "8000"},
               {"--stall-ms", "1000"},
               {"--watch-pid", "0"}});
  return more;
}

LoadPlan read_load_plan(const Options& options, MakeSession make_session) {
  const auto size = [&](const char* name) {
    return static_cast<std::size_t>(std::max(1L, options.number(name)));
  };
  const auto time = [&](const char* name) { return milliseconds(options.number(name)); };
  LoadPlan plan{};
  plan.port = static_cast<std::uint16_t>(options.number("--port"));
  plan.make_session = std::move(make_session);
  plan.players = size("--players");
  plan.witnesses = std::min(size("--witnesses"), plan.players);
  plan.joins_per_second = size("--joins-per-second");
  plan.join_deadline = time("--join-deadline-ms");
  plan.settle = time("--settle-ms");
  plan.window = time("--window-ms");
  plan.stall = time("--stall-ms");
  plan.watched = static_cast<pid_t>(options.number("--watch-pid"));
  return plan;
}

void run_load(LoadPlan plan) { std::make_unique<LoadClient>(std::move(plan))->run(); }

}  // namespace sluice::bench
