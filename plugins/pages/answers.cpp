#include "answers.hpp"

#include <utility>

namespace sluice::pages {

Asker asker_of(const HttpRequest& request) {
  Asker out{request.peer(), request.header("host").value_or(""), request.header("origin").value_or(""),
            request.header("sec-fetch-site").value_or("")};
  for (const char* field : {"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"})
    out.passed_on |= request.header(field).has_value();
  return out;
}

HttpReply json_reply(std::string body, unsigned status) {
  return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

HttpReply text_reply(std::string body, unsigned status) {
  return {
      .status = status, .headers = {{"Content-Type", "text/plain; charset=utf-8"}}, .body = std::move(body)};
}

HttpReply refusal(unsigned status, std::string_view why) {
  std::string body = R"({"error":)";
  detail::put_json(body, why);
  return json_reply(body + '}', status);
}

}  // namespace sluice::pages
