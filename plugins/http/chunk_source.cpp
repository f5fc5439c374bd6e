#include "chunk_source.hpp"

#include "wire/response_head.hpp"
#include "wire/websocket.hpp"

namespace sluice::http {
namespace {

constexpr std::uint32_t batch_limit = 32;

std::string before(Form form, std::uint64_t bytes) {
  return form == Form::chunked   ? chunk_line(bytes)
         : form == Form::message ? ws_frame_header(Opcode::binary, bytes)
                                 : std::string();
}
std::string_view after(Form form) { return form == Form::chunked ? "\r\n" : ""; }

}  // namespace

sluice_status ChunkSource::open(const SessionRequest& request, const StreamRoute& route,
                                const SubscriberCalls& calls, void* ctx) {
  SubscribeOptions options;
  options.format = route.format;
  options.parameters = route.parameters;
  return subscriber_.open(lane_, request, calls, ctx, options);
}

bool ChunkSource::read(std::vector<ParcelRef>& out) {
  std::uint64_t skipped = 0;
  const auto entries = subscriber_.read(batch_limit, &skipped);
  if (skipped != 0) begun_ = false;
  for (sluice_entry& entry : entries) {
    const sluice_frame& chunk = *entry.frame;
    if (!begun_ && !(chunk.flags & SLUICE_FRAME_KEY)) continue;
    begun_ = true;
    if (chunk.track->revision != revision_) {
      revision_ = chunk.track->revision;
      if (chunk.track->config.size != 0) out.push_back(init_of(*chunk.track));
    }
    if (chunk.bytes != 0) out.push_back(form_of(entry));  // an empty chunk would end a chunked body
  }
  return !entries.empty();
}

ParcelRef ChunkSource::init_of(const sluice_track& track) const {
  std::string bytes = before(form_, track.config.size);
  bytes.append(reinterpret_cast<const char*>(track.config.data), track.config.size);
  bytes += after(form_);
  return parcel_of(std::move(bytes));
}

ParcelRef ChunkSource::form_of(sluice_entry& entry) const {
  if (!entry.cached) entry.cached = new ChunkForms;
  auto& forms = *static_cast<ChunkForms*>(entry.cached);
  ParcelRef& form = form_ == Form::chunked   ? forms.chunked
                    : form_ == Form::message ? forms.message
                                             : forms.plain;
  if (!form) {
    const sluice_frame* const frames[] = {entry.frame};
    form = new FramesParcel(host_, before(form_, entry.frame->bytes), frames, after(form_));
  }
  return form;
}

void ChunkSource::release_cached(void*, void* cached) { delete static_cast<ChunkForms*>(cached); }

}  // namespace sluice::http
