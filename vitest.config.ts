import { defineConfig } from "vitest/config";

// Tests import the compiled code (#dbops/...), so that forked children, `bin/` and the tests run the same files.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    globalSetup: ["test/support/global-setup.ts"],
  },
});
