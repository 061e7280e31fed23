import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  logLevel: "error", // its libraries are written for servers that render, too, and each file's note of that is no news
  build: { target: "es2022", assetsInlineLimit: 0, chunkSizeWarningLimit: 4000 },
});
