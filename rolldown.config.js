import { isAbsolute } from "node:path";
import { defineConfig } from "rolldown";

/** The program and the children that it forks; they find each other by name, so all lie in one folder. */
const PROCESSES = [
  "dist/main.js",
  "dist/drivers/sqlite/worker.js",
  "dist/drivers/sqlite/load-process.js",
  "dist/drivers/sqlite/look-process.js",
  "dist/drivers/sqlite/ask-process.js",
  "dist/drivers/sqlite/copy/row-process.js",
];

// A start reads as few files as it can: docs/adr/0005-the-program-is-bundled.md. Packages stay packages.
export default defineConfig({
  input: PROCESSES,
  platform: "node",
  external: (id) => !id.startsWith(".") && !isAbsolute(id),
  output: { dir: "bundle", format: "es", cleanDir: true, chunkFileNames: "[name].js" },
});
