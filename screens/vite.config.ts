import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { OLDEST } from "./making/oldest.mjs";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const pages = ["index", "leaderboard", "desk"];

/** The service worker, with the names of all that this build made: a screen that is reloaded in an outage still shows. */
function worker(): Plugin {
  return {
    name: "worker",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const made = Object.keys(bundle).filter((name) => !name.endsWith(".map")).sort();
        const text = readFileSync(here("making/worker.js"), "utf8");
        this.emitFile({ type: "asset", fileName: "worker.js", source: text.replace("[/* files */]", JSON.stringify(made)) });
      },
    },
  };
}

/** The script that stands before all others, and tells old browsers that they are too old. */
function first(): Plugin {
  const source = readFileSync(here("making/first.js"), "utf8").replace(/\/\* chromium \*\//g, String(OLDEST.chromium));
  const fileName = `assets/first-${createHash("sha256").update(source).digest("hex").slice(0, 8)}.js`;
  return {
    name: "first",
    apply: "build",
    generateBundle() {
      this.emitFile({ type: "asset", fileName, source });
    },
    transformIndexHtml: (html) => html.replace("<title>", `<script src="${base}${fileName}"></script>\n    <title>`),
  };
}

const base = "./"; // whatever path the server is below

export default defineConfig({
  base,
  plugins: [first(), worker()],
  build: {
    target: `chrome${OLDEST.chromium}`,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: Object.fromEntries(pages.map((page) => [page, here(`${page}.html`)])),
      // What pages share is one file: a screen's first scene counts its requests.
      output: { codeSplitting: { groups: [{ name: "shared", minShareCount: 2 }] } },
    },
  },
  server: { proxy: { "/graphql": { target: "http://127.0.0.1:8000", ws: true, changeOrigin: false } } },
});
