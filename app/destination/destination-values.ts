import type { Destination, DestinationTest } from "@/app/trpc/types";

type Kind = Destination["kind"];

const fields = {
  local: ["folder"],
  s3: ["endpoint", "region", "bucket", "prefix", "accessKeyId", "secretAccessKey"],
  telegram: ["botToken", "chatId", "apiUrl"],
} satisfies Record<Kind, string[]>;

const megabyte = 1_000_000;

/**
 * What the form says of a destination of this kind, as the procedures want it. A secret that is left empty stays as it was,
 * and so does any other field whose default the server knows.
 */
export function readDestinationForm(data: FormData, kind: Kind): DestinationTest {
  const text = (name: string) => String(data.get(name) ?? "").trim();
  const given = fields[kind].flatMap((name): [string, string | null][] => {
    const value = text(name);
    if (value !== "") return [[name, value]];
    if (name === "endpoint") return [[name, null]];
    return name === "prefix" ? [[name, ""]] : [];
  });
  const bytes = (name: string) => (text(name) === "" ? undefined : Math.round(Number(text(name)) * megabyte));
  return {
    kind,
    ...Object.fromEntries(given),
    ...(kind === "s3" ? { pathStyle: data.get("addressing") !== "host" } : {}),
    ...(kind === "telegram" ? { uploadMaxBytes: bytes("uploadMax"), downloadMaxBytes: bytes("downloadMax") } : {}),
  };
}

/** For a field in megabytes. */
export const inMegabytes = (bytes: number): number => bytes / megabyte;
