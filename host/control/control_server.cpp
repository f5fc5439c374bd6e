#include "control/control_server.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <thread>

namespace sluice::control {
namespace asio = boost::asio;
using Socket = asio::local::stream_protocol::socket;
using asio::awaitable;
namespace {

constexpr std::size_t worker_count = 4;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

std::string reply_line(const Json& reply) {
  // A name from a peer may hold bytes that are not UTF-8: replaced, so that there is always a reply.
  return reply.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

Json failure_reply(const Failure& failure) {
  return {{"ok", false}, {"error", {{"code", errc_name(failure.code)}, {"message", failure.text}}}};
}

bool may_command(int fd) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == 0 || peer.uid == ::geteuid();
}

}  // namespace

std::string answer(const std::map<std::string, ControlServer::Command, std::less<>>& commands,
                   std::string_view line) {
  const Json request = Json::parse(line, nullptr, false);
  if (!request.is_object() || !request.contains("command") || !request["command"].is_string()) {
    return reply_line(
        failure_reply({Errc::bad_request, "expected a JSON object with the string \"command\""}));
  }
  const auto found = commands.find(request["command"].get_ref<const std::string&>());
  if (found == commands.end()) {
    std::string known;
    for (const auto& [name, command] : commands) known += (known.empty() ? "" : ", ") + name;
    return reply_line(failure_reply({Errc::bad_request, "unknown command; there are: " + known}));
  }
  try {
    auto result = found->second(request);
    return reply_line(result ? Json{{"ok", true}, {"result", std::move(*result)}}
                             : failure_reply(result.error()));
  } catch (const std::exception& error) {
    return reply_line(failure_reply({Errc::failed, error.what()}));
  }
}

namespace {
awaitable<std::string> answer_elsewhere(
    const std::map<std::string, ControlServer::Command, std::less<>>& commands, std::string_view line) {
  co_return answer(commands, line);
}
}  // namespace

struct ControlServer::Service {
  explicit Service(ControlLimits limits) : limits(limits) {}

  const ControlLimits limits;
  std::map<std::string, Command, std::less<>> commands;
  asio::io_context context{1};
  asio::thread_pool workers{worker_count};
  asio::local::stream_protocol::acceptor acceptor{context};
  asio::steady_timer room{context};  // cancelled when a connection ends: there is room for another
  std::size_t open = 0;
  std::thread thread;

  awaitable<void> accept_all();
  awaitable<void> serve(Socket socket);
};

awaitable<void> ControlServer::Service::accept_all() {
  for (;;) {
    while (open >= limits.connections) {
      room.expires_at(asio::steady_timer::time_point::max());
      co_await room.async_wait(as_result);
    }
    auto [error, socket] = co_await acceptor.async_accept(as_result);
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      // Out of descriptors, most likely: look again soon instead of spinning.
      room.expires_after(std::chrono::milliseconds(100));
      co_await room.async_wait(as_result);
      continue;
    }
    ++open;
    auto session = serve(std::move(socket));
    asio::co_spawn(context, std::move(session), [this](const std::exception_ptr&) {
      --open;
      room.cancel();
    });
  }
}

awaitable<void> ControlServer::Service::serve(Socket socket) {
  using namespace asio::experimental::awaitable_operators;
  if (!may_command(socket.native_handle())) {
    const std::string refusal =
        reply_line(failure_reply({Errc::not_allowed, "only the server's own user and root"}));
    co_await asio::async_write(socket, asio::buffer(refusal), as_result);
    co_return;
  }
  std::string buffer;
  asio::steady_timer idle(context);
  for (;;) {
    idle.expires_after(std::chrono::seconds(limits.idle_seconds));
    auto request =
        asio::async_read_until(socket, asio::dynamic_buffer(buffer, limits.request_bytes), '\n', as_result);
    const auto either = co_await (std::move(request) || idle.async_wait(as_result));
    if (either.index() == 1) co_return;
    const auto [error, size] = std::get<0>(either);
    if (error && error != asio::error::not_found) co_return;
    std::string reply = reply_line(failure_reply({Errc::too_large, "the request is too long"}));
    if (!error) {
      // Elsewhere, because a command may take seconds and others want their answers meanwhile.
      auto work = answer_elsewhere(commands, std::string_view(buffer).substr(0, size));
      reply = co_await asio::co_spawn(workers, std::move(work), asio::use_awaitable);
    }
    buffer.erase(0, size);
    idle.expires_after(std::chrono::seconds(limits.idle_seconds));
    auto writing = asio::async_write(socket, asio::buffer(reply), as_result);
    const auto written = co_await (std::move(writing) || idle.async_wait(as_result));
    if (error || written.index() == 1 || std::get<0>(std::get<0>(written))) co_return;
  }
}

ControlServer::ControlServer(ControlLimits limits) : service_(std::make_unique<Service>(limits)) {}

ControlServer::~ControlServer() {
  service_->context.stop();
  if (service_->thread.joinable()) service_->thread.join();
  service_->workers.join();
}

void ControlServer::on(std::string name, Command command) {
  service_->commands.insert_or_assign(std::move(name), std::move(command));
}

Controlled<void> ControlServer::open(const std::filesystem::path& socket) {
  auto& acceptor = service_->acceptor;
  const auto fail = [&](const std::string& why) {
    return Failure{Errc::socket, socket.string() + ": " + why};
  };
  if (socket.native().size() >= sizeof(sockaddr_un{}.sun_path))
    return fail("the path is too long for a socket");
  boost::system::error_code error;
  acceptor.open(asio::local::stream_protocol(), error);
  // The folder is 0700 already; the mode here is the second lock on the same door.
  if (!error) acceptor.bind(asio::local::stream_protocol::endpoint(socket.native()), error);
  if (!error && ::chmod(socket.c_str(), 0600) != 0) return fail(std::strerror(errno));
  if (!error) acceptor.listen(64, error);
  if (error) return fail(error.message());
  asio::co_spawn(service_->context, service_->accept_all(), [](const std::exception_ptr&) {});
  service_->thread = std::thread([service = service_.get()] { service->context.run(); });
  return {};
}

}  // namespace sluice::control
