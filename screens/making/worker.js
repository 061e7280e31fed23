// The shell of the screens, kept for outages. Pages come from the server while it answers, else from here; files that
// carry their content's hash in their name come from here first. Data is not kept here: pages keep their last frames.

const FILES = [/* files */];
const PATIENCE = 4000; // milliseconds a page waits for the server before the kept one is shown
const KEPT = `leitai-${FILES.join(" ")}`;
const WHATEVER = { ignoreVary: true }; // the same file however it was asked for
const base = new URL("./", self.location.href);
const pages = new Map(
  FILES.filter((name) => name.endsWith(".html")).map((name) => {
    const page = name === "index.html" ? "" : name.slice(0, -5);
    return [new URL(page, base).pathname, new URL(page, base).href];
  }),
);

self.addEventListener("install", (event) => {
  const wanted = [...pages.values(), ...FILES.filter((name) => !name.endsWith(".html")).map((name) => new URL(name, base).href)];
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(wanted)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = async () => {
    for (const name of await caches.keys()) if (name.startsWith("leitai-") && name !== KEPT) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(old());
});

async function page(request, kept) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const answer = await fetch(request, { signal: patience.signal });
    if (answer.status < 500) return answer;
  } catch {
    // no server: what is kept is shown
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
    event.respondWith(caches.match(request, WHATEVER).then((found) => found ?? fetch(request)));
  }
});
