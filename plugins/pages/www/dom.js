// Elements out of words. Text of a stream or a peer goes in as text, never as markup.

// make("li", {class: "card", text: name, href: url}, child, ...)
export function make(tag, facts = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(facts)) {
    if (name === "text") element.textContent = value;
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function show(element, visible) {
  element.hidden = !visible;
}

// Writes only what changed, so that a selection in the page survives a refresh.
export function set_text(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export const by_id = (id) => document.getElementById(id);

// A line of the last values over the whole width, highest at the top.
export function sparkline(width, height) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("class", "spark");
  picture.setAttribute("aria-hidden", "true");
  const area = picture.appendChild(document.createElementNS(space, "polygon"));
  const line = picture.appendChild(document.createElementNS(space, "polyline"));
  return {
    picture,
    draw(values) {
      const top = Math.max(1, ...values) * 1.15;
      const step = width / Math.max(1, values.length - 1);
      const points = values.map((value, i) => `${(i * step).toFixed(1)},${(height - (value / top) * height).toFixed(1)}`);
      line.setAttribute("points", points.join(" "));
      area.setAttribute("points", [`0,${height}`, ...points, `${width},${height}`].join(" "));
    },
  };
}
