// Host: a module's way to the host's interfaces. Cheap to copy; valid until the module is destroyed.
#pragma once

#include <initializer_list>
#include <source_location>
#include <string_view>
#include <type_traits>

#include <sluice/abi/sluice.h>
#include <sluice/error.hpp>

namespace sluice {

// One interface: table and self, with the rule for absent methods built in.
template <class Table>
class Interface {
 public:
  Interface() = default;
  explicit Interface(const sluice_interface& found)
      : table_(static_cast<const Table*>(found.table)), self_(found.self) {}

  void* self() const { return self_; }
  explicit operator bool() const { return table_ != nullptr; }

  template <class Method>
  bool has(Method Table::* method) const {
    if (!table_) return false;
    const auto* field = reinterpret_cast<const char*>(&(table_->*method));
    const auto end = field - reinterpret_cast<const char*>(table_) + sizeof(Method);
    return end <= table_->struct_size && table_->*method;
  }

  // Calls a method that returns a status.
  template <class... Params, class... Args>
  sluice_status call(sluice_status (*Table::*method)(Params...), Args... args) const {
    return has(method) ? (table_->*method)(args...) : SLUICE_STATUS_NOT_SUPPORTED;
  }

  // Calls a method that returns nothing.
  template <class... Params, class... Args>
  void call(void (*Table::*method)(Params...), Args... args) const {
    if (has(method)) (table_->*method)(args...);
  }

  // Calls a method that returns a value of its own; `absent` where it is not there.
  template <class Result, class... Params, class... Args>
  Result ask(Result (*Table::*method)(Params...), std::type_identity_t<Result> absent, Args... args) const {
    return has(method) ? (table_->*method)(args...) : absent;
  }

  // Only for methods that has() found.
  const Table* operator->() const { return table_; }

 private:
  const Table* table_ = nullptr;
  void* self_ = nullptr;
};

struct LogField {
  std::string_view key;
  std::string_view value;
};

// An interface this host does not have is empty, and every call of it is NOT_SUPPORTED. Whoever cannot do
// without one names it under module.requires.
class Host {
 public:
  explicit Host(const sluice_host* host) : host_(host) {
    engine_ = find<sluice_engine>(SLUICE_ENGINE_ID);
    registry_ = find<sluice_registry>(SLUICE_REGISTRY_ID);
    net_ = find<sluice_net>(SLUICE_NET_ID);
    log_ = find<sluice_log>(SLUICE_LOG_ID);
    metrics_ = find<sluice_metrics>(SLUICE_METRICS_ID);
    clock_ = find<sluice_clock>(SLUICE_CLOCK_ID);
    events_ = find<sluice_events>(SLUICE_EVENTS_ID);
    services_ = find<sluice_services>(SLUICE_SERVICES_ID);
    report_ = find<sluice_report>(SLUICE_REPORT_ID);
  }

  const Interface<sluice_engine>& engine() const { return engine_; }
  const Interface<sluice_registry>& registry() const { return registry_; }
  const Interface<sluice_net>& net() const { return net_; }
  const Interface<sluice_metrics>& metrics() const { return metrics_; }
  const Interface<sluice_events>& events() const { return events_; }
  const Interface<sluice_services>& services() const { return services_; }
  const Interface<sluice_report>& report() const { return report_; }

  // [any] Monotonic ns, the clock of every deadline; wall ns since 1970 UTC.
  std::int64_t now() const { return clock_.ask(&sluice_clock::monotonic, 0, clock_.self()); }
  std::int64_t wall() const { return clock_.ask(&sluice_clock::wall, 0, clock_.self()); }

  // [any]
  sluice_lane* lane(std::uint32_t index) const {
    return engine_.ask(&sluice_engine::lane_at, nullptr, engine_.self(), index);
  }
  std::uint32_t lane_count() const { return engine_.ask(&sluice_engine::lane_count, 0, engine_.self()); }

  // [any]
  bool logs(std::uint32_t level) const { return log_.ask(&sluice_log::enabled, 0, log_.self(), level) != 0; }
  void log(std::uint32_t level, std::string_view message, std::initializer_list<LogField> fields = {},
           std::source_location where = std::source_location::current()) const {
    if (!logs(level)) return;
    sluice_log_field crossing[field_limit];
    std::uint32_t count = 0;
    for (const LogField& field : fields)
      if (count < field_limit) crossing[count++] = {to_abi(field.key), to_abi(field.value)};
    const sluice_log_site site{sizeof site, where.line(), to_abi(where.file_name())};
    log_.call(&sluice_log::write, log_.self(), level, &site, to_abi(message), crossing, count);
  }
  void info(std::string_view message, std::initializer_list<LogField> fields = {},
            std::source_location where = std::source_location::current()) const {
    log(SLUICE_LOG_INFO, message, fields, where);
  }
  void warn(std::string_view message, std::initializer_list<LogField> fields = {},
            std::source_location where = std::source_location::current()) const {
    log(SLUICE_LOG_WARN, message, fields, where);
  }
  void debug(std::string_view message, std::initializer_list<LogField> fields = {},
             std::source_location where = std::source_location::current()) const {
    log(SLUICE_LOG_DEBUG, message, fields, where);
  }

 private:
  static constexpr std::uint32_t field_limit = 16;

  template <class Table>
  Interface<Table> find(std::string_view id) const {
    sluice_interface found{};
    found.struct_size = sizeof found;
    if (host_->get_interface(host_->self, to_abi(id), 0, &found, nullptr) != SLUICE_STATUS_OK) return {};
    return Interface<Table>(found);
  }

  const sluice_host* host_;
  Interface<sluice_engine> engine_;
  Interface<sluice_registry> registry_;
  Interface<sluice_net> net_;
  Interface<sluice_log> log_;
  Interface<sluice_metrics> metrics_;
  Interface<sluice_clock> clock_;
  Interface<sluice_events> events_;
  Interface<sluice_services> services_;
  Interface<sluice_report> report_;
};

}  // namespace sluice
