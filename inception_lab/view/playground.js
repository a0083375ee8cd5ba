// Draws the wall of cards, and above an open explorer the way to the others.
//
// Cards get their pictures one at a time, while the wall is in sight, so that an explorer opens at once. Only
// the page that Voilà serves has an address to itself: there it follows the explorer, and back goes back.

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

function render({ model, el }) {
  const cards = model.get("cards");
  const own = "voila" in document.body.dataset;
  const pictures = new Map();
  const links = new Map();
  let waiting = cards.map((card) => card.name);
  let asked = false;
  let late;

  const open = (query) => {
    el.setAttribute("aria-busy", "true");
    model.send({ kind: "open", query });
  };
  const go = (name) => {
    const query = name && `?explorer=${name}`;
    clearTimeout(late);
    if (own) history.pushState(null, "", query || location.pathname);
    open(query);
  };
  const next = () => {
    if (asked || model.get("opened") || !waiting.length) return;
    asked = true;
    model.send({ kind: "picture", name: waiting[0] });
  };

  const list = make("ul", { className: "lab-cards" });
  for (const { name, title, question } of cards) {
    const picture = make("img", { className: "lab-card-picture", alt: "" });
    const link = make("a", { className: "lab-card", href: `?explorer=${name}` }, picture, make("b", { textContent: title }), make("span", { textContent: question }));
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      go(name);
    });
    pictures.set(name, picture);
    links.set(name, link);
    list.append(make("li", {}, link));
  }
  const wrong = make("p", { className: "lab-wrong" });
  wrong.setAttribute("role", "alert");
  const all = make("button", { type: "button", textContent: "All explorers" });
  const before = make("button", { type: "button" });
  const after = make("button", { type: "button" });
  const question = make("p", { className: "lab-question" });
  const way = make("nav", { className: "lab-way" }, all, before, after, question);
  way.setAttribute("aria-label", "Explorers");
  el.classList.add("lab-wall");
  el.append(wrong, way, list);

  let here = "";
  const beside = (step) => cards[(cards.findIndex((card) => card.name === here) + step + cards.length) % cards.length];
  all.addEventListener("click", () => go(""));
  before.addEventListener("click", () => go(beside(-1).name));
  after.addEventListener("click", () => go(beside(1).name));

  const show = () => {
    const left = here;
    here = model.get("opened");
    el.removeAttribute("aria-busy");
    el.toggleAttribute("data-opened", Boolean(here));
    way.hidden = !here;
    list.hidden = Boolean(here);
    if (here) {
      before.textContent = `‹ ${beside(-1).title}`;
      after.textContent = `${beside(1).title} ›`;
      question.textContent = beside(0).question;
    } else {
      links.get(left)?.focus();
      next();
    }
    if (left !== here) el.scrollIntoView({ block: here ? "start" : "nearest" });
  };
  const say = () => {
    wrong.textContent = model.get("wrong");
    wrong.hidden = !wrong.textContent;
  };
  const follow = () => {
    clearTimeout(late);
    const query = model.get("address");
    if (own) late = setTimeout(() => { if (model.get("opened")) history.replaceState(null, "", query); }, 300);
  };
  const picture = ({ name, photos }, [data]) => {
    asked = false;
    waiting = waiting.filter((each) => each !== name);
    const image = pictures.get(name);
    image.src = URL.createObjectURL(new Blob([data], { type: "image/webp" }));
    next();
    // Photographs keep their colours on a dark page: they are laid over the picture once more.
    if (photos.length) image.decode().then(() => {
      const shape = image.naturalWidth / image.naturalHeight * (124 / 280); // beside the card's
      const inset = (part, share) => `${50 + (100 * part - 50) * Math.min(1, share)}%`;
      for (const [x0, y0, x1, y1] of photos) {
        const photo = make("img", { className: "lab-card-picture lab-card-photo", alt: "", src: image.src });
        photo.style.clipPath = `inset(${inset(y0, 1 / shape)} ${inset(1 - x1, shape)} ${inset(1 - y1, 1 / shape)} ${inset(x0, shape)})`;
        image.after(photo);
      }
    });
  };
  const back = () => open(location.search);
  const listeners = { "change:opened": show, "change:wrong": say, "change:address": follow, "msg:custom": picture };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  if (own) addEventListener("popstate", back);
  show();
  say();
  if (own && location.search.includes("explorer=")) back();
  return () => {
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
    removeEventListener("popstate", back);
  };
}

export default { render };
