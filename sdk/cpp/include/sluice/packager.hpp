// PackagerModule and PackagerSession: what a module that packages frames derives from (sluice.packager/1).
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include <sluice/module.hpp>
#include <sluice/provide.hpp>

namespace sluice {

// Writes the chunks of one call; not kept beyond it. Throws Error where the host refuses.
class ChunkWriter {
 public:
  explicit ChunkWriter(const sluice_chunk_writer* writer) : writer_(writer) {}

  // Copies.
  void bytes(std::span<const std::uint8_t> copied) {
    check(writer_->append_bytes(writer_->self, copied.data(), copied.size()), "bytes of a chunk");
  }
  // Without a copy; offset and size over all spans of the frame.
  void slice(const sluice_frame& frame, std::uint64_t offset, std::uint64_t size) {
    check(writer_->append_slice(writer_->self, &frame, offset, size), "slice of a frame");
  }
  void payload(const sluice_frame& frame) { slice(frame, 0, frame.bytes); }
  void end(const sluice_chunk_facts& facts) {
    check(writer_->end_chunk(writer_->self, &facts), "end of a chunk");
  }

 private:
  static void check(sluice_status status, const char* what) {
    if (status != SLUICE_STATUS_OK) throw Error(status, std::string(what) + ": refused by the host");
  }

  const sluice_chunk_writer* writer_;
};

// Facts of a chunk that holds this frame alone, or begins with it.
inline sluice_chunk_facts chunk_facts(const sluice_frame& first, std::uint32_t flags) {
  return {sizeof(sluice_chunk_facts), flags, first.dts, first.duration, first.segment, first.part,
          first.discontinuity};
}
// `more`: SLUICE_CHUNK_QUIET, or nothing.
inline sluice_chunk_facts init_facts(std::uint32_t more = 0) {
  return {sizeof(sluice_chunk_facts), SLUICE_CHUNK_INIT | more, 0, 0, 0, 0, 0};
}

// One packaging of one stream. [lane] All calls on the lane that opened it; they refuse by throwing Error,
// with MEDIA where only this frame is unusable.
class PackagerSession {
 public:
  virtual ~PackagerSession() = default;
  virtual void tracks(std::span<const sluice_track* const> tracks, ChunkWriter& out) = 0;
  virtual void frame(const sluice_frame& frame, ChunkWriter& out) = 0;
  virtual void flush(ChunkWriter& /*out*/) {}
  virtual void describe(sluice_packager_description& out) const = 0;
};

struct PackagerRequest {
  std::string_view format;
  std::string_view parameters;  // JSON object
  std::string_view key;
};

class PackagerModule : public Module {
 public:
  using Module::Module;

  // [lane] Throws Error(NOT_SUPPORTED) for a format it does not know.
  virtual std::unique_ptr<PackagerSession> open_session(const PackagerRequest& request) = 0;

  void start() override {}
  sluice_status query(std::string_view iface, std::uint32_t minor_min, sluice_interface* out) override {
    return provide(iface, SLUICE_PACKAGER_ID, minor_min, table(), this, out);
  }

 private:
  static PackagerSession& of(sluice_packager_session* session) {
    return *reinterpret_cast<PackagerSession*>(session);
  }

  static const sluice_packager& table() {
    static constexpr sluice_packager calls{sizeof calls, 0,         &on_open,     &on_tracks,
                                           &on_frame,    &on_flush, &on_describe, &on_close};
    return calls;
  }

  static sluice_status on_open(void* self, const sluice_packager_request* request,
                               sluice_packager_session** out, sluice_err* err) noexcept {
    if (!request || request->struct_size < sizeof *request || !out) return SLUICE_STATUS_ARGUMENT;
    *out = nullptr;
    return at_boundary(err, [&] {
      auto opened = static_cast<PackagerModule*>(self)->open_session(
          {from_abi(request->format), from_abi(request->parameters), from_abi(request->key)});
      *out = reinterpret_cast<sluice_packager_session*>(opened.release());
    });
  }

  static sluice_status on_tracks(sluice_packager_session* session, const sluice_track* const* tracks,
                                 std::uint32_t count, const sluice_chunk_writer* writer,
                                 sluice_err* err) noexcept {
    if (!session || !writer || (count > 0 && !tracks)) return SLUICE_STATUS_ARGUMENT;
    return at_boundary(err, [&] {
      ChunkWriter out(writer);
      of(session).tracks({tracks, count}, out);
    });
  }

  static sluice_status on_frame(sluice_packager_session* session, const sluice_frame* frame,
                                const sluice_chunk_writer* writer, sluice_err* err) noexcept {
    if (!session || !frame || !writer) return SLUICE_STATUS_ARGUMENT;
    return at_boundary(err, [&] {
      ChunkWriter out(writer);
      of(session).frame(*frame, out);
    });
  }

  static sluice_status on_flush(sluice_packager_session* session, const sluice_chunk_writer* writer,
                                sluice_err* err) noexcept {
    if (!session || !writer) return SLUICE_STATUS_ARGUMENT;
    return at_boundary(err, [&] {
      ChunkWriter out(writer);
      of(session).flush(out);
    });
  }

  static sluice_status on_describe(sluice_packager_session* session,
                                   sluice_packager_description* out) noexcept {
    if (!session || !out || out->struct_size < sizeof *out) return SLUICE_STATUS_ARGUMENT;
    return at_boundary(nullptr, [&] {
      *out = {};
      out->struct_size = sizeof *out;
      of(session).describe(*out);
    });
  }

  static void on_close(sluice_packager_session* session) noexcept {
    delete reinterpret_cast<PackagerSession*>(session);
  }
};

// Fills one of the description's texts; what does not fit is cut.
template <std::size_t Room>
void put_text(char (&to)[Room], std::string_view text) {
  detail::copy_text(to, Room, text);
}

}  // namespace sluice
