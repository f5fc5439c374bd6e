// A module on Boost.Asio: sends back whatever comes. Shows LaneModule, Listener and whose descriptor it is.
#include <array>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <sluice/lanes.hpp>
#include <sluice/listener.hpp>

namespace {

namespace asio = boost::asio;

// Lives as long as one of its operations is under way.
class Echo : public std::enable_shared_from_this<Echo> {
 public:
  Echo(asio::io_context& context, sluice::Connection socket, std::atomic<std::uint64_t>& sessions)
      : socket_(std::move(socket)), stream_(context, socket_.fd()), sessions_(sessions) {
    ++sessions_;
  }
  ~Echo() {
    if (stream_.is_open()) stream_.release();  // the host closes its descriptor
    --sessions_;
  }

  void read() {
    stream_.async_read_some(asio::buffer(bytes_), [self = shared_from_this()](auto error, std::size_t count) {
      if (!error) self->write(count);
    });
  }

 private:
  void write(std::size_t count) {
    asio::async_write(stream_, asio::buffer(bytes_, count),
                      [self = shared_from_this()](auto error, std::size_t) {
                        if (!error) self->read();
                      });
  }

  sluice::Connection socket_;
  asio::posix::stream_descriptor stream_;
  std::atomic<std::uint64_t>& sessions_;
  std::array<char, 4096> bytes_;
};

class EchoModule final : public sluice::LaneModule {
 public:
  using LaneModule::LaneModule;

  void start() override {
    listener_ = std::make_unique<sluice::Listener>(
        host(), "echo", [this](sluice_lane* lane, sluice::Connection socket) {
          std::make_shared<Echo>(loop_of(lane).context(), std::move(socket), sessions_)->read();
        });
  }
  void drain(std::int64_t) override { listener_.reset(); }
  void remaining(sluice_remaining& out) override { out.sessions = sessions_; }
  void stop() override { listener_.reset(); }

 private:
  std::atomic<std::uint64_t> sessions_ = 0;  // of all lanes
  std::unique_ptr<sluice::Listener> listener_;
};

}  // namespace

SLUICE_MODULE(EchoModule)
