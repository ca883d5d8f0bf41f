/** Ends the build when the first load (the page's own script, the view it opens with, what both import, their styles) outgrows its budget. */

import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

export type Built = Readonly<Record<string, { code: string; imports: readonly string[]; entry: boolean; css: readonly string[] }>>;

/** Bytes, gzipped, of everything that has to arrive before the first paint. */
export function firstLoad(built: Built, texts: Readonly<Record<string, string>>): number {
  const wanted = new Set<string>();
  const visit = (name: string): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    for (const next of built[name]?.imports ?? []) visit(next);
  };
  for (const [name, chunk] of Object.entries(built)) if (chunk.entry) visit(name);
  const css = new Set([...wanted].flatMap((name) => built[name]?.css ?? []));
  const parts = [...[...wanted].map((name) => built[name]?.code ?? ""), ...[...css].map((name) => texts[name] ?? "")];
  return parts.reduce((sum, part) => sum + gzipSync(part).length, 0);
}

/** `first`: the view that is opened first; it is loaded later than the page by a moment, and counts all the same. */
export function budget(bytes: number, first: string): Plugin {
  return {
    name: "budget",
    apply: "build",
    writeBundle(_options, bundle) {
      const built: Record<string, Built[string]> = {};
      const texts: Record<string, string> = {};
      for (const [name, part] of Object.entries(bundle)) {
        if (part.type === "asset") {
          if (typeof part.source === "string") texts[name] = part.source;
          else texts[name] = Buffer.from(part.source).toString();
          continue;
        }
        const meta = part as typeof part & { viteMetadata?: { importedCss: Set<string> } };
        built[name] = {
          code: part.code,
          imports: part.imports,
          entry: part.isEntry || part.name === first,
          css: [...(meta.viteMetadata?.importedCss ?? [])],
        };
      }
      const size = firstLoad(built, texts);
      if (size > bytes) this.error(`The first load has ${size} bytes gzipped, more than its ${bytes}: load something of it later.`);
      this.info(`first load: ${(size / 1000).toFixed(1)} kB gzipped of ${bytes / 1000} kB`);
    },
  };
}
