import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { LoginForm } from "@/app/login/login-form";
import { safeNextPath } from "@/app/login/next-path";
import { currentUser } from "@/app/trpc/server";
import { Logo } from "@/app/ui/logo";
import { Notice } from "@/app/ui/notice";

export const metadata: Metadata = { title: "Sign in" };

type Props = { searchParams: Promise<{ next?: string | string[]; changed?: string }> };

export default async function LoginPage({ searchParams }: Props) {
  const { next, changed } = await searchParams;
  const target = safeNextPath(typeof next === "string" ? next : null);
  if (await currentUser()) redirect(target);
  return (
    <main className="flex min-h-dvh items-center justify-center bg-sunken px-5 py-10">
      <div className="flex w-full max-w-sm flex-col gap-5 rounded border border-line bg-raised p-6">
        <div className="flex items-center gap-2.5">
          <Logo />
          <h1 className="font-semibold text-xl">Sign in to Coffer</h1>
        </div>
        {changed !== undefined && <Notice>Your password was changed. Sign in with the new one.</Notice>}
        <LoginForm next={target} />
      </div>
    </main>
  );
}
