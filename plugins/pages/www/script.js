// Players that are no ES modules: loaded once, found by their global name.
const loading = new Map();

export function load_script(url, name) {
  if (!loading.has(url)) {
    loading.set(url, new Promise((done, fail) => {
      const script = document.createElement("script");
      script.src = url;
      script.onload = () => (globalThis[name] ? done(globalThis[name]) : fail(new Error(`${url} is not what it should be`)));
      script.onerror = () => {
        loading.delete(url);
        fail(new Error("not installed"));
      };
      document.head.append(script);
    }));
  }
  return loading.get(url);
}
