import type { Connection, NewDatabase } from "@/app/trpc/types";

export const sslModes = [
  { value: "prefer", label: "TLS if the server offers it" },
  { value: "require", label: "TLS always" },
  { value: "verify-full", label: "TLS always, with a certificate that is checked" },
  { value: "disable", label: "None" },
] as const satisfies readonly { value: NonNullable<Connection["ssl"]>; label: string }[];

/** What the form says, as the procedures want it. */
export function readConnectForm(data: FormData): NewDatabase {
  const text = (name: string) => String(data.get(name) ?? "");
  return {
    name: text("name").trim(),
    connection: {
      host: text("host").trim(),
      port: Number(text("port")),
      user: text("user").trim(),
      password: text("password"),
      database: text("database").trim(),
      ssl: sslModes.find(({ value }) => value === data.get("ssl"))?.value ?? "prefer",
    },
  };
}
