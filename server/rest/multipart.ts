import type { IncomingMessage } from "node:http";
import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import { AppError } from "@/db/errors";
import { shown } from "@/jobs/data-file/refusal";
import { jobsEnv } from "@/jobs/env";
import type { DataFile } from "@/server/data-file/keep";
import { receiveDataFile } from "@/server/data-file/upload";
import type { Importer } from "@/server/importer";
import { beImpatient, requireFilename, requireSize } from "@/server/receive-file";

/** What a form has brought: its fields, and the data file that its rows have become. */
export type Form = { fields: Map<string, string>; file: { id: string; filename: string } | null };

export type FormOptions = {
  headers: Headers;
  importer: Importer;
  /** Named in the address: then it is known before the form is read. */
  projectRef: string | null;
};

const mostFields = 50;
const fieldBytes = 64 * 1024;
/** What is around the file: the other fields, and their headers. */
const aroundMb = 5;

/**
 * Reads a form (multipart/form-data): `file`, or `data` as text, goes straight to disk and becomes a data file of the project
 * that the address names, or the field `project_id`. A file that comes before that field is dropped unless the caller may
 * import there. Throws for what is no form, and for one that is too large.
 */
export async function receiveForm(request: IncomingMessage, options: FormOptions): Promise<Form> {
  const { headers, importer, projectRef } = options;
  const type = headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\s*;/i.test(type))
    throw new AppError("UNSUPPORTED_MEDIA_TYPE", "Send a form: multipart/form-data with the file as `file`.");
  requireSize(headers, jobsEnv().IMPORT_MAX_MB + aroundMb);
  if (projectRef !== null) await importer.into(projectRef);
  const form = reader(type);
  const release = beImpatient(request);
  try {
    return await read({ request, form, options });
  } finally {
    release();
    request.unpipe(form);
    form.destroy();
  }
}

function reader(type: string): BusboyInstance {
  try {
    return new Busboy({
      headers: { "content-type": type },
      isPartAFile: (field, _type, filename) => field === "file" || field === "data" || filename !== undefined,
      limits: { fields: mostFields, fieldSize: fieldBytes, files: 1, parts: mostFields + 1, headerPairs: 20 },
    });
  } catch {
    throw unreadable();
  }
}

const unreadable = () => new AppError("VALIDATION_ERROR", "The form cannot be read: it is cut off or malformed.");

type Reading = { request: IncomingMessage; form: BusboyInstance; options: FormOptions };

async function read({ request, form, options }: Reading): Promise<Form> {
  const fields = new Map<string, string>();
  const end = Promise.withResolvers<void>();
  end.promise.catch(() => {});
  let arriving: { stream: BusboyFileStream; file: Promise<DataFile> } | null = null;
  const stop = (error: unknown) => {
    end.reject(error);
    arriving?.stream.destroy();
  };
  const fail = (error: unknown) => stop(error instanceof AppError ? error : unreadable());
  form.on("field", (name, value, ...[nameIsCut, valueIsCut]) => {
    if (nameIsCut || valueIsCut) fail(wrong(`The field ${shown(name)} is longer than 64 kB.`));
    else if (fields.has(name)) fail(wrong(`The form has ${shown(name)} twice.`));
    else fields.set(name, value);
  });
  form.on("file", (name, stream, filename) => {
    // A form that ends within the file tells this stream, too.
    stream.on("error", fail);
    if (name !== "file" && name !== "data")
      return fail(wrong(`The form may have one file, as \`file\`: not ${shown(name)}.`));
    const arrival = { stream, filename: name === "data" ? "data" : (filename ?? "data"), fields, end: end.promise };
    arriving = { stream, file: receive(arrival, options) };
    arriving.file.catch(stop);
  });
  for (const limit of ["fieldsLimit", "partsLimit"] as const)
    form.on(limit, () => fail(wrong(`The form has more than ${mostFields} fields.`)));
  form.on("filesLimit", () => fail(wrong("The form has more than one of `file` and `data`.")));
  form.on("error", fail);
  form.on("finish", end.resolve);
  request.on("close", () => request.complete || fail(wrong("The form did not arrive as a whole.")));
  request.on("error", fail);
  request.pipe(form);
  return settled({ end: end.promise, fields, arriving: () => arriving?.file ?? null });
}

type Settling = { end: Promise<void>; fields: Form["fields"]; arriving: () => Promise<DataFile> | null };

/** Nothing of a form that has failed is left when that is told. */
async function settled({ end, fields, arriving }: Settling): Promise<Form> {
  try {
    await end;
  } catch (error) {
    await arriving()?.catch(() => {});
    throw error;
  }
  const file = await arriving();
  return { fields, file: file && { id: file.id, filename: file.filename } };
}

const wrong = (message: string) => new AppError("VALIDATION_ERROR", message);

type Arrival = { stream: BusboyFileStream; filename: string; fields: Form["fields"]; end: Promise<void> };

/** Writes the file down. Its project may be known only after it. */
async function receive({ stream, filename, fields, end }: Arrival, { importer, projectRef }: FormOptions) {
  const safeName = requireFilename(filename);
  const ref = () => projectRef ?? fields.get("project_id") ?? null;
  let project = ref() === null ? null : await importer.into(ref());
  async function* content(): AsyncGenerator<Buffer> {
    // Whoever stops reading has a reason of their own, which is to be told.
    yield* stream.iterator({ destroyOnReturn: false });
    await end;
    project ??= await importer.into(ref());
  }
  return receiveDataFile(content(), () => {
    if (!project) throw new Error("a file has arrived before its project");
    return { filename: safeName, projectId: project.id, origin: importer.origin };
  });
}
