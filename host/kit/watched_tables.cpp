#include "kit/watched_tables.hpp"

#include "abi/checked_tables.hpp"
#include "abi/handles.hpp"
#include "engine/lane.hpp"
#include "engine/publication.hpp"
#include "kit/frame_watch.hpp"
#include "kit/held_frames.hpp"

namespace sluice::kit {
namespace {

using abi::HandleBook;

// Null where the call is wrong, which the host's table finds itself.
const engine::Publication* written_by(sluice_publication* publication) {
  const auto entry = HandleBook::find(abi::number_of(publication));
  if (!entry || entry->kind != abi::HandleKind::publication) return nullptr;
  if (entry->owner != engine::Lane::of_this_thread()) return nullptr;
  return static_cast<const engine::Publication*>(entry->thing);
}

sluice_status frame_publish(sluice_publication* publication, sluice_draft* draft,
                            const sluice_frame_facts* facts) {
  const auto* const written = written_by(publication);
  if (written != nullptr && facts != nullptr) {
    frame_watch().look(written->stream().key, written->epoch(), *facts);
  }
  return abi::checked_engine().frame_publish(publication, draft, facts);
}

// The kit's own frames are no frames of the host.
void frame_retain(const sluice_frame* frame) {
  if (!held_frames().retain(frame)) abi::checked_engine().frame_retain(frame);
}
void frame_release(const sluice_frame* frame) {
  if (!held_frames().release(frame)) abi::checked_engine().frame_release(frame);
}

}  // namespace

const sluice_engine& watched_engine() {
  static const sluice_engine watched = [] {
    sluice_engine table = abi::checked_engine();
    table.frame_publish = &frame_publish;
    table.frame_retain = &frame_retain;
    table.frame_release = &frame_release;
    return table;
  }();
  return watched;
}

}  // namespace sluice::kit
