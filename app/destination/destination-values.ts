import type { Destination, DestinationTest } from "@/app/trpc/types";

type Kind = Destination["kind"];

const fields = {
  local: ["folder"],
  s3: ["endpoint", "region", "bucket", "prefix", "accessKeyId", "secretAccessKey"],
  telegram: ["botToken", "chatId", "apiUrl"],
} satisfies Record<Kind, string[]>;

const megabyte = 1_000_000;

/** What a field means that is left empty, as its placeholder says. */
const usualValues: Record<string, string | null> = {
  endpoint: null,
  region: "us-east-1",
  prefix: "",
  apiUrl: "https://api.telegram.org",
};

/** What the form says of a destination of this kind, as the procedures want it. A secret that is left empty stays as it was. */
export function readDestinationForm(data: FormData, kind: Kind): DestinationTest {
  const text = (name: string) => String(data.get(name) ?? "").trim();
  const given = fields[kind].flatMap((name): [string, string | null][] => {
    const value = text(name);
    if (value !== "") return [[name, value]];
    const usual = usualValues[name];
    return usual === undefined ? [] : [[name, usual]];
  });
  const bytes = (name: string, usual: number) =>
    Math.round((text(name) === "" ? usual : Number(text(name))) * megabyte);
  return {
    kind,
    ...Object.fromEntries(given),
    ...(kind === "s3" ? { pathStyle: data.get("addressing") !== "host" } : {}),
    ...(kind === "telegram"
      ? { uploadMaxBytes: bytes("uploadMax", 50), downloadMaxBytes: bytes("downloadMax", 20) }
      : {}),
  };
}

/** For a field in megabytes. */
export const inMegabytes = (bytes: number): number => bytes / megabyte;
