// Builds into a temporary folder and holds what a visitor loads against the budget, in gzip bytes.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const FIRST_LOAD_MAX_BYTES = 170_000;
const LAZY_MAX_BYTES = 60_000;

/** Lazy parts of which a page always loads one with itself: they are weighed together. All else is weighed alone. */
const ALWAYS_WITH = {
  "src/pages/run/index.tsx": ["src/pages/run/ThreadView.tsx"],
  "src/pages/session/index.tsx": ["src/pages/session/messages.tsx"],
  "src/pages/trace/index.tsx": ["conversation", "tree", "waterfall", "events", "json", "replay"].map(
    (tab) => `src/pages/trace/${tab}.tsx`,
  ),
};

const outDir = mkdtempSync(join(tmpdir(), "console-size-"));
let isTooBig = false;
try {
  await build({ logLevel: "warn", build: { outDir, emptyOutDir: true, manifest: true } });
  const manifest = JSON.parse(readFileSync(join(outDir, ".vite/manifest.json"), "utf8"));

  /** Chunks with all that they import statically. */
  const reach = (keys, seen = new Set()) => {
    for (const key of keys) {
      if (seen.has(key)) continue;
      if (!manifest[key]) throw new Error(`The build has no ${key}.`);
      seen.add(key);
      reach(manifest[key].imports ?? [], seen);
    }
    return seen;
  };
  const weigh = (keys) =>
    [...keys]
      .map((key) => manifest[key].file)
      .filter((file) => file.endsWith(".js"))
      .reduce((sum, file) => sum + gzipSync(readFileSync(join(outDir, file)), { level: 9 }).length, 0);
  const report = (name, bytes, max) => {
    const isOver = bytes > max;
    isTooBig ||= isOver;
    const sizes = `${(bytes / 1000).toFixed(1).padStart(6)} / ${max / 1000} kB`;
    console.log(`${isOver ? "OVER " : "ok   "} ${sizes}  ${name}`);
  };

  const first = reach(Object.keys(manifest).filter((key) => manifest[key].isEntry));
  report("first load", weigh(first), FIRST_LOAD_MAX_BYTES);
  const weighed = new Set(Object.values(ALWAYS_WITH).flat());
  const lazy = Object.keys(manifest).filter((key) => manifest[key].isDynamicEntry && !weighed.has(key));
  const loads = lazy.sort().flatMap((key) => ALWAYS_WITH[key]?.map((part) => [key, part]) ?? [[key]]);
  for (const parts of loads) {
    const own = [...reach(parts)].filter((name) => !first.has(name));
    report(parts.join(" + "), weigh(own), LAZY_MAX_BYTES);
  }
} finally {
  rmSync(outDir, { recursive: true, force: true });
}
process.exit(isTooBig ? 1 : 0);
