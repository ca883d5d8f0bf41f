/** Lays a `.br` and a `.gz` beside each built file, so the hub packs nothing while somebody waits. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const PACKABLE = /\.(js|css|svg|json|html|wasm)$/;
/** Below this many bytes the headers cost more than packing saves. */
const WORTH_IT = 1024;

export function pack(folder: string): Plugin {
  return {
    name: "pack",
    apply: "build",
    enforce: "post",
    closeBundle() {
      for (const name of readdirSync(folder)) {
        const path = join(folder, name);
        const content = PACKABLE.test(name) ? readFileSync(path) : Buffer.alloc(0);
        if (content.length < WORTH_IT) continue;
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
        writeFileSync(`${path}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
      }
    },
  };
}
