import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const COMPRESSED = /\.(js|css|svg)$/;
const GZIP_OS_BYTE = 9;
const GZIP_OS_UNKNOWN = 255;

/** Writes `<asset>.gz` beside each asset, the same bytes on every system. */
function precompressed(): Plugin {
  return {
    name: "precompressed",
    apply: "build",
    writeBundle(options) {
      const assets = join(options.dir ?? "", "assets");
      for (const name of readdirSync(assets).filter((file) => COMPRESSED.test(file))) {
        const packed = gzipSync(readFileSync(join(assets, name)), { level: 9 });
        // gzip notes the system that packed it; a build shall not depend on that.
        packed[GZIP_OS_BYTE] = GZIP_OS_UNKNOWN;
        writeFileSync(join(assets, `${name}.gz`), packed);
      }
    },
  };
}

export default defineConfig({
  base: "/console/",
  plugins: [react(), tailwindcss(), precompressed()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "../agent_sdk/ui/static",
    emptyOutDir: true,
    assetsDir: "assets",
    assetsInlineLimit: 0,
    // Every browser that knows what the console needs preloads modules by itself.
    modulePreload: { polyfill: false },
    target: "es2022",
  },
  server: { port: 5173, proxy: { "/v1": "http://127.0.0.1:8000" } },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
  },
});
