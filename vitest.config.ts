import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@/": `${import.meta.dirname}/` } },
  test: {
    include: ["{bin,db,jobs,server,app}/**/*.test.{ts,tsx}"],
    globalSetup: ["bin/vitest-setup.ts"],
    // Real processes and a real PostgreSQL, on a machine that may be slow.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Much of their time goes into waiting: for a lease that runs out, for a server that is away.
    maxWorkers: 4,
  },
});
