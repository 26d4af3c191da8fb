import type { IncomingMessage } from "node:http";
import { AppError } from "@/db/errors";
import { isJson } from "@/server/same-origin";

/** Bodies of the REST API are small; files go other ways. */
const maxBodyBytes = 1024 * 1024;

/** The JSON object that came as the body; undefined when there is no body. Throws for any other body. */
export async function readBody(
  request: IncomingMessage,
  headers: Headers,
): Promise<Record<string, unknown> | undefined> {
  if (Number(headers.get("content-length") ?? 0) > maxBodyBytes) throw tooLarge();
  const text = await readText(request);
  if (text === "") return undefined;
  if (!isJson(headers)) throw new AppError("UNSUPPORTED_MEDIA_TYPE", "Send the body as application/json.");
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") throw new AppError("UNSUPPORTED_MEDIA_TYPE", "Send the body without Content-Encoding.");
  const value = parse(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new AppError("VALIDATION_ERROR", "The body must be a JSON object.");
}

/** The body as text. Throws PAYLOAD_TOO_LARGE. */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("VALIDATION_ERROR", "The body is not valid JSON.");
  }
}

const tooLarge = () =>
  new AppError("PAYLOAD_TOO_LARGE", `The body is larger than the ${maxBodyBytes} bytes that are allowed.`);
