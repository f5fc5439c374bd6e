// Exceptions where none may be, chosen by the configuration: each must end at the boundary, with a word in
// the log.
#include <stdexcept>
#include <string>

extern "C" {
#include "fixture.h"
}

namespace {

struct Module {
  const sluice_host* host;
  std::string json;
  bool says(const char* fault) const { return fixture_fault(json.c_str(), fault) != 0; }
};

Module& of(void* self) { return *static_cast<Module*>(self); }

sluice_status configure(void* self, sluice_str json, sluice_err*) {
  of(self).json.assign(json.data, json.size);
  if (of(self).says("configure")) throw std::runtime_error("configure");
  return SLUICE_STATUS_OK;
}

void throw_on_lane(void*) { throw std::runtime_error("posted"); }

sluice_status start(void* self, sluice_err*) {
  if (of(self).says("start")) throw 7;
  if (!of(self).says("posted")) return SLUICE_STATUS_OK;
  void* engine_self = nullptr;
  const auto* host = of(self).host;
  const auto* engine = static_cast<const sluice_engine*>(fixture_find(host, SLUICE_ENGINE_ID, &engine_self));
  return engine->lane_post(engine->lane_at(engine_self, 0), throw_on_lane, nullptr);
}

sluice_status health(void* self, sluice_health*) {
  if (of(self).says("health")) throw std::runtime_error("health");
  return SLUICE_STATUS_OK;
}

void stop(void* self) {
  if (of(self).says("stop")) throw std::runtime_error("stop");
}

void destroy(void* self) {
  const bool throws = of(self).says("destroy");
  delete static_cast<Module*>(self);
  if (throws) throw std::runtime_error("destroy");
}

void run_lane(void* self, sluice_lane*, uint32_t) {
  // A module that leaves its loop at once: the host's own goes on.
  if (of(self).host == nullptr) throw std::logic_error("no host");
}

}  // namespace

extern "C" sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
  static const sluice_module_life life = {sizeof life, 0,       nullptr, configure, start,   nullptr,
                                          health,      nullptr, nullptr, stop,      destroy, run_lane};
  fixture_answer(answer, &life, new Module{offer->host, {}});
  return SLUICE_STATUS_OK;
}
