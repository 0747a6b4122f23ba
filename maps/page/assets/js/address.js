/* What is looked at, in the page's address after "#", so that it can be sent as a link and is there after a reload. */

const ADDRESSED = { village: "unit", rule: "focus", tab: "tab" };

/** Return the address of the page as it stands: #village=ID&rule=ID&tab=…; nothing where all is as at first. */
function fragment(unit, focus, tab) {
  const parts = [];
  if (unit >= 0) parts.push("village=" + encodeURIComponent(view.data.units.ids[unit]));
  if (focus >= 0) parts.push("rule=" + encodeURIComponent(view.data.rules[focus].id));
  if (tab !== "findings") parts.push("tab=" + tab);
  return parts.length ? "#" + parts.join("&") : "#";
}

function linkToVillage(unit) {
  return window.location.href.replace(/#.*/, "") + fragment(unit, -1, "villages");
}

/** Return {unit, focus, tab} as an address asks; what it names wrongly is left as at first. */
function asked() {
  const values = {};
  for (const part of window.location.hash.slice(1).split("&")) {
    const at = part.indexOf("=");
    if (at > 0) values[part.slice(0, at)] = decoded(part.slice(at + 1));
  }
  const unit = view.data.units.ids.indexOf(values.village);
  const focus = view.data.rules.findIndex((rule) => rule.id === values.rule);
  const tab = Object.prototype.hasOwnProperty.call(TABS, values.tab) ? values.tab : unit >= 0 ? "villages" : "findings";
  return { unit, focus, tab };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    return text;
  }
}

function setUpAddress() {
  window.addEventListener("hashchange", () => {
    const wanted = asked();
    if (wanted.unit !== view.unit || wanted.focus !== view.focus || wanted.tab !== view.tab) change(wanted);
  });
}

function noteAddress() {
  const wanted = fragment(view.unit, view.focus, view.tab);
  if (wanted !== (window.location.hash || "#")) window.location.replace(wanted);
}
