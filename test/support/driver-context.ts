import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DriverContext } from "#dbops/drivers/driver.js";
import { systemClock } from "#dbops/lib/core/clock.js";
import { randomIds } from "#dbops/lib/core/ids.js";
import { silentProgress } from "#dbops/lib/core/progress.js";
import { ChildRegistry } from "#dbops/lib/system/child-registry.js";

export interface TestContext extends AsyncDisposable {
  readonly context: DriverContext;
  readonly abort: AbortController;
  readonly children: ChildRegistry;
  /** What was said while working. */
  readonly notices: string[];
  readonly workDir: string;
  /** A folder for throw-away servers that the server's user can enter. */
  readonly scratchDir: string;
}

/** A driver context of its own, with a work folder that is removed afterwards. */
export async function testContext(overrides: Partial<DriverContext> = {}): Promise<TestContext> {
  const workDir = await mkdtemp(join(tmpdir(), "dbops-test-"));
  const scratchDir = await mkdtemp(join(tmpdir(), "dbops-scratch-"));
  await chmod(scratchDir, 0o755);
  const children = new ChildRegistry();
  const abort = new AbortController();
  const notices: string[] = [];
  const say = (message: string): void => void notices.push(message);
  const context: DriverContext = {
    env: { PATH: process.env.PATH, HOME: workDir },
    clock: systemClock,
    ids: randomIds,
    run: `t${randomIds.hex(6)}`,
    signal: abort.signal,
    progress: { ...silentProgress, warn: say, note: say },
    children,
    secret: () => undefined,
    workDir: async () => workDir,
    connectTimeoutMs: 5000,
    lockTimeoutMs: 5000,
    ...overrides,
  };
  return {
    context,
    abort,
    children,
    notices,
    workDir,
    scratchDir,
    async [Symbol.asyncDispose]() {
      await children[Symbol.asyncDispose]();
      await rm(workDir, { recursive: true, force: true });
      await rm(scratchDir, { recursive: true, force: true });
    },
  };
}
