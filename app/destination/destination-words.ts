import type { Destination } from "@/app/trpc/types";

export const kindWords = {
  local: { name: "Folder", about: "On another disk, or a network share that is mounted." },
  s3: { name: "S3", about: "A bucket of Amazon, MinIO, Cloudflare, Hetzner …" },
  telegram: { name: "Telegram", about: "A chat that a bot writes to. Large files go in parts." },
} as const satisfies Record<Destination["kind"], { name: string; about: string }>;

/** A setting that may be shown, as text. */
const shown = ({ settings }: Pick<Destination, "settings">, name: string): string => {
  const value = (settings as Record<string, unknown>)[name];
  return typeof value === "string" ? value : "";
};

/** Where it is, in a line: `s3://bucket/prefix`, a folder, a chat. */
export function placeOf(destination: Pick<Destination, "kind" | "settings">): string {
  const of = (name: string) => shown(destination, name);
  switch (destination.kind) {
    case "local":
      return of("folder");
    case "s3":
      return `s3://${[of("bucket"), of("prefix")].filter(Boolean).join("/")}`;
    case "telegram":
      return `chat ${of("chatId")}`;
  }
}
