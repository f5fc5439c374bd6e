// Addresses of a stream, and the credentials of the page's own that go along with them.

const carried = ["token", "user", "pass", "password"];

// Of "/live/cam": "live/cam" as it stands in a URL and as people read it. Null: no stream's page.
export function stream_of(pathname) {
  const path = pathname.replace(/^\/+|\/+$/g, "");
  try {
    return path.includes("/") ? {path, key: decodeURIComponent(path)} : null;
  } catch {
    return null;
  }
}

// "live/cam" typed by somebody, as the path of its page. Null: it cannot be a stream's name.
export function page_of(typed) {
  const parts = typed.trim().replace(/^\/+|\/+$/g, "").split("/");
  if (parts.length < 2 || parts.some((part) => part === "" || part === "." || part === "..")) return null;
  return "/" + parts.map(encodeURIComponent).join("/");
}

// What of a page's query proves who asks, as a query again: "?token=..." or "".
export function credentials_of(search) {
  const all = new URLSearchParams(search);
  const out = new URLSearchParams();
  for (const name of carried) if (all.has(name)) out.set(name, all.get(name));
  const text = out.toString();
  return text ? "?" + text : "";
}

// The same URL with the credentials put in where it has none of that name; other origins never get them.
export function carry(url, credentials, origin) {
  const full = new URL(url, origin);
  if (!credentials || full.origin !== new URL(origin).origin) return url;
  for (const [name, value] of new URLSearchParams(credentials))
    if (!full.searchParams.has(name)) full.searchParams.set(name, value);
  return full.href;
}

// A link of the configuration for this stream: "/{key}.flv" or "rtmp://{host}/{key}".
export function expand(template, path, place, credentials) {
  const url = template.replaceAll("{key}", path).replaceAll("{host}", place.hostname);
  return (url.startsWith("/") ? place.origin + url : url) + credentials;
}
