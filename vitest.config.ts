import { defineConfig } from "vitest/config";

// Tests import the compiled code (#dbops/...), so that forked children, `bin/` and the tests run the same files.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    // One more than the two cores that this is made for: tests wait for programs and servers about a third of their time.
    maxWorkers: 3,
    // dbops keeps no state in its modules: files that share a process load it once.
    isolate: false,
    // Node itself runs it, as it does for users; only the tests are transformed.
    server: { deps: { external: [/\/dist\/.*\.js$/] } },
    // For a slow or busy machine: nothing but a hang comes near it.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    globalSetup: ["test/support/global-setup.ts"],
  },
});
