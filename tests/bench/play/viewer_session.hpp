// What a protocol gives to the load client: one viewer's side of a connection, bytes in and bytes out.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "synthetic_stream.hpp"

namespace sluice::bench {

struct Sight {
  bool picture = false;            // the first frame that shows something: a video key frame
  std::optional<SeenFrame> frame;  // nothing: coded media of a stream that is not ours
};

class ViewerSession {
 public:
  using OnMedia = std::function<void(const Sight&)>;  // once per coded frame

  virtual ~ViewerSession() = default;

  // The first bytes to send are queued at once. False, with error(): refused, or the protocol was broken.
  virtual bool feed(std::span<const std::uint8_t> bytes) = 0;
  virtual Bytes take_output() = 0;
  // `bytes` arrived which nobody looked at.
  virtual void note_unread(std::size_t bytes) = 0;
  virtual bool requested() const = 0;  // the request for media has been sent
  virtual const std::string& error() const = 0;
  virtual std::uint64_t faults() const { return 0; }  // of the container, as a witness found them
};

// `witness`: everything will be fed.
using MakeSession = std::function<std::unique_ptr<ViewerSession>(bool witness, ViewerSession::OnMedia)>;

}  // namespace sluice::bench
