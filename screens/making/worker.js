// The shell of the screens, kept for outages. Pages come from the server while it
// answers itself, else from here; files that
// carry their content's hash in their name come from here first. Data is not kept here: pages keep their last frames.

const FILES = [/* files */];
const PATIENCE = 4000; // milliseconds a page waits for the server before the kept one is shown
const WHATEVER = { ignoreVary: true }; // the same file however it was asked for
const base = new URL("./", self.location.href);
const OWN = `leitai-${base.pathname}`; // another server of this host, below another path, keeps its own
const KEPT = `${OWN} ${FILES.join(" ")}`;
const pages = new Map(
  FILES.filter((name) => name.endsWith(".html")).map((name) => {
    const page = name === "index.html" ? "" : name.slice(0, -5);
    return [new URL(page, base).pathname, new URL(page, base).href];
  }),
);

// A proxy in between may answer with an error, a redirect or a page of its own, even with status 200: app/screens.py marks
// what is ours.
const own = (answer) => answer.ok && !answer.redirected && answer.headers.get("x-leitai") === "screens";

// A file of the server's own; from beyond the browser's cache where that holds somebody else's answer. Throws without.
async function fetched(url, options) {
  for (const cache of ["default", "reload"]) {
    const answer = await fetch(url, { ...options, cache });
    if (own(answer)) return answer;
  }
  throw new Error(`${url}: not the server's own answer`);
}

self.addEventListener("install", (event) => {
  const wanted = [...pages.values(), ...FILES.filter((name) => !name.endsWith(".html")).map((name) => new URL(name, base).href)];
  const keep = async () => {
    const answers = await Promise.all(wanted.map((url) => fetched(url)));
    const cache = await caches.open(KEPT);
    await Promise.all(wanted.map((url, index) => cache.put(url, answers[index])));
    await self.skipWaiting();
  };
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  const old = async () => {
    for (const name of await caches.keys()) if ((name.startsWith(`${OWN} `) || /^leitai-[^/]/.test(name)) && name !== KEPT) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(old());
});

// Whether all that a newer page is made of is here: it must not be shown while a part of it can't be had.
async function whole(text, options) {
  for (const [, name] of text.matchAll(/ (?:src|href)="([^"]*\/assets\/[^"]+)"/g)) {
    const url = new URL(name, base).href;
    if (await caches.match(url, WHATEVER)) continue;
    await (await caches.open(KEPT)).put(url, await fetched(url, options));
  }
}

async function page(request, kept) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const answer = await fetch(request, { signal: patience.signal });
    if (own(answer)) {
      await whole(await answer.clone().text(), { signal: patience.signal });
      return answer;
    }
  } catch {
    // no server, or not all of a page: what is kept is shown
  } finally {
    clearTimeout(timer);
  }
  return (await caches.match(kept, WHATEVER)) ?? Response.error();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) return;
  const kept = pages.get(url.pathname);
  if (request.mode === "navigate" && kept) event.respondWith(page(request, kept));
  else if (url.pathname.startsWith(new URL("assets/", base).pathname)) {
    event.respondWith(caches.match(request, WHATEVER).then((found) => found ?? fetched(request.url)));
  }
});
