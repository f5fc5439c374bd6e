// A thread-local with a destructor, made on the host's threads. Not refused: the host joins a module's
// threads and ends the loader's before it unmaps, so the destructor runs while its code is still there.
#include <string>

extern "C" {
#include "bad.h"
}

namespace {

thread_local std::string remembered;

sluice_status start(void* self, sluice_err* err) {
  remembered = "a text that is too long to be kept inside of the string object itself";
  return bad_start(self, err);
}

void destroy(void* self) {
  remembered = "another one, on the loader's thread, which is just as long as the first";
  bad_destroy(self);
}

}  // namespace

extern "C" sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) {
  static const sluice_module_life life = {sizeof life, 0,       nullptr, nullptr,  start,   nullptr,
                                          nullptr,     nullptr, nullptr, bad_stop, destroy, nullptr};
  return bad_answer(offer, answer, &life, 0);
}
