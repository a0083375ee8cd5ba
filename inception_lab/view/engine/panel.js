// Draws an explorer in the page: its picture, which can be touched, and its labelled controls.
//
// What the reader does is sent one message at a time. The next goes out when the kernel has answered the one
// before; of those that wait, the newest replaces an older one of its kind. So the picture never lags behind.

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const SLOW = 4000; // milliseconds without an answer, after which the reader is told
const TRACK = 1000; // steps of a slider's track
const KEYS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };

// A PNG's pixels without a detour by the browser's own process, where there is such a decoder. A JPEG's would
// differ from what browsers show.
async function decoded(bytes) {
  if (!globalThis.ImageDecoder || bytes.getUint8(0) === 0xff) return createImageBitmap(new Blob([bytes]));
  const decoder = new ImageDecoder({ data: bytes, type: "image/png" });
  const { image } = await decoder.decode();
  return createImageBitmap(image).finally(() => [image, decoder].forEach((each) => each.close()));
}

function knob(control, set) {
  const label = make("label", { textContent: control.label });
  let show;
  const row = make("div", { className: "lab-knob" }, label);
  const name = (element) => {
    element.id = label.htmlFor = `lab-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
    return element;
  };
  if (control.kind === "Toggle") {
    const box = name(make("input", { type: "checkbox", onchange: () => set(box.checked) }));
    row.classList.add("lab-toggle");
    row.prepend(box);
    show = (value) => { box.checked = value; };
  } else if (control.kind === "Choice") {
    const options = control.options.map((each) => make("option", { textContent: each }));
    const menu = name(make("select", { onchange: () => set(menu.selectedIndex) }, ...options));
    row.append(menu);
    show = (value) => { menu.selectedIndex = value; };
  } else {
    const { low, high, step, log, value: first, color } = control;
    row.classList.toggle("lab-coloured", color !== "");
    row.style.setProperty("--lab-colour", color);
    const within = (value) => Math.min(high, Math.max(low, value));
    const part = (value) => (log ? Math.log((value - low + 4) / 4) / Math.log((high - low + 4) / 4) : (value - low) / (high - low));
    const meant = (place) => (log ? low - 4 + 4 * ((high - low + 4) / 4) ** place : low + place * (high - low));
    const box = name(make("input", { type: "number", min: low, max: high, step }));
    const track = make("input", { type: "range", min: 0, max: TRACK, step: "any", ariaLabel: `${control.label}, slider` });
    const tick = make("span", { className: "lab-mark", title: `At first: ${first}` });
    tick.style.left = `calc(8px + ${part(first)} * (100% - 16px))`;
    let now = first;
    let typing = false; // what is half typed is not written over
    show = (value) => {
      now = value;
      if (!typing) box.value = value;
      track.value = TRACK * part(value);
      track.ariaValueText = value;
    };
    const change = (value) => {
      const before = now;
      typing = false;
      if (value !== before) set(value); // first: to show it takes a while
      show(value);
    };
    const take = () => {
      const typed = Number(box.value);
      change(box.value !== "" && Number.isFinite(typed) ? within(Math.round(typed)) : now);
    };
    track.addEventListener("input", () => {
      const value = within(low + step * Math.round((meant(track.value / TRACK) - low) / step));
      if (value !== now) change(value); // else the thumb stays where the hand is
    });
    box.addEventListener("input", () => { typing = true; });
    box.addEventListener("blur", () => { typing = false; });
    box.addEventListener("change", take);
    row.addEventListener("keydown", (event) => {
      const inText = event.target === box && ["ArrowLeft", "ArrowRight"].includes(event.key);
      if (event.target === box && event.key === "Enter") take();
      if (!(event.key in KEYS) || inText || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      change(within(now + step * KEYS[event.key] * (event.shiftKey ? 10 : 1)));
    });
    row.append(box, make("div", { className: "lab-track" }, track, tick));
  }
  return { row, show };
}

function render({ model, el }) {
  const fixed = model.get("fixed");

  // What is sent.
  const waiting = [];
  let underWay = false;
  let slow = 0;
  const watch = (message) => { if (message.kind !== "room") slow ||= setTimeout(() => { dead.hidden = false; }, SLOW); };
  const post = () => {
    if (underWay || !waiting.length) return;
    underWay = true;
    watch(waiting[0]);
    model.send(waiting.shift());
  };
  const send = (message) => {
    const last = waiting.at(-1);
    const kinds = message.kind === "release" ? ["pull"] : [message.kind]; // a release holds the last pull
    if (last && kinds.includes(last.kind) && last.name === message.name && message.kind !== "press") waiting.pop();
    waiting.push(message);
    watch(message);
    post();
  };

  // What is shown.
  const image = make("canvas", { className: "lab-image", role: "img" }); // half of what an <img> takes
  const photos = model.get("photos").map(() => make("canvas", { className: "lab-photo", ariaHidden: "true" }));
  const whyNot = make("p", { className: "lab-why-not", hidden: true, role: "alert" });
  const hint = make("p", { className: "lab-grip", textContent: "\u00a0", ariaHidden: "true" });
  const dead = make("p", { className: "lab-dead", hidden: true, role: "alert", textContent: "No answer from Python: it is busy, or was restarted. If restarted, run this cell again." });
  const words = make("p", { className: "lab-words", role: "status", ariaLive: "polite" });
  const call = make("code");
  const code = make("code");
  const copy = make("button", { type: "button", className: "lab-copy", textContent: "Copy", title: "Copy the code for this setting" });
  const listing = make("details", { className: "lab-code" }, make("summary", { textContent: "Keras code" }), copy, make("pre", {}, code));

  const knobs = new Map(fixed.controls.map((control) => [control.name, knob(control, (value) => send({ kind: "set", name: control.name, value }))]));
  const rows = [...knobs.values()].map((each) => each.row);
  const more = make("details", { className: "lab-more" }, make("summary", { textContent: "More" }), ...rows.slice(fixed.leading));
  const button = (textContent, message, className = "") => make("button", { type: "button", className, textContent, onclick: () => send(message) });
  const presets = fixed.presets.map((name) => button(name, { kind: "preset", name }));
  const choices = make("div", { className: "lab-presets", role: "group", ariaLabel: "Presets" }, ...presets, button("Reset", { kind: "reset" }, "lab-reset"));
  const column = make("div", { className: "lab-knobs" }, ...rows.slice(0, fixed.leading));
  if (rows.length > fixed.leading) column.append(more);
  const frame = make("div", { className: "lab-frame" }, image, ...photos);
  const picture = make("div", { className: "lab-picture" }, frame, hint, whyNot, dead);
  const body = make("div", { className: "lab-body" }, column, picture);
  if (!rows.length) body.classList.add("lab-alone");
  const parts = [make("div", { className: "lab-title", textContent: fixed.title }), make("p", { className: "lab-hint", textContent: fixed.hint }), choices, body, words, make("p", { className: "lab-call" }, call), listing];
  el.classList.add("lab-explorer");
  el.append(make("div", { className: "lab-inner" }, ...parts));
  // JupyterLab takes arrow keys for itself unless an element says otherwise.
  for (const each of el.querySelectorAll("input, select")) each.setAttribute("data-lm-suppress-shortcuts", "true");
  // The picture that stands still is for saved notebooks. Where a style sheet hides it, see there; Colab has
  // a frame for each cell.
  if (globalThis.google?.colab) for (const still of document.querySelectorAll(".lab-still")) still.hidden = true;

  // What the kernel says.
  let newest = 0;
  let drawn;
  const showPicture = () => { drawn = draw().catch(console.error); };
  const draw = async () => {
    const number = ++newest;
    const bytes = model.get("picture");
    const bitmap = await decoded(bytes);
    if (number !== newest) return;
    const { width, height } = bitmap;
    if (image.width !== width || image.height !== height) Object.assign(image, { width, height });
    const part = (length, whole) => `${(100 * length) / whole}%`;
    model.get("photos").forEach(([x0, y0, x1, y1], which) => {
      const [left, top, right, bottom] = [width * x0, height * y0, width * x1, height * y1].map(Math.round);
      const [wide, high] = [right - left, bottom - top];
      const photo = Object.assign(photos[which], { width: wide, height: high });
      Object.assign(photo.style, { left: part(left, width), top: part(top, height), width: part(wide, width), height: part(high, height) });
      photo.getContext("2d").drawImage(bitmap, left, top, wide, high, 0, 0, wide, high);
    });
    image.getContext("bitmaprenderer").transferFromImageBitmap(bitmap);
    image.bytes = bytes;
    image.dataset.number = number;
  };
  const showWords = async () => {
    await null; // until all that has changed is known
    await drawn; // else the page would be drawn twice
    const said = model.get("said");
    frame.style.maxWidth = `${said.size[0]}px`;
    image.style.aspectRatio = said.size.join(" / ");
    image.ariaLabel = words.textContent = said.words;
    whyNot.textContent = said.why_not;
    whyNot.hidden = !said.why_not;
    call.textContent = said.call;
    code.textContent = said.code;
    listing.hidden = !said.code;
    for (const button of presets) button.ariaPressed = button.textContent === said.preset;
  };
  const showValues = () => {
    if (waiting.some((each) => each.kind === "set")) return; // the hand is further than this
    const values = model.get("values");
    for (const [name, each] of knobs) each.show(values[name]);
  };
  const heard = () => {
    underWay = false;
    slow = clearTimeout(slow);
    dead.hidden = true;
    showValues(); // also where nothing changed: what was refused goes back
    post();
  };
  const listeners = { "change:picture": showPicture, "change:said": showWords, "change:values": showValues, "change:heard": heard };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  showPicture();
  showWords();
  showValues();

  // A page with little room gets another drawing.
  let room = 0;
  const rooms = new ResizeObserver(() => {
    const width = 10 * Math.floor(picture.clientWidth / 10);
    if (width && width !== room) send({ kind: "room", width: (room = width) });
  });
  rooms.observe(picture);

  // Hands on the picture.
  let taken = null;
  const place = (event) => {
    const box = image.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: 1 - (event.clientY - box.top) / box.height };
  };
  const under = ({ x, y }) => model.get("handles").findLastIndex(([x0, y0, x1, y1]) => x0 <= x && x <= x1 && y0 <= y && y <= y1);
  const look = (number) => {
    const [hintText, cursor] = number < 0 ? ["\u00a0", "default"] : model.get("handles")[number].slice(4);
    image.style.cursor = cursor;
    hint.textContent = hintText;
  };
  image.addEventListener("pointerdown", (event) => {
    const at = place(event);
    const handle = under(at);
    if (handle < 0 || event.button !== 0) return;
    event.preventDefault();
    image.setPointerCapture(event.pointerId);
    look(handle);
    taken = { handle, at, last: at, moved: false };
    send({ kind: "press", handle, ...at });
  });
  image.addEventListener("pointermove", (event) => {
    const at = place(event);
    if (!taken) return look(under(at));
    const far = Math.hypot((at.x - taken.at.x) * image.clientWidth, (at.y - taken.at.y) * image.clientHeight);
    taken.moved ||= far > 2;
    taken.last = at;
    if (taken.moved) send({ kind: "pull", handle: taken.handle, ...at });
  });
  const release = (event) => {
    if (!taken) return;
    send({ kind: "release", handle: taken.handle, pulled: taken.moved, ...taken.last });
    taken = null;
    look(under(place(event)));
  };
  image.addEventListener("pointerup", release);
  image.addEventListener("pointercancel", release);
  image.addEventListener("pointerleave", () => { if (!taken) look(-1); });
  // A finger on a handle pulls it; anywhere else it scrolls the page.
  image.addEventListener("touchstart", (event) => { if (under(place(event.touches[0])) >= 0) event.preventDefault(); }, { passive: false });

  copy.onclick = () => {
    getSelection().selectAllChildren(code); // also for a server reached by plain HTTP, or a frame of Colab's
    const done = document.execCommand("copy");
    getSelection().removeAllRanges();
    copy.textContent = done ? "Copied" : "Not copied";
    setTimeout(() => { copy.textContent = "Copy"; }, 1500);
  };

  return () => {
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
    clearTimeout(slow);
    rooms.disconnect();
  };
}

export default { render };
