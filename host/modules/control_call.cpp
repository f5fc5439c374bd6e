#include "modules/control_call.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "engine/lane.hpp"

namespace sluice::modules {

namespace {

struct Call {
  std::function<void()> work;
  std::mutex mutex;
  std::condition_variable changed;
  enum class At { posted, running, returned, given_up } at = At::posted;
  bool threw = false;
};

void run(void* context) {
  const std::unique_ptr<std::shared_ptr<Call>> owner(static_cast<std::shared_ptr<Call>*>(context));
  Call& call = **owner;
  {
    std::lock_guard lock(call.mutex);
    if (call.at == Call::At::given_up) return;
    call.at = Call::At::running;
  }
  bool threw = false;
  try {
    call.work();
  } catch (...) {
    threw = true;
  }
  std::lock_guard lock(call.mutex);
  call.threw = threw;
  call.at = Call::At::returned;
  call.changed.notify_one();
}

}  // namespace

Called call_on(engine::Lane& lane, std::chrono::milliseconds deadline, std::function<void()> work) {
  const auto until = std::chrono::steady_clock::now() + deadline;
  auto call = std::make_shared<Call>();
  call->work = std::move(work);
  auto posted = std::make_unique<std::shared_ptr<Call>>(call);
  std::unique_lock lock(call->mutex);
  for (;;) {
    const auto status = lane.post(&run, posted.get());
    if (status == engine::Errc::ok) break;
    if (status != engine::Errc::busy) return Called::gone;
    // A full inbox empties by the lane's own work; nobody would tell us.
    if (std::chrono::steady_clock::now() >= until) return Called::late;
    call->changed.wait_for(lock, std::chrono::milliseconds(1));
  }
  [[maybe_unused]] const auto* const theirs = posted.release();  // run() takes it back
  call->changed.wait_until(lock, until, [&] { return call->at == Call::At::returned; });
  if (call->at == Call::At::returned) return call->threw ? Called::threw : Called::done;
  if (call->at == Call::At::posted) call->at = Call::At::given_up;
  return Called::late;
}

}  // namespace sluice::modules
