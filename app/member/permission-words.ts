import type { Permission } from "@/app/trpc/types";

const about: Record<Permission, { name: string; about: string }> = {
  export: { name: "Export", about: "Makes backups, and cancels and retries exports." },
  import: { name: "Import", about: "Loads rows into the project's tables." },
  restore: { name: "Restore", about: "Brings backups back into the project." },
  manage: { name: "Manage", about: "Renames the project, deletes backups, adds and removes members." },
};

const order: Permission[] = ["export", "import", "restore", "manage"];

export const permissions = order.map((value) => ({ value, ...about[value] }));

/** `Export, Manage`; who holds none can still look. */
export const permissionNames = (held: Permission[]): string =>
  permissions
    .filter(({ value }) => held.includes(value))
    .map(({ name }) => name)
    .join(", ") || "View only";

/** Nobody can give what they do not have; what somebody holds already can stay. */
export const ticksFor = (mine: Permission[], held: Permission[]) =>
  permissions.map((permission) => ({
    ...permission,
    disabled: !mine.includes(permission.value) && !held.includes(permission.value),
  }));

/** What is ticked in a form of these. */
export function readPermissions(data: FormData): Permission[] {
  const ticked = data.getAll("permissions");
  return order.filter((permission) => ticked.includes(permission));
}
