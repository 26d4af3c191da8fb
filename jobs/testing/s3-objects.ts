import { createHash, randomUUID } from "node:crypto";

export type Stored = { bytes: Buffer; tag: string; metadata: Record<string, string>; at?: Date };
export type Unfinished = { key: string; began: Date; metadata: Record<string, string>; parts: Map<number, Stored> };

export type Asked = {
  method: string;
  key: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  body: Buffer;
};
export type Answer = { status: number; headers?: Record<string, string>; body?: Buffer | string };

/** What a bucket holds, in memory. */
export type Contents = { objects: Map<string, Stored>; uploads: Map<string, Unfinished> };

/** The smallest that S3 takes of a part that is not the last. */
const smallestPart = 5 * 1024 * 1024;

const md5 = (bytes: Buffer) => createHash("md5").update(bytes).digest();
const stored = (bytes: Buffer, metadata: Record<string, string> = {}): Stored => ({
  bytes,
  tag: md5(bytes).toString("hex"),
  metadata,
});
export const escaped = (text: string) => text.replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`);
export const xml = (body: string): Answer => ({ status: 200, headers: { "Content-Type": "application/xml" }, body });
export const no = (status: number, code: string): Answer => ({
  status,
  // Who follows it wherever it leads, follows it there.
  headers: { "Content-Type": "application/xml", ...(status < 400 && { Location: "http://169.254.169.254/" }) },
  body: `<Error><Code>${code}</Code><Message>${code} it is</Message></Error>`,
});
const metadataOf = (headers: Asked["headers"]) =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (/^x-amz-meta-/.test(name) ? [[name, value ?? ""]] : [])),
  );
const isOtherSum = ({ headers, body }: Asked) =>
  headers["content-md5"] !== undefined && headers["content-md5"] !== md5(body).toString("base64");
const tagged = ({ tag }: Stored): Answer => ({ status: 200, headers: { ETag: `"${tag}"` } });

export function putObject({ objects }: Contents, asked: Asked): Answer {
  if (isOtherSum(asked)) return no(400, "BadDigest");
  if (asked.headers["if-none-match"] === "*" && objects.has(asked.key)) return no(412, "PreconditionFailed");
  const object = stored(asked.body, metadataOf(asked.headers));
  objects.set(asked.key, object);
  return tagged(object);
}

export function createUpload({ uploads }: Contents, { key, headers }: Asked): Answer {
  const id = randomUUID();
  uploads.set(id, { key, began: new Date(), metadata: metadataOf(headers), parts: new Map() });
  return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
}

export function putPart({ uploads }: Contents, asked: Asked): Answer {
  const upload = uploads.get(asked.query.get("uploadId") ?? "");
  const number = Number(asked.query.get("partNumber"));
  if (!upload) return no(404, "NoSuchUpload");
  if (number < 1 || number > 10_000) return no(400, "InvalidArgument");
  if (isOtherSum(asked)) return no(400, "BadDigest");
  const part = stored(asked.body);
  upload.parts.set(number, part);
  return tagged(part);
}

export function completeUpload({ objects, uploads }: Contents, { key, query, headers, body }: Asked): Answer {
  const id = query.get("uploadId") ?? "";
  const upload = uploads.get(id);
  if (!upload) return no(404, "NoSuchUpload");
  if (headers["if-none-match"] === "*" && objects.has(key)) return no(412, "PreconditionFailed");
  const parts: Stored[] = [];
  for (const [, each = ""] of body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)) {
    const part = upload.parts.get(Number(/<PartNumber>(\d+)/.exec(each)?.[1]));
    if (!part || !each.includes(part.tag)) return no(400, "InvalidPart");
    parts.push(part);
  }
  if (parts.slice(0, -1).some(({ bytes }) => bytes.length < smallestPart)) return no(400, "EntityTooSmall");
  const tag = `${md5(Buffer.concat(parts.map((part) => Buffer.from(part.tag, "hex")))).toString("hex")}-${parts.length}`;
  objects.set(key, { bytes: Buffer.concat(parts.map(({ bytes }) => bytes)), tag, metadata: upload.metadata });
  uploads.delete(id);
  return xml(`<CompleteMultipartUploadResult><ETag>"${tag}"</ETag></CompleteMultipartUploadResult>`);
}

export function getObject({ objects }: Contents, { key, headers, query }: Asked): Answer {
  const object = objects.get(key);
  if (!object) return no(404, "NoSuchKey");
  if (headers["if-match"] && headers["if-match"].replaceAll('"', "") !== object.tag)
    return no(412, "PreconditionFailed");
  const disposition = query.get("response-content-disposition");
  const about = {
    ETag: `"${object.tag}"`,
    ...object.metadata,
    ...(disposition && { "Content-Disposition": disposition }),
  };
  const size = object.bytes.length;
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "") ?? [];
  if (from === undefined) return { status: 200, headers: about, body: object.bytes };
  const start = Number(from);
  const end = Math.min(size, to ? Number(to) + 1 : size);
  if (start >= end) return no(416, "InvalidRange");
  const range = { "Content-Range": `bytes ${start}-${end - 1}/${size}` };
  return { status: 206, headers: { ...about, ...range }, body: object.bytes.subarray(start, end) };
}

/** A page of two, so that there are several. */
export function listObjects({ objects }: Contents, { query }: Asked): Answer {
  const after = query.get("continuation-token") ?? "";
  const found = [...objects].filter(([key]) => key.startsWith(query.get("prefix") ?? "") && key > after).sort();
  const page = found.slice(0, 2);
  const rows = page.map(
    ([key, { bytes, at = new Date() }]) =>
      `<Contents><Key>${escaped(key)}</Key><Size>${bytes.length}</Size><LastModified>${at.toISOString()}</LastModified></Contents>`,
  );
  const next =
    found.length > 2 ? `<NextContinuationToken>${escaped(page.at(-1)?.[0] ?? "")}</NextContinuationToken>` : "";
  const isCut = `<IsTruncated>${found.length > 2}</IsTruncated>`;
  return xml(`<ListBucketResult>${rows.join("")}${isCut}${next}</ListBucketResult>`);
}

export function listParts({ uploads }: Contents, { query }: Asked): Answer {
  const upload = uploads.get(query.get("uploadId") ?? "");
  if (!upload) return no(404, "NoSuchUpload");
  const after = Number(query.get("part-number-marker"));
  const [next, ...more] = [...upload.parts].filter(([number]) => number > after).sort(([a], [b]) => a - b);
  const row = next
    ? `<Part><PartNumber>${next[0]}</PartNumber><LastModified>${(next[1].at ?? upload.began).toISOString()}</LastModified></Part>`
    : "";
  // One a page.
  return xml(
    `<ListPartsResult>${row}<IsTruncated>${more.length > 0}</IsTruncated><NextPartNumberMarker>${next?.[0]}</NextPartNumberMarker></ListPartsResult>`,
  );
}

export function listUploads({ uploads }: Contents, { query }: Asked): Answer {
  const rows = [...uploads]
    .filter(([, { key }]) => key.startsWith(query.get("prefix") ?? ""))
    .map(
      ([id, { key, began }]) =>
        `<Upload><Key>${escaped(key)}</Key><UploadId>${id}</UploadId><Initiated>${began.toISOString()}</Initiated></Upload>`,
    );
  return xml(
    `<ListMultipartUploadsResult>${rows.join("")}<IsTruncated>false</IsTruncated></ListMultipartUploadsResult>`,
  );
}
