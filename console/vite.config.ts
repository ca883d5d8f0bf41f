import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { budget } from "./making/budget.ts";
import { layers } from "./making/layers.ts";
import { pack } from "./making/pack.ts";

const FIRST_LOAD_BYTES = 200_000;

export default defineConfig({
  plugins: [
    react(),
    layers(["tokens", "base", "components", "views"]),
    budget(FIRST_LOAD_BYTES, "Inbox"),
    pack(fileURLToPath(new URL("./dist/assets", import.meta.url))),
  ],
  build: {
    outDir: "dist",
    target: "es2023",
    // Browsers that know light-dark(): what would be written for older ones is longer than all else.
    cssTarget: ["chrome123", "firefox121", "safari17.5"],
    // Data addresses in styles and scripts are outside of what the page's security policy allows.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // `npm run dev` beside a running hub: the screens from here, everything else from there.
  server: { proxy: { "/api": { target: "http://127.0.0.1:8080", ws: true }, "/v1": "http://127.0.0.1:8080" } },
});
