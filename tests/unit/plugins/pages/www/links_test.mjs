import assert from "node:assert/strict";
import {test} from "node:test";
import {carry, credentials_of, expand, page_of, stream_of} from "../../../../../plugins/pages/www/links.js";

test("a page's path names its stream", () => {
  assert.deepEqual(stream_of("/live/cam"), {path: "live/cam", key: "live/cam"});
  assert.deepEqual(stream_of("/live/k%C3%BCche"), {path: "live/k%C3%BCche", key: "live/küche"});
  assert.equal(stream_of("/live"), null);
  assert.equal(stream_of("/live/%ff"), null);
});

test("what somebody typed becomes a page, never another site", () => {
  assert.equal(page_of(" /live/cam~720p/ "), "/live/cam~720p");
  assert.equal(page_of("live/<img src=x>"), "/live/%3Cimg%20src%3Dx%3E");
  for (const bad of ["live", "", "live//cam", "live/../x", "./x", "javascript:alert(1)"]) assert.equal(page_of(bad), null, bad);
  assert.equal(page_of("//evil.example/x"), "/evil.example/x");
  assert.equal(page_of("javascript:alert(1)//x/y"), null);
});

test("credentials of the page go along, nothing else does", () => {
  assert.equal(credentials_of("?token=a%2Bb&player=hls&x=1"), "?token=a%2Bb");
  assert.equal(credentials_of("?user=me&pass=p%26q"), "?user=me&pass=p%26q");
  assert.equal(credentials_of("?player=hls"), "");
});

test("they go to this server only, once", () => {
  const origin = "http://example.org:8080";
  assert.equal(carry("http://example.org:8080/a.m4s", "?token=t", origin), "http://example.org:8080/a.m4s?token=t");
  assert.equal(carry("http://example.org:8080/a?_HLS_msn=3", "?token=t", origin), "http://example.org:8080/a?_HLS_msn=3&token=t");
  assert.equal(carry("http://example.org:8080/a?token=own", "?token=t", origin), "http://example.org:8080/a?token=own");
  assert.equal(carry("http://example.org/a", "?token=t", origin), "http://example.org/a");
  assert.equal(carry("https://cdn.example/a", "?token=t", origin), "https://cdn.example/a");
  assert.equal(carry("http://example.org:8080/a", "", origin), "http://example.org:8080/a");
});

test("links", () => {
  const place = {hostname: "example.org", origin: "http://example.org:8080"};
  assert.equal(expand("/{key}/index.m3u8", "live/cam", place, "?token=t"), "http://example.org:8080/live/cam/index.m3u8?token=t");
  assert.equal(expand("rtmp://{host}/{key}", "live/cam", place, ""), "rtmp://example.org/live/cam");
});
