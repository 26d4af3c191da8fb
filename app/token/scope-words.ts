import type { TokenScope } from "@/app/trpc/types";

const about: Record<TokenScope, { name: string; about: string }> = {
  read: { name: "Read", about: "Sees projects, backups and jobs, and downloads backups." },
  export: { name: "Export", about: "Starts exports, cancels them and retries them." },
  import: { name: "Import", about: "Loads data into projects." },
  restore: { name: "Restore", about: "Brings backups back into projects." },
  manage: { name: "Manage", about: "Changes everything else: projects, members, backups, tokens." },
};

const order: TokenScope[] = ["read", "export", "import", "restore", "manage"];

export const scopes = order.map((value) => ({ value, ...about[value] }));

export const defaultScopes: TokenScope[] = ["read", "export"];

/** `Read, Export` */
export const scopeNames = (held: TokenScope[]): string =>
  scopes
    .filter(({ value }) => held.includes(value))
    .map(({ name }) => name)
    .join(", ");
