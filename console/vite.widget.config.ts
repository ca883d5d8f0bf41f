import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";
import { pack } from "./making/pack.ts";

const WIDGET_BYTES = 25_000;

/** Ends the build when what a shop's page has to load outgrows its budget. */
function small(bytes: number): Plugin {
  return {
    name: "small",
    apply: "build",
    writeBundle(_options, bundle) {
      const parts = Object.values(bundle).map((part) => (part.type === "chunk" ? part.code : part.source));
      const size = parts.reduce((sum, part) => sum + gzipSync(part).length, 0);
      if (size > bytes) this.error(`The widget has ${size} bytes gzipped, more than its ${bytes}.`);
      this.info(`widget: ${(size / 1000).toFixed(1)} kB gzipped of ${bytes / 1000} kB`);
    },
  };
}

export default defineConfig({
  plugins: [small(WIDGET_BYTES), pack(fileURLToPath(new URL("./dist", import.meta.url)))],
  build: {
    outDir: "dist",
    emptyOutDir: false,
    // Shops' customers come with older phones than our agents.
    target: ["es2022", "safari16", "chrome107", "firefox107"],
    reportCompressedSize: false,
    lib: { entry: "widget/main.ts", formats: ["iife"], name: "omnihubWidget", fileName: () => "widget.js" },
  },
});
