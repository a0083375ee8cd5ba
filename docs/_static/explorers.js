// Makes the explorers of a page answer, without a kernel: all their states were drawn beforehand.
//
// A state is the first picture with the pixels that differ laid over it. All states are fetched at once, when
// the explorer comes near the window, so that pulling needs no network. Each is drawn twice, the second time for
// a narrow page; photographs lie over the picture once more, as they keep their colours on a dark page.

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

async function wake(section) {
  const narrow = matchMedia(section.querySelector("source").media);
  const drawn = async () => (await fetch(`${section.dataset.states}-${narrow.matches ? "narrow" : "wide"}.json`)).json();
  let { knobs, start, handles, states } = await drawn();
  const frame = section.querySelector(".sheet");
  const prints = [...frame.children];
  const words = section.querySelector("[role=status]");
  const first = frame.querySelector("img");
  const at = [...start];
  const shows = [];
  let over;

  const number = () => at.reduce((sum, step, knob) => sum * knobs[knob][1].length + step, 0);
  const show = async () => {
    const { change, words: text } = states[number()];
    shows.forEach((each, knob) => each(at[knob]));
    words.textContent = first.alt = text;
    const layers = change.length ? prints.map(() => make("img", { className: "change", alt: "", draggable: false })) : [];
    over = layers;
    const [x, y, width, height, data] = change;
    await Promise.all(layers.map((layer) => {
      layer.style = `left:${100 * x}%;top:${100 * y}%;width:${100 * width}%;height:${100 * height}%`;
      layer.src = `data:image/webp;base64,${data}`;
      return layer.decode().catch(() => null);
    }));
    if (over !== layers) return; // the hand is further than this
    for (const old of frame.querySelectorAll(".change")) old.remove();
    layers.forEach((layer, place) => prints[place].append(layer));
  };
  const set = (knob, step) => {
    if (step === at[knob]) return;
    at[knob] = step;
    show();
  };

  knobs.forEach(([label, steps], knob) => {
    const said = make("output");
    const track = make("input", { type: "range", min: 0, max: steps.length - 1, step: 1 });
    track.addEventListener("input", () => set(knob, Number(track.value)));
    shows.push((step) => {
      track.value = step;
      track.setAttribute("aria-valuetext", steps[step]);
      said.textContent = steps[step];
    });
    frame.before(make("label", { className: "knob" }, make("span", { textContent: label }), track, said));
  });

  // A hand on the picture: the state whose handle is nearest.
  let held = -1;
  const place = (event) => {
    const box = first.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
  };
  const under = ([x, y]) => states[number()].handles.findIndex(([x0, y0, x1, y1]) => x0 <= x && x <= x1 && y0 <= y && y <= y1);
  const follow = ([x, y]) => {
    const knob = handles[held][1];
    const here = at[knob];
    const far = knobs[knob][1].map((_, step) => {
      at[knob] = step;
      const [x0, y0, x1, y1] = states[number()].handles[held];
      return Math.hypot((x0 + x1) / 2 - x, ((y0 + y1) / 2 - y) / 3);
    });
    at[knob] = here;
    set(knob, far.indexOf(Math.min(...far)));
  };
  frame.addEventListener("pointerdown", (event) => {
    held = under(place(event));
    if (held < 0) return;
    event.preventDefault();
    frame.setPointerCapture(event.pointerId);
  });
  frame.addEventListener("pointermove", (event) => {
    if (held >= 0) follow(place(event));
    const touched = held >= 0 ? held : under(place(event));
    frame.style.cursor = touched >= 0 ? "grab" : "";
    frame.title = touched >= 0 ? handles[touched][0] : "";
  });
  for (const event of ["pointerup", "pointercancel"]) frame.addEventListener(event, () => { held = -1; });
  frame.addEventListener("touchstart", (event) => { if (under(place(event.touches[0])) >= 0) event.preventDefault(); }, { passive: false });
  narrow.addEventListener("change", async () => {
    ({ states } = await drawn());
    show();
  });
  show();
  section.dataset.awake = "";
}

const near = new IntersectionObserver((seen) => {
  for (const { isIntersecting, target } of seen) if (isIntersecting) { near.unobserve(target); wake(target); }
}, { rootMargin: "400px" });
for (const section of document.querySelectorAll("[data-states]")) near.observe(section);

// The theme's arrows that unfold the pages below a page have no name.
for (const summary of document.querySelectorAll(".bd-links summary")) {
  summary.setAttribute("aria-label", `Pages below: ${summary.closest("li").querySelector("a").textContent}`);
}
