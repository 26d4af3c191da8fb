import type { ReactNode } from "react";
import { JobDialogSlot } from "@/app/job/job-dialog-slot";
import { JobWatcher } from "@/app/job/job-watcher";
import { SignInFirst } from "@/app/login/sign-in-first";
import { Sidebar } from "@/app/shell/sidebar";
import { TopBar } from "@/app/shell/top-bar";
import { ApiProvider } from "@/app/trpc/client";
import { currentUser } from "@/app/trpc/server";
import { Toaster } from "@/app/ui/toaster";
import { CurrentUserProvider } from "@/app/user/current-user";

export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const user = await currentUser();
  if (!user) return <SignInFirst />;
  return (
    <ApiProvider>
      <CurrentUserProvider user={user}>
        <a
          href="#main"
          className="sr-only z-30 rounded bg-accent font-medium text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:px-3 focus:py-1.5"
        >
          Skip to the content
        </a>
        <div className="flex min-h-dvh max-md:flex-col">
          <Sidebar />
          <TopBar />
          <main id="main" tabIndex={-1} className="min-w-0 flex-1 px-8 py-6 outline-hidden max-md:px-4">
            <div className="mx-auto flex max-w-[1200px] flex-col gap-6">{children}</div>
          </main>
        </div>
        <JobDialogSlot />
        <JobWatcher />
        <Toaster />
      </CurrentUserProvider>
    </ApiProvider>
  );
}
