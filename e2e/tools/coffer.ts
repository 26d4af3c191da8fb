import { createTRPCClient, httpLink, type TRPCClient } from "@trpc/client";
import postgres from "postgres";
import { readState } from "@/bin/embedded-state";
import type { Place } from "@/e2e/tools/installation";
import { type SessionState, sessionCookie } from "@/e2e/tools/session";
import type { AppRouter } from "@/server/root";

export type Api = TRPCClient<AppRouter>;

/** What the setup tells the tests. */
export type Announced = Place & {
  adminState: SessionState;
  /** Where the mails are that it has sent. */
  mailbox: string;
};

const variable = "COFFER_E2E";

/** Workers begin with the environment of the process that did the setup. */
export function announce(announced: Announced): void {
  process.env[variable] = JSON.stringify(announced);
}

export const announced = (): Announced => JSON.parse(process.env[variable] ?? "");

/** A Coffer that runs, seen from behind: a superuser at its own database and at that of its tenants. */
export type Coffer = Place & {
  control: postgres.Sql;
  tenants: postgres.Sql;
  /** The address of a database of its server; for a superuser, or for the role that owns the tenants. */
  addressOf: (database: string, role?: "admin" | "tenants") => URL;
  /** The procedures, in the name of whoever has signed in. */
  api: (session: SessionState) => Api;
  close: () => Promise<void>;
};

export async function connectTo(place: Place): Promise<Coffer> {
  const state = await readState(place.dataDir);
  if (!state?.port) throw new Error("the server's address is not known");
  const { port, passwords } = state;
  const addressOf = (database: string, role: "admin" | "tenants" = "admin") =>
    new URL(`postgres://coffer_${role}:${passwords[role]}@127.0.0.1:${port}/${encodeURIComponent(database)}`);
  const [control, tenants] = ["coffer", "tenants"].map((database) => connect(addressOf(database)));
  if (!control || !tenants) throw new Error("unreachable");
  return {
    ...place,
    control,
    tenants,
    addressOf,
    api: (session) => apiOf(place.url, sessionCookie(session)),
    close: async () => void (await Promise.all([control.end({ timeout: 5 }), tenants.end({ timeout: 5 })])),
  };
}

export const connect = (address: URL): postgres.Sql =>
  postgres(address.href, { max: 4, onnotice: () => {}, connection: { application_name: "e2e" } });

export function apiOf(url: string, cookie: string): Api {
  return createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/api/trpc`, headers: { cookie } })] });
}
