import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { LoginForm } from "@/app/login/login-form";
import { safeNextPath } from "@/app/login/next-path";
import { OtherWays } from "@/app/login/other-ways";
import { signInError } from "@/app/login/sign-in-error";
import { currentUser } from "@/app/trpc/server";
import { CardPage } from "@/app/ui/card-page";
import { Notice } from "@/app/ui/notice";
import { type PageQuery, queryOf } from "@/app/ui/page-query";
import { otherWays } from "@/server/auth";

export const metadata: Metadata = { title: "Sign in" };

export default async function LoginPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const query = queryOf(await searchParams);
  const next = safeNextPath(query.get("next"));
  if (await currentUser()) redirect(next);
  // Nothing else of them is for the browser.
  const ways = otherWays().map(({ id, name }) => ({ id, name }));
  const error = signInError(query.get("error") ?? undefined);
  return (
    <CardPage title="Sign in to Coffer">
      {query.has("changed") && <Notice>Your password was changed. Sign in with the new one.</Notice>}
      <LoginForm next={next} email={query.get("email") ?? ""} error={error} />
      {ways.length > 0 && <OtherWays ways={ways} next={next} />}
    </CardPage>
  );
}
