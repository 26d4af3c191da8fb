import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@/": `${import.meta.dirname}/` } },
  test: {
    include: ["{bin,db,jobs,server,app}/**/*.test.{ts,tsx}"],
    globalSetup: ["bin/vitest-setup.ts"],
    // Real processes and a real PostgreSQL, on a machine that may be slow.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Much of their time goes into waiting: for a lease that runs out, for a server that is away.
    maxWorkers: 4,
    // Drizzle is hundreds of modules. In one file they load several times as fast, which every test file does anew.
    deps: {
      optimizer: {
        ssr: {
          enabled: true,
          include: [
            "drizzle-orm",
            "drizzle-orm/pg-core",
            "drizzle-orm/postgres-js",
            "drizzle-orm/postgres-js/migrator",
          ],
        },
      },
    },
  },
});
