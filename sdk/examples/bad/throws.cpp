// Exceptions that leave the module, one method each (THROWS_IN_...).
#include <stdexcept>

extern "C" {
#include "bad.h"
}

namespace {

[[noreturn]] void complain() { throw std::runtime_error("thrown across the boundary"); }

#ifdef THROWS_IN_INITIALISER
struct Initialiser {
  Initialiser() { complain(); }
} initialiser;
#endif

sluice_status query(void*, sluice_str, uint32_t, sluice_interface*) {
#ifdef THROWS_IN_QUERY
  complain();
#endif
  return SLUICE_STATUS_NOT_FOUND;
}

sluice_status configure(void*, sluice_str, sluice_err*) {
#ifdef THROWS_IN_CONFIGURE
  complain();
#endif
  return SLUICE_STATUS_OK;
}

void on_post(void*) { complain(); }

sluice_status start(void* self, sluice_err* err) {
#ifdef THROWS_IN_START
  complain();
#endif
  const auto status = bad_start(self, err);
#ifdef THROWS_IN_CALLBACK
  auto* const m = static_cast<bad_module*>(self);
  if (status == SLUICE_STATUS_OK && m->engine->lane_post) m->engine->lane_post(m->lane, on_post, m);
#else
  (void)on_post;
#endif
  return status;
}

sluice_status reconfigure(void*, sluice_str, sluice_err*) {
#ifdef THROWS_IN_RECONFIGURE
  complain();
#endif
  return SLUICE_STATUS_OK;
}

sluice_status health(void*, sluice_health*) {
#ifdef THROWS_IN_HEALTH
  complain();
#endif
  return SLUICE_STATUS_OK;
}

sluice_status drain(void*, int64_t) {
#ifdef THROWS_IN_DRAIN
  complain();
#endif
  return SLUICE_STATUS_OK;
}

sluice_status remaining(void*, sluice_remaining*) {
#ifdef THROWS_IN_REMAINING
  complain();
#endif
  return SLUICE_STATUS_OK;
}

void stop(void*) {
#ifdef THROWS_IN_STOP
  complain();
#endif
}

void destroy(void* self) {
  bad_destroy(self);
#ifdef THROWS_IN_DESTROY
  complain();
#endif
}

void run_lane(void* self, sluice_lane* lane, uint32_t) {
#ifdef THROWS_IN_RUN_LANE
  (void)self;
  (void)lane;
  complain();
#else
  void* engine_self = nullptr;
  const auto* m = static_cast<const bad_module*>(self);
  const auto* engine =
      static_cast<const sluice_engine*>(bad_find(m, SLUICE_ENGINE_ID, sizeof(sluice_engine), &engine_self));
  if (engine != nullptr && engine->lane_run != nullptr) engine->lane_run(lane);
#endif
}

}  // namespace

extern "C" sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
  static const sluice_module_life life = {sizeof life, 0,     query,     configure, start,   reconfigure,
                                          health,      drain, remaining, stop,      destroy, run_lane};
#ifdef THROWS_IN_ENTRY
  complain();
#endif
  return bad_answer(offer, answer, &life, 0);
}
