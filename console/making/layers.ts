/** Says the order of the style layers at the head of every built style: which file a browser reads first is chance. */

import type { Plugin } from "vite";

export function layers(names: readonly string[]): Plugin {
  return {
    name: "layers",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      for (const part of Object.values(bundle))
        if (part.type === "asset" && part.fileName.endsWith(".css")) part.source = `@layer ${names.join(",")};${part.source}`;
    },
  };
}
