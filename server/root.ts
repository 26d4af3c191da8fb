import { backupRouter } from "@/server/routers/backup";
import { databaseRouter } from "@/server/routers/database";
import { exportRouter } from "@/server/routers/export";
import { jobRouter } from "@/server/routers/job";
import { projectRouter } from "@/server/routers/project";
import { userRouter } from "@/server/routers/user";
import { createCallerFactory, router } from "@/server/trpc";

/** Every procedure of Coffer. */
export const appRouter = router({
  backup: backupRouter,
  database: databaseRouter,
  export: exportRouter,
  job: jobRouter,
  project: projectRouter,
  user: userRouter,
});

export type AppRouter = typeof appRouter;
export const createCaller = createCallerFactory(appRouter);
