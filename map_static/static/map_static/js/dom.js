// Small helpers that make elements; text always goes in as text, never as HTML.

/** An element with attributes and children: el("p", {class: "quiet"}, "text", other). */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...present(children));
  return made;
}

/** Children without the ones that a condition left out, lists in lists laid flat. */
export function present(children) {
  return children.flat(Infinity).filter((child) => child != null && child !== false);
}

const SVG = "http://www.w3.org/2000/svg";

/** A part of a drawing, like el(). */
export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** One of the icons that the page carries. */
export function icon(name) {
  return svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `#icon-${name}` }));
}

/** A bar filled to a share 0..1. Widths go through the element's style object, which the content
 * security policy allows, unlike a style attribute. */
export function bar(share, kind = "") {
  const fill = el("span", { class: "bar-fill" });
  fill.style.inlineSize = `${Math.round((share ?? 0) * 1000) / 10}%`;
  return el("span", { class: `bar ${kind}`, "aria-hidden": "true" }, fill);
}

export const byId = (id) => document.getElementById(id);
