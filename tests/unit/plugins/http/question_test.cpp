#include "question.hpp"

#include <catch2/catch.hpp>
#include <sluice/http.hpp>

using namespace sluice;
using namespace sluice::http;

namespace {

std::string answer(const std::string& head, const std::string& body = "") {
  std::string out;
  for (int i = 0; i < 4; ++i) out += static_cast<char>(head.size() >> (8 * i) & 0xff);
  return out + head + body;
}

}  // namespace

TEST_CASE("a question is what the SDK reads as a request") {
  Request request;
  request.head.method = "HEAD";
  request.head.fields = {{"accept", "a"}, {"user-agent", "\xff"}, {"accept", "b"}};
  request.method = method_head;
  request.target.path = "/live/\"cam\"";
  request.target.query = "a=%20b&c";
  request.params = {{"key", "live/cam"}};
  request.peer = "192.0.2.1:5";
  request.secure = true;
  request.body = std::string("\0body", 5);
  const std::string bytes = write_question(request, false);
  const HttpRequest read(bytes_of(bytes));
  CHECK(read.method() == "GET");
  CHECK(read.path() == "/live/\"cam\"");
  CHECK(read.query() == "a=%20b&c");
  CHECK(read.param("key") == "live/cam");
  CHECK(read.header("accept") == "a, b");
  CHECK(read.header("cookie") == std::nullopt);
  CHECK(read.peer() == "192.0.2.1:5");
  CHECK(read.secure());
  CHECK(text_of(read.body()) == request.body);

  const std::string shared = write_question(request, true);
  CHECK(HttpRequest(bytes_of(shared)).peer().empty());
  CHECK(HttpRequest(bytes_of(shared)).header("accept") == std::nullopt);
}

TEST_CASE("what a question says is JSON whatever the peer sent") {
  Request request;
  request.head.fields = {{"a", "1"}, {"b", "\t\"\\ \xc3\xa9 \xff"}, {"a", ""}, {"c", "2"}, {"a", "3"}};
  request.head.method = "GET";
  request.params = {{"key", "live/c\xe2\x82\xacm"}, {"number", "7"}};
  request.host = "example.org";
  const std::string bytes = write_question(request, false);
  const HttpRequest read(bytes_of(bytes));
  CHECK(read.header("a") == "1, , 3");
  CHECK(read.header("b") == "\t\"\\ \xc3\xa9 \xef\xbf\xbd");
  CHECK(read.header("c") == "2");
  CHECK(read.param("key") == "live/c\xe2\x82\xacm");
  CHECK(read.param("number") == "7");
  CHECK_FALSE(read.secure());
}

TEST_CASE("heads that came before are not read again") {
  AnswerHeads heads;
  const std::string one = answer(R"({"status":200})", "a"), same = answer(R"({"status":200})", "b"),
                    other = answer(R"({"status":201})", "a");
  const auto first = heads.read(bytes_of(one));
  CHECK(heads.read(bytes_of(same)) == first);
  CHECK(heads.read(bytes_of(other))->head.status == 201);
  const std::string bad = answer(R"({"status":99})");
  CHECK_THROWS_AS(heads.read(bytes_of(bad)), Error);
  CHECK_THROWS_AS(heads.read(bytes_of(bad)), Error);
  for (int i = 0; i < 20; ++i) {
    const std::string many = answer(R"({"status":)" + std::to_string(300 + i) + "}");
    CHECK(heads.read(bytes_of(many))->head.status == static_cast<unsigned>(300 + i));
  }
  CHECK(heads.read(bytes_of(one))->head.status == 200);
  CHECK(first->head.status == 200);
}

TEST_CASE("an answer's head") {
  const std::string bytes =
      answer(R"({"status":201,"headers":{"Location":"/x"},"cache_ms":99999999,"ranges":true})", "body");
  const AnswerHead head = read_answer(bytes_of(bytes));
  CHECK(head.head.status == 201);
  CHECK(head.head.fields == Fields{{"Location", "/x"}});
  CHECK(head.cache_ms == SLUICE_HTTP_CACHE_MOST);
  CHECK(head.ranges);
  CHECK(bytes.substr(head.body_at) == "body");
}

TEST_CASE("a body that goes on is asked for with the word of the answer before") {
  Request request;
  request.head.method = "GET";
  request.method = method_get;
  request.target.path = "/a";
  const std::string first = write_question(request, false), next = write_question(request, false, "at \"7\"");
  CHECK_FALSE(HttpRequest(bytes_of(first)).more());
  CHECK(HttpRequest(bytes_of(next)).more() == "at \"7\"");
  CHECK(HttpRequest(bytes_of(next)).path() == "/a");
  CHECK(read_answer(bytes_of(answer(R"({"status":200,"more":"x"})"))).more == "x");
  CHECK(read_answer(bytes_of(answer(R"({"status":200})"))).more.empty());
}

TEST_CASE("answers that cannot be sent say why") {
  for (const std::string& bytes :
       {std::string(), std::string("abc"), std::string("\xff\xff\xff\xff{}"), answer("{"), answer("[]"),
        answer("{}"), answer(R"({"status":"200"})"), answer(R"({"status":101})"), answer(R"({"status":600})"),
        answer(R"({"status":200,"cache_ms":-1})"), answer(R"({"status":200,"ranges":1})"),
        answer(R"({"status":200,"more":7})"),
        answer(R"({"status":200,"more":")" + std::string(1025, 'x') + "\"}"),
        answer(R"({"status":200,"headers":[]})"),
        answer(R"({"status":200,"headers":{"Content-Length":"1"}})"),
        answer(R"({"status":200,"headers":{"A":"x\r\ny"}})")}) {
    CAPTURE(bytes);
    CHECK_THROWS_AS(read_answer(bytes_of(bytes)), Error);
  }
}
