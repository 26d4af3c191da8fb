import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@/": `${import.meta.dirname}/` } },
  test: {
    include: ["{bin,db,jobs,server,app}/**/*.test.{ts,tsx}"],
    globalSetup: ["bin/vitest-setup.ts"],
    // Real processes and a real PostgreSQL, on a machine that may be slow.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
