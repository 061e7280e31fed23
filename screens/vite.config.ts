import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

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

export default defineConfig({
  base: "/screens/",
  plugins: [worker()],
  build: {
    target: "es2022",
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
