// Builds into a temporary folder and holds what a visitor loads against the budget, in gzip bytes.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const FIRST_LOAD_MAX_BYTES = 170_000;
const ROUTE_EXTRA_MAX_BYTES = 60_000;

const outDir = mkdtempSync(join(tmpdir(), "console-size-"));
let tooBig = false;
try {
  await build({ logLevel: "warn", build: { outDir, emptyOutDir: true, manifest: true } });
  const manifest = JSON.parse(readFileSync(join(outDir, ".vite/manifest.json"), "utf8"));

  /** A chunk with all that it imports statically. */
  const reach = (key, seen = new Set()) => {
    if (seen.has(key)) return seen;
    seen.add(key);
    for (const imported of manifest[key].imports ?? []) reach(imported, seen);
    return seen;
  };
  const weigh = (keys) =>
    [...keys]
      .map((key) => manifest[key].file)
      .filter((file) => file.endsWith(".js"))
      .reduce((sum, file) => sum + gzipSync(readFileSync(join(outDir, file)), { level: 9 }).length, 0);
  const report = (name, bytes, max) => {
    const over = bytes > max;
    tooBig ||= over;
    console.log(
      `${over ? "OVER " : "ok   "} ${(bytes / 1000).toFixed(1).padStart(6)} / ${max / 1000} kB  ${name}`,
    );
  };

  const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
  const first = reach(entry);
  report("first load", weigh(first), FIRST_LOAD_MAX_BYTES);
  for (const key of Object.keys(manifest)
    .filter((name) => manifest[name].isDynamicEntry)
    .sort()) {
    report(key, weigh([...reach(key)].filter((name) => !first.has(name))), ROUTE_EXTRA_MAX_BYTES);
  }
} finally {
  rmSync(outDir, { recursive: true, force: true });
}
process.exit(tooBig ? 1 : 0);
