#include "app.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>

#include "abi/host_abi.hpp"
#include "config/module_config.hpp"
#include "config/reload.hpp"
#include "control/commands.hpp"
#include "control/notify.hpp"
#include "engine/engine.hpp"
#include "modules/describe.hpp"
#include "observe/events.hpp"
#include "observe/metrics.hpp"

namespace sluice {
namespace {

using std::chrono::milliseconds;

constexpr int interrupted = 130;  // as shells report SIGINT

// Every viewer is a descriptor: take all we may have.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
}

}  // namespace

App::App(RunOptions options, std::ostream& out, std::ostream& err)
    : options_(std::move(options)), out_(out), err_(err) {}

// Who may still call in goes first: the operator's socket, then the signals.
App::~App() {
  control_.reset();
  signals_.reset();
}

int App::run() {
  if (!read_settings()) return 1;
  if (options_.dry_run) {
    out_ << modules::list_text(plan_for(options_.plan, settings_));
    return 0;
  }
  log_ = std::make_unique<observe::Log>(log_options(settings_, options_.log));
  signals_ = std::make_unique<control::StopSignals>(control::StopSignals::Actions{
      [this](const char* signal) { log_->info("stopping", {{"signal", signal}}); },
      [this] {
        log_->warn("interrupted while stopping: ending at once");
        log_->flush_counts();
        std::_Exit(interrupted);
      },
      [this] {
        if (auto* steward = steward_for_signals_.load()) steward->reconfigure_soon();
      }});
  raise_descriptor_limit();
  if (!make_folders()) return 1;
  crash_watch_.emplace(crash_file());
  crashes_ = modules::read_crashes(crash_file());
  modules::Plan plan = plan_for(options_.plan, settings_, {}, crashes_);
  log_plan(plan);
  build_rooms();
  build_steward(plan.looked_for);
  show_settings(plan.schemas());
  if (!open_control()) return 1;
  start_housekeeping();
  return serve(std::move(plan));
}

bool App::read_settings() {
  auto settings = sluice::read_settings(options_.plan);
  if (!settings) {
    for (const config::Complaint& complaint : settings.error())
      err_ << "sluice: " << complaint.text() << '\n';
    return false;
  }
  settings_ = std::move(*settings);
  return true;
}

bool App::make_folders() {
  const auto place = control::Place::from_environment();
  auto made = control::RuntimeFolder::make(place, ::getpid());
  if (!made) {
    log_->error("no runtime folder can be made", {{"reason", made.error().text}});
    return false;
  }
  folder_ = std::make_unique<control::RuntimeFolder>(std::move(*made));
  if (folder_->allows_execution()) return true;
  for (const auto& base : place.folders()) {
    auto other = control::RuntimeFolder::make(base, ::getpid());
    if (other && other->allows_execution()) {
      staging_ = std::make_unique<control::RuntimeFolder>(std::move(*other));
      log_->info("modules are staged elsewhere: the runtime folder is mounted noexec",
                 {{"folder", staging_->path().native()}});
      break;
    }
  }
  return true;
}

void App::build_rooms() {
  metrics_ = std::make_unique<observe::Metrics>();
  events_ = std::make_unique<observe::Events>(clock_);
  auth_ = std::make_unique<auth::AuthChain>(auth_policy(settings_), clock_, *log_);
  engine_ = std::make_unique<engine::Engine>(engine_options(settings_), clock_, *events_, *auth_);
  listeners_ = std::make_unique<net::Listeners>(accept_limits(settings_), *log_, *metrics_);
  const auto complain = [log = log_.get()](const std::string& module, const std::string& message) {
    log->warn(message, {{"module", module}});
  };
  const modules::Platform platform = host_platform();
  services_ = std::make_unique<services::Services>(complain, platform.interfaces);
  const HostServices services{.engine = engine_.get(),
                              .clock = &clock_,
                              .listeners = listeners_.get(),
                              .log = log_.get(),
                              .metrics = metrics_.get(),
                              .events = events_.get(),
                              .services = services_.get(),
                              .report = &report_,
                              .check_calls = SLUICE_CHECK_CALLS != 0};
  modules::SupervisorOptions options;
  options.runtime_folder = staging_ ? staging_->path() : folder_->path();
  options.platform = platform;
  options.drain = settings_.limits.drain;
  options.replace_drain = settings_.limits.replace_drain;
  // Not the path behind it: that may be another version by now, or gone.
  options.probe.program = "/proc/self/exe";
  options.probe_verdicts = &probe_verdicts_;
  supervisor_ = std::make_unique<modules::Supervisor>(services, *auth_, std::move(options));
  metrics_->add_source([this](std::vector<observe::Sample>& out) { supervisor_->measure(out); });
}

void App::build_steward(std::vector<std::string> looked_for) {
  const auto look = [this](const std::map<std::string, bool>& wishes) {
    PlanOptions options = options_.plan;
    options.filters.wishes = wishes;
    return plan_for(options, module_settings_, supervisor_->loaded(), crashes_);
  };
  module_settings_ = settings_;
  steward_ = std::make_unique<modules::Steward>(
      *supervisor_,
      modules::Steward::Hooks{look, [this] { return reread_settings(); },
                              [this](const std::string& id) { forget_crashes(id); }},
      std::move(looked_for), *log_);
  steward_for_signals_ = steward_.get();
}

// Beside the folders of this user's servers, so that the next one finds it.
std::filesystem::path App::crash_file() const { return folder_->path().parent_path() / "crashes"; }

// Under the steward's turn, as the planner is.
void App::forget_crashes(const std::string& id) {
  std::erase_if(crashes_, [&](const modules::Crash& crash) { return crash.id == id; });
  if (!modules::forget_crashes(crash_file(), id)) {
    log_->warn("what is remembered of crashes cannot be written: it counts again at the next start",
               {{"file", crash_file().native()}});
  }
}

void App::show_settings(const std::vector<config::ModuleSchema>& schemas) {
  const auto anew = config::effective_config(module_settings_, schemas);
  std::lock_guard lock(shown_mutex_);
  if (shown_at_start_.is_null()) shown_at_start_ = anew;
  shown_ = config::in_effect(shown_at_start_, anew);
}

control::Json App::shown_settings() {
  std::lock_guard lock(shown_mutex_);
  return shown_;
}

// Under the steward's turn, as the planner is.
modules::Done<modules::Json> App::reread_settings() {
  const auto refuse = [](const config::Complaints& complaints) {
    std::string text = "the config is not taken, what runs goes on as it was";
    for (const config::Complaint& complaint : complaints) text += "\n" + complaint.text();
    return modules::NotDone("", text);
  };
  auto fresh = sluice::read_settings(options_.plan);
  if (!fresh) return refuse(fresh.error());
  const auto schemas = plan_for(options_.plan, *fresh).schemas();
  config::Complaints wrong = config::check_modules(*fresh, schemas);
  std::erase_if(wrong, [](const config::Complaint& complaint) {
    // A module that is not installed: as at the start only warned of.
    return complaint.kind == config::ComplaintKind::unknown_property &&
           std::count(complaint.pointer.begin(), complaint.pointer.end(), '/') == 2;
  });
  if (!wrong.empty()) return refuse(wrong);
  const auto text_of = [](const config::Settings& settings) {
    return settings.text ? settings.text->value() : config::Json::object();
  };
  const auto host = config::host_changes(text_of(settings_), text_of(*fresh));
  for (const std::string& place : host)
    log_->warn("this setting is read at start only: restart the server for it", {{"setting", place}});
  module_settings_ = std::move(*fresh);
  show_settings(schemas);
  return modules::Json{{"needs_restart", host}};
}

bool App::open_control() {
  control_ = std::make_unique<control::ControlServer>();
  const control::Host host{*engine_,
                           *supervisor_,
                           *steward_,
                           *services_,
                           abi::host_interfaces(),
                           *metrics_,
                           *events_,
                           SLUICE_VERSION,
                           [this] { return shown_settings(); },
                           since_,
                           [this] { return endpoints(); },
                           [this] { return signals_->asked(); }};
  report_ = {[host] { return control::health_of(host); }, [this] { return metrics_->snapshot(); }};
  control::add_commands(*control_, host);
  const auto opened = control_->open(folder_->socket());
  if (!opened) log_->error("the control socket cannot be opened", {{"reason", opened.error().text}});
  return opened.has_value();
}

void App::start_housekeeping() {
  const auto every = [this](const char* name, milliseconds period, std::function<void()> turn) {
    tickers_.push_back(std::make_unique<control::Ticker>(name, period, [period, turn = std::move(turn)] {
      turn();
      return period;
    }));
  };
  tickers_.push_back(std::make_unique<control::Ticker>("tick", milliseconds(50), [this] {
    const bool soon = engine_->tick();
    auth_->expire();
    supervisor_->watch_lanes();
    return soon ? milliseconds(50) : milliseconds(200);
  }));
  every("log", milliseconds(1000), [this] { log_->flush_counts(); });
  // By itself: it asks modules, and a slow one must not hold up the engine's deadlines.
  every("health", milliseconds(1000), [this] { supervisor_->health_round(); });
}

void App::log_plan(const modules::Plan& plan) {
  for (const std::string& warning : plan.warnings) log_->warn(warning);
  for (const modules::Entry& entry : plan.entries) {
    for (const std::string& warning : entry.warnings) log_->warn(warning, {{"about", entry.id}});
    if (entry.state == modules::State::refused || entry.state == modules::State::quarantined)
      log_->error(entry.message, {{"rule", entry.rule}});
  }
  for (const config::Complaint& complaint : config::check_modules(settings_, plan.schemas())) {
    if (complaint.kind == config::ComplaintKind::unknown_property) log_->warn(complaint.text());
  }
}

namespace {

void add_listeners(const modules::Serving& module, const std::vector<net::ListenerPicture>& bound,
                   std::vector<control::BoundListener>& to) {
  for (const auto& listens : module.manifest->listens) {
    const auto found = std::find_if(bound.begin(), bound.end(), [&](const net::ListenerPicture& listener) {
      return listener.owner == module.id && listener.name == listens.name && !listener.addresses.empty();
    });
    if (found == bound.end()) continue;
    if (auto addresses = control::with_port(found->addresses); !addresses.empty())
      to.push_back({listens.name, std::move(addresses)});
  }
}

bool stands_on(const modules::Serving& module, const modules::Serving& other) {
  const auto& needs = module.manifest->requires_;
  const auto& gives = other.manifest->provides;
  return std::any_of(needs.begin(), needs.end(), [&](const auto& requirement) {
    return std::any_of(gives.begin(), gives.end(),
                       [&](const auto& provision) { return provision.iface == requirement.iface; });
  });
}

}  // namespace

// A module that answers through another one's interface is met at that one's listeners.
std::vector<control::Endpoint> App::endpoints() const {
  const auto bound = listeners_->list();
  const auto serving = supervisor_->serving();
  std::vector<control::Endpoint> all;
  for (const auto& module : serving) {
    control::EndpointFacts facts;
    facts.node_address = settings_.node.address;
    add_listeners(module, bound, facts.listeners);
    for (const auto& other : serving) {
      if (stands_on(module, other)) add_listeners(other, bound, facts.listeners);
    }
    for (const modules::Endpoint& endpoint : module.manifest->endpoints) {
      if (auto url = control::expand_endpoint(endpoint.url, facts))
        all.push_back({module.id, endpoint.role, *url});
    }
  }
  return all;
}

void App::greet(const modules::StartReport& report) {
  out_ << "sluice " SLUICE_VERSION " runs " << counted(report.serving, "module") << " (pid " << ::getpid()
       << ", control socket " << folder_->socket().native() << ")\n";
  for (const std::string& failure : report.failures) out_ << "  not running: " << failure << '\n';
  const auto urls = endpoints();
  if (report.serving == 0) {
    out_ << "No module runs, so there is nothing to publish to or play from. Folders searched:\n";
    for (const auto& folder : modules::search(search_for(options_.plan, settings_)).folders) {
      out_ << "  " << folder.path << " (" << folder.source << ")\n";
    }
  } else if (!urls.empty()) {
    out_ << "\n" << control::endpoint_table(urls) << "\nlive/cam is an example: any app/name will do.\n";
    if (auth_->providers().empty() && settings_.auth.publish_from == config::PublishFrom::loopback) {
      out_ << "Anybody may play; publishing is taken from this machine only. To open it, enable a module "
              "that decides\n"
              "who may, or put \"auth\": {\"publish_from\": \"anywhere\"} into the config file.\n";
    }
  }
  out_.flush();
}

int App::serve(modules::Plan plan) {
  const modules::StartReport report = supervisor_->start(std::move(plan));
  if (!report.ok) {
    for (const std::string& failure : report.failures) err_ << "sluice: " << failure << '\n';
    err_ << "sluice: a required module does not run, so neither does the server\n";
    return stop(true);
  }
  if (!signals_->asked()) {
    greet(report);
    control::notify_service_manager("READY=1\nSTATUS=" + counted(report.serving, "module") +
                                    (report.failures.empty() ? " running" : " running, degraded"));
  }
  signals_->wait();
  return stop(false);
}

int App::stop(bool failed) {
  control::notify_service_manager("STOPPING=1");
  const auto patience = std::chrono::duration_cast<std::chrono::nanoseconds>(failed ? milliseconds(1000)
                                                                                    : settings_.limits.drain);
  const modules::StopReport report = supervisor_->stop(clock_.monotonic() + patience.count());
  log_->info(report.in_time ? "stopped" : "stopped, with sessions cut at the deadline");
  if (report.zombies > 0) {
    // Threads of modules that never came back still run in our objects: nothing may be destroyed under them.
    log_->error("module threads did not end", {{"count", std::to_string(report.zombies)}});
    log_->flush_counts();
    folder_.reset();
    staging_.reset();
    std::_Exit(failed ? 1 : 0);
  }
  return failed ? 1 : 0;
}

}  // namespace sluice
