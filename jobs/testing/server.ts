// biome-ignore lint/style/noRestrictedImports: tests of jobs need a server that they may stop, and starting servers is bin's work.
import { startEmbedded } from "@/bin/embedded-postgres";
// biome-ignore lint/style/noRestrictedImports: as above.
import { startThrowaway } from "@/bin/throwaway-postgres";

export type SecondServer = AsyncDisposable & {
  controlUrl: string;
  tenantsUrl: string;
  adminUrl: string;
  /** Ends it. `immediate` is what a crash looks like. */
  down(mode?: "fast" | "immediate"): Promise<void>;
  /** Starts it again, at the same address and with the same data. */
  up(): Promise<void>;
};

/** A PostgreSQL beside the one that all tests share, to be stopped and started. */
export async function secondServer(): Promise<SecondServer> {
  const { dataDir, controlUrl, tenantsUrl, adminUrl, stop } = await startThrowaway();
  const running = () => startEmbedded({ dataDir, throwaway: true });
  return {
    controlUrl,
    tenantsUrl,
    adminUrl,
    down: async (mode = "fast") => (await running()).stop(mode),
    async up() {
      await running();
    },
    [Symbol.asyncDispose]: () => stop(),
  };
}
