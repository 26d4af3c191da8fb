import "server-only";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { headers } from "next/headers";
import { notFound } from "next/navigation";
import { cache } from "react";
import { makeQueryClient } from "@/app/trpc/query-client";
import { toAppError } from "@/server/problem";
import { appRouter } from "@/server/root";
import { createContext } from "@/server/trpc";

const requestContext = cache(async () => createContext(await headers()));

/** Whoever asks for this page; null when nobody is signed in. */
export const currentUser = async () => (await requestContext()).user;

/** The cache that this request fills and hands to the browser. */
export const getQueryClient = cache(() => makeQueryClient());

/** Calls procedures without HTTP, in the name of whoever asks for this page. */
export const trpc = createTRPCOptionsProxy({ router: appRouter, ctx: requestContext, queryClient: getQueryClient });

/** Waits for all of them. One that fails is asked again by the browser, where its error can be shown with a way on. */
export async function prefetch(...queries: Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(queries);
}

/** Like `prefetch`, for the thing that the page is about: one that does not exist is the not-found page. */
export async function prefetchSubject(query: Promise<unknown>): Promise<void> {
  try {
    await query;
  } catch (error) {
    if (toAppError(error).code.endsWith("_NOT_FOUND")) notFound();
  }
}
