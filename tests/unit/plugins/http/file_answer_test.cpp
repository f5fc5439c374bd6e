#include "file_answer.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "recording_responder.hpp"

using namespace sluice::http;
namespace fs = std::filesystem;

namespace {

struct Site {
  Site() {
    std::string name = (fs::temp_directory_path() / "sluice-http-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root = name;
    fs::create_directories(root / "sub");
    std::ofstream(root / "a.js") << std::string(200'000, 'a');
    std::ofstream(root / "index.html") << "index";
    std::ofstream(root / "sub" / "index.html") << "sub";
  }
  ~Site() { fs::remove_all(root); }

  RecordingResponder get(const char* path, std::vector<std::pair<std::string, std::string>> fields = {},
                         const char* method = "GET") const {
    const Route route = read_route("GET * /{path*}", R"({"answer":"files","root":")" + root.string() + "\"}");
    RecordingResponder to;
    to.asked.method = method_of(method);
    to.asked.params = {{"path", path}};
    to.asked.head.fields = std::move(fields);
    const auto rest = FileAnswer::begin(to, route);
    return to;
  }
  fs::path root;
};

}  // namespace

TEST_CASE("files, whole and in part") {
  const Site site;
  const auto whole = site.get("a.js");
  CHECK(whole.head.status == 200);
  CHECK(whole.head.length == 200'000);
  CHECK(whole.body == std::string(200'000, 'a'));
  CHECK(whole.field("Content-Type") == "text/javascript; charset=utf-8");
  CHECK(whole.ended);
  CHECK(site.get("").body == "index");
  CHECK(site.get("sub/").body == "sub");
  CHECK(site.get("sub").head.status == 404);
  CHECK(site.get("none").head.status == 404);
  CHECK(site.get("a.js", {}, "HEAD").body.empty());
  const auto part = site.get("a.js", {{"range", "bytes=199990-"}});
  CHECK(part.head.status == 206);
  CHECK(part.body == std::string(10, 'a'));
  CHECK(part.field("Content-Range") == "bytes 199990-199999/200000");
  CHECK(site.get("a.js", {{"range", "bytes=200000-"}}).head.status == 416);
}

TEST_CASE("files with conditions") {
  const Site site;
  const std::string etag = site.get("a.js").field("ETag"), date = site.get("a.js").field("Last-Modified");
  const auto same = site.get("a.js", {{"if-none-match", etag}});
  CHECK(same.head.status == 304);
  CHECK(same.body.empty());
  CHECK(same.field("ETag") == etag);
  CHECK(site.get("a.js", {{"if-modified-since", date}}).head.status == 304);
  CHECK(site.get("a.js", {{"if-match", "\"x\""}}).head.status == 412);
  CHECK(site.get("a.js", {{"range", "bytes=0-0"}, {"if-range", "\"x\""}}).head.status == 200);
  CHECK(site.get("a.js", {{"range", "bytes=0-0"}, {"if-range", etag}}).head.status == 206);
}

TEST_CASE("a file that shrinks while it is sent is not passed off as whole") {
  const Site site;
  struct Slow final : Responder {
    RecordingResponder inner;
    const Request& request() const override { return inner.asked; }
    void begin(ResponseHead head) override { inner.begin(std::move(head)); }
    void send(ParcelRef parcel, std::size_t begin, std::size_t end) override {
      inner.send(parcel, begin, end);
    }
    void send_framed(ParcelRef parcel) override { inner.send_framed(parcel); }
    bool is_chunked() const override { return true; }
    bool flush() override { return false; }
    void end() override { inner.end(); }
    void abort(std::string_view reason) override { inner.abort(reason); }
  } to;
  to.inner.asked.method = method_get;
  to.inner.asked.params = {{"path", "a.js"}};
  const Route route =
      read_route("GET * /{path*}", R"({"answer":"files","root":")" + site.root.string() + "\"}");
  const auto rest = FileAnswer::begin(to, route);
  REQUIRE(rest != nullptr);
  CHECK(to.inner.body.size() < 200'000);
  fs::resize_file(site.root / "a.js", 1000);
  rest->resume();
  CHECK_FALSE(to.inner.aborted.empty());
  CHECK_FALSE(to.inner.ended);
}
