import type { Api, Coffer } from "@/e2e/tools/coffer";
import { jobWhen } from "@/e2e/tools/exports";
import { addTenant, type Tenant } from "@/e2e/tools/tenant";

/** A project that refers to a table of another schema, whose rows a proof by restore has to read. */
export async function addReferringTenant(coffer: Coffer, api: Api, name?: string): Promise<Tenant> {
  const tenant = await addTenant(coffer, api, { name, tables: ["bookings", "guests", "rooms"], megabytesEach: 2 });
  const { schema } = tenant;
  await coffer.tenants.begin(async (tx) => {
    await tx.unsafe("set local role coffer_tenants");
    await tx.unsafe(`create schema ${schema}_shared; create table ${schema}_shared.countries (code text primary key)`);
    await tx.unsafe(`alter table ${schema}.guests add column country text references ${schema}_shared.countries`);
  });
  return tenant;
}

/** Starts a verification that stands still in its middle until it is let go. */
export async function holdVerification(
  { tenants }: Coffer,
  api: Api,
  { backupId, schema }: { backupId: string; schema: string },
): Promise<{ jobId: string; go: () => Promise<void> }> {
  const [locked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding = tenants.begin(async (tx) => {
    await tx.unsafe(`lock table ${schema}_shared.countries`);
    locked.resolve();
    await released.promise;
  });
  await locked.promise;
  const { jobId } = await api.proof.start.mutate({ backupId, level: "restore" });
  await jobWhen(api, jobId, (job) => job.currentStep === "Making a scratch database");
  const go = async () => {
    released.resolve();
    await holding;
  };
  return { jobId, go };
}
