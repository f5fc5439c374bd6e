#include "control/control_server.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <future>
#include <thread>

#include "control/control_client.hpp"
#include "temporary_folder.hpp"

using namespace sluice::control;

namespace {

std::map<std::string, ControlServer::Command, std::less<>> commands() {
  return {{"echo",
           [](const Json& request) -> Controlled<Json> { return Json{{"heard", request.value("say", "")}}; }},
          {"fail",
           [](const Json&) -> Controlled<Json> { return Failure(Errc::not_found, "there is no stream x"); }},
          {"throw", [](const Json&) -> Controlled<Json> { throw std::runtime_error("broke"); }}};
}

Json reply_to(std::string_view line) {
  const std::string reply = answer(commands(), line);
  REQUIRE(reply.back() == '\n');
  REQUIRE(reply.find('\n') == reply.size() - 1);
  return Json::parse(reply);
}

struct Serving {
  TemporaryFolder folder;
  ControlServer server;
  std::filesystem::path socket = folder.path / "control.sock";

  explicit Serving(ControlLimits limits = {}) : server(limits) {
    for (auto& [name, command] : commands()) server.on(name, command);
    REQUIRE(server.open(socket).has_value());
  }
};

int raw_connection(const std::filesystem::path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket.c_str(), sizeof(address.sun_path) - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{10, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  return fd;
}

std::string read_to_end(int fd) {
  std::string all;
  char piece[4096];
  for (ssize_t got; (got = ::recv(fd, piece, sizeof(piece), 0)) > 0;)
    all.append(piece, static_cast<std::size_t>(got));
  ::close(fd);
  return all;
}

}  // namespace

TEST_CASE("a request gets its result or its failure") {
  REQUIRE(reply_to(R"({"command": "echo", "say": "hi"})") ==
          Json::parse(R"({"ok": true, "result": {"heard": "hi"}})"));
  const Json failed = reply_to(R"({"command": "fail"})");
  REQUIRE(failed["ok"] == false);
  REQUIRE(failed["error"]["code"] == "not_found");
  REQUIRE(failed["error"]["message"] == "there is no stream x");
  REQUIRE(reply_to(R"({"command": "throw"})")["error"]["message"] == "broke");
}

TEST_CASE("what is no request is answered, not obeyed") {
  for (const char* line :
       {"", "\n", "x", "[]", "{}", R"({"command": 1})", R"({"command": "echo")", "\xff\xfe", "null"}) {
    REQUIRE(reply_to(line)["error"]["code"] == "bad_request");
  }
  REQUIRE(reply_to(R"({"command": "ecko"})")["error"]["message"].get<std::string>().find(
              "echo, fail, throw") != std::string::npos);
  REQUIRE(reply_to(R"({"command": "echo", "say": 7})")["error"]["code"] == "failed");
}

TEST_CASE("bytes that are not UTF-8 do not keep a reply from being made") {
  std::map<std::string, ControlServer::Command, std::less<>> odd;
  odd["odd"] = [](const Json&) -> Controlled<Json> { return Json(std::string("\xff")); };
  REQUIRE(Json::parse(answer(odd, R"({"command": "odd"})"))["ok"] == true);
}

TEST_CASE("over the socket, for its own user") {
  Serving serving;
  REQUIRE((std::filesystem::status(serving.socket).permissions() & std::filesystem::perms::others_all) ==
          std::filesystem::perms::none);
  const auto heard = ask(serving.socket, {{"command", "echo"}, {"say", std::string(30'000, 'x')}});
  REQUIRE(heard.has_value());
  REQUIRE((*heard)["heard"].get<std::string>().size() == 30'000);
  const auto failed = ask(serving.socket, {{"command", "fail"}});
  REQUIRE(failed.has_error());
  REQUIRE(failed.error().code == Errc::not_found);
}

TEST_CASE("several requests on one connection, cut anywhere") {
  Serving serving;
  const int fd = raw_connection(serving.socket);
  const std::string requests = "{\"command\":\"echo\",\"say\":\"a\"}\n{\"command\":\"echo\",\"say\":\"b\"}\n";
  for (const char byte : requests) REQUIRE(::send(fd, &byte, 1, MSG_NOSIGNAL) == 1);
  ::shutdown(fd, SHUT_WR);
  const std::string replies = read_to_end(fd);
  REQUIRE(replies ==
          "{\"ok\":true,\"result\":{\"heard\":\"a\"}}\n{\"ok\":true,\"result\":{\"heard\":\"b\"}}\n");
}

TEST_CASE("a request without end is refused at its bound") {
  Serving serving(ControlLimits{16, 1024, 10});
  const int fd = raw_connection(serving.socket);
  const std::string flood(64 * 1024, 'x');
  auto reply = std::async(std::launch::async, [fd] { return read_to_end(fd); });
  ::send(fd, flood.data(), flood.size(), MSG_NOSIGNAL);
  const std::string text = reply.get();
  // The unread rest of the flood may reset the connection before the reply is read: closed it is, either way.
  if (!text.empty()) REQUIRE(Json::parse(text)["error"]["code"] == "too_large");
  REQUIRE(ask(serving.socket, {{"command", "echo"}}).has_value());
}

TEST_CASE("who says nothing is let go, and more than the bound wait their turn") {
  Serving serving(ControlLimits{2, 1024, 1});
  std::vector<int> silent;
  for (int i = 0; i < 5; ++i) silent.push_back(raw_connection(serving.socket));
  REQUIRE(ask(serving.socket, {{"command", "echo"}}, std::chrono::seconds(20)).has_value());
  for (const int fd : silent) REQUIRE(read_to_end(fd).empty());
}

TEST_CASE("a socket that cannot be made says why") {
  ControlServer server;
  const auto opened = server.open("/proc/no-folder-here/control.sock");
  REQUIRE(opened.has_error());
  REQUIRE(opened.error().code == Errc::socket);
  ControlServer other;
  REQUIRE(other.open("/tmp/" + std::string(200, 'x')).error().text.find("too long") != std::string::npos);
}
