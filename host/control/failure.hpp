// What can go wrong between a command and the server it talks to: a code for scripts, a sentence for people.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::control {

enum class Errc {
  folder = 1,       // the runtime folder cannot be made or is not safe
  socket,           // the control socket cannot be opened
  no_server,        // none of this user runs
  several_servers,  // more than one: the user has to say which
  unreachable,      // it does not answer
  not_allowed,      // the peer is neither the server's user nor root
  bad_request,      // not a JSON object with a known "command"
  not_found,        // the stream, viewer or module asked about
  too_large,        // a request or reply beyond its bound
  failed            // the server tried and could not
};

std::string_view errc_name(Errc code);
Errc errc_named(std::string_view name);  // unknown names count as failed

struct Failure {
  // Constructors, because a JSON value would turn itself into an aggregate's first member.
  Failure() = default;
  Failure(Errc code, std::string text) : code(code), text(std::move(text)) {}

  Errc code = Errc::failed;
  std::string text;
};

template <class T>
using Controlled = boost::system::result<T, Failure>;

}  // namespace sluice::control
