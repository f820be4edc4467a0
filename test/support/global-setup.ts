import type { TestProject } from "vitest/node";
import { requireFreshBundle } from "./fresh-bundle.js";
import { startCluster } from "./postgres-cluster.js";
import { requireStockPrograms } from "./stock-programs.js";

declare module "vitest" {
  interface ProvidedContext {
    /** The superuser's URL of the cluster that all tests share. */
    readonly postgresUrl: string;
    readonly postgresSocketDir: string;
    readonly postgresBinDir: string;
  }
}

/** One throw-away cluster for the whole test run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  requireFreshBundle();
  await requireStockPrograms();
  const cluster = await startCluster();
  project.provide("postgresUrl", cluster.superuserUrl);
  project.provide("postgresSocketDir", cluster.socketDir);
  project.provide("postgresBinDir", cluster.binDir);
  return cluster.stop;
}
