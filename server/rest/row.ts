import { type AnyTRPCProcedure, callTRPCProcedure, type inferProcedureOutput } from "@trpc/server";
import { z } from "zod";
import type { ErrorCode } from "@/db/errors";
import type { TokenScope } from "@/db/schema";
import type { LimitName } from "@/server/rate-limit";
import type { Casing } from "@/server/rest/wire";
import { type AppRouter, appRouter } from "@/server/root";
import type { Context } from "@/server/trpc";

type Nouns = AppRouter["_def"]["record"];

/** A procedure's name, e.g. `job.getStatus`. */
export type ProcedureName = { [N in keyof Nouns & string]: `${N}.${keyof Nouns[N] & string}` }[keyof Nouns & string];

type At<O, K> = K extends keyof O ? O[K] : never;
type ProcedureAt<P extends ProcedureName> = P extends `${infer N}.${infer V}` ? At<At<Nouns, N>, V> : never;

/** What a procedure gives, before it becomes JSON. */
export type OutputOf<P extends ProcedureName> =
  ProcedureAt<P> extends AnyTRPCProcedure ? inferProcedureOutput<ProcedureAt<P>> : never;

/** What a row gets to know of the request besides what its procedure gave. */
export type Asked = {
  input: Record<string, unknown>;
  /** Calls another procedure in the caller's name. */
  call<P extends ProcedureName>(name: P, input: unknown): Promise<OutputOf<P>>;
  /** Waits for the end of a job as long as `Prefer: wait=N` (RFC 7240) asks for; not at all without it. Gives whether it has waited. */
  wait(jobId: string): Promise<boolean>;
  /** The address as it was asked for. */
  url: URL;
};

type Headers = Record<string, string>;

/** Without a status it is the row's own; any other is one of `otherwise`. */
export type Answer<T> =
  | { body: T; status?: undefined; headers?: Headers }
  | { body: unknown; status: number; headers?: Headers };

type Common = {
  method: "GET" | "POST" | "DELETE";
  /** With parameters in braces, e.g. `/api/jobs/{job_id}`. */
  path: string;
  /** The operationId. */
  id: string;
  tag: string;
  /** One line. */
  summary: string;
  description?: string;
  /** Of the answer that is given when all goes well. */
  status: number;
  /** What can go wrong beyond what can go wrong everywhere. */
  errors?: ErrorCode[];
};

/** An operation that a procedure carries out. The procedure's own input is the only check. */
export type Row<P extends ProcedureName = ProcedureName, O extends z.ZodType = z.ZodType> = Common & {
  procedure: P;
  casing: Casing;
  /** Names in the path that differ from the procedure's, e.g. `{ toolId: "projectId" }`. */
  rename?: Record<string, string>;
  /** Path parameters that take a uuid only, where the procedure also takes a slug. */
  uuids?: string[];
  /** Fields of the procedure that callers of this row cannot give, with what the procedure gets instead. */
  fixed?: Record<string, unknown>;
  /** What a field is when it is left out, where that is not what the procedure says. */
  defaults?: Record<string, unknown>;
  /** What a name that callers give, in their casing, stands for; undefined for one that is no alias. */
  alias?(name: string): string | undefined;
  /** Fields of a body that may come in the query as well. */
  alsoInQuery?: string[];
  /** Codes that have another name here. */
  codes?: Partial<Record<ErrorCode, ErrorCode>>;
  /** Nobody has to be signed in. */
  open?: boolean;
  /** The input may be left out altogether. */
  optionalBody?: boolean;
  idempotent?: boolean;
  /** Takes `Prefer: wait=N`. A number is how long it waits without that, in seconds. */
  waits?: boolean | number;
  /** Takes a file of rows: as a form, as text in `data`, or as the `file_id` of one that was uploaded before. */
  takesFile?: boolean;
  output: O;
  /** The procedure's answer in the form of `output`. */
  present(result: OutputOf<P>, asked: Asked): Answer<z.input<O>> | Promise<Answer<z.input<O>>>;
  /** Other answers than the one of `status`. */
  otherwise?: { status: number; description: string; output: z.ZodType }[];
  /** Headers of the answer, with what they say. */
  headers?: Record<string, string>;
  example?: { body?: unknown; answer?: unknown };
};

/** An operation that is served elsewhere, since its answer is no JSON or needs no procedure. It is here for the document. */
export type Stream = Common & {
  open?: boolean;
  parameters: { path?: z.ZodObject; query?: z.ZodObject; header?: z.ZodObject };
  /** What is sent as JSON; it may be left out. */
  body?: z.ZodObject;
  /** The type of a body that is a file. */
  requestBody?: string;
  content: Record<string, z.ZodType>;
  otherwise?: { status: number; description: string }[];
  headers?: Record<string, string>;
};

/** Makes a row; its types follow from the name of the procedure. */
export const row = <P extends ProcedureName, O extends z.ZodType>(definition: Row<P, O>): Row =>
  definition as unknown as Row;

type Definition = {
  type: "query" | "mutation";
  inputs: unknown[];
  meta?: { scope?: TokenScope | TokenScope[]; limit?: LimitName };
};

/** tRPC keeps these with each procedure, but not in its types. */
const definitionOf = (name: ProcedureName) =>
  (appRouter._def.procedures as unknown as Record<string, { _def: Definition }>)[name]?._def;

/** The procedure's input, as its own checks have it. */
export function inputOf(name: ProcedureName): z.ZodObject {
  const schemas = definitionOf(name)?.inputs ?? [];
  const shapes = schemas.map((schema) => (schema instanceof z.ZodObject ? schema.shape : {}));
  return z.strictObject(Object.assign({}, ...shapes));
}

export const limitOf = (name: ProcedureName) => definitionOf(name)?.meta?.limit;

/** Calls a procedure as tRPC does, checks and all. */
export async function callProcedure<P extends ProcedureName>(ctx: Context, name: P, input: unknown) {
  const type = definitionOf(name)?.type ?? "query";
  const getRawInput = async () => input;
  const call = { router: appRouter, path: name, getRawInput, ctx, type, signal: undefined, batchIndex: 0 };
  return (await callTRPCProcedure(call)) as OutputOf<P>;
}
