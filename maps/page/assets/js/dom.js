/* Elements made one by one: text only ever arrives as a text node. */

/** Return an element; `facts` are attributes ("class", "aria-…") or handlers ("onclick"), children are nodes or texts. */
function make(tag, facts, ...children) {
  const element = document.createElement(tag);
  for (const name of Object.keys(facts || {})) {
    const value = facts[name];
    if (value === null || value === undefined || value === false) continue;
    if (name.slice(0, 2) === "on") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  fill(element, children);
  return element;
}

function fill(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) fill(element, child);
    else if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

function replaceAll(element, ...children) {
  element.textContent = "";
  return fill(element, children);
}

/** Return an SVG element: [tag, attributes, children]. */
function drawing(tag, facts, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const name of Object.keys(facts)) element.setAttribute(name, facts[name]);
  element.append(...children);
  return element;
}

function byId(id) {
  return document.getElementById(id);
}
