import { auditRouter } from "@/server/routers/audit";
import { backupRouter } from "@/server/routers/backup";
import { browseRouter } from "@/server/routers/browse";
import { cleanupRouter } from "@/server/routers/cleanup";
import { cloneRouter } from "@/server/routers/clone";
import { comparisonRouter } from "@/server/routers/comparison";
import { copyRouter } from "@/server/routers/copy";
import { dataRouter } from "@/server/routers/data";
import { dataFileRouter } from "@/server/routers/data-file";
import { dataImportRouter } from "@/server/routers/data-import";
import { databaseRouter } from "@/server/routers/database";
import { destinationRouter } from "@/server/routers/destination";
import { discoveryRouter } from "@/server/routers/discovery";
import { dumpRouter } from "@/server/routers/dump";
import { encryptionRouter } from "@/server/routers/encryption";
import { exportRouter } from "@/server/routers/export";
import { invitationRouter } from "@/server/routers/invitation";
import { jobRouter } from "@/server/routers/job";
import { memberRouter } from "@/server/routers/member";
import { notificationRouter } from "@/server/routers/notification";
import { projectRouter } from "@/server/routers/project";
import { proofRouter } from "@/server/routers/proof";
import { restoreRouter } from "@/server/routers/restore";
import { scheduleRouter } from "@/server/routers/schedule";
import { sessionRouter } from "@/server/routers/session";
import { statsRouter } from "@/server/routers/stats";
import { tokenRouter } from "@/server/routers/token";
import { userRouter } from "@/server/routers/user";
import { createCallerFactory, router } from "@/server/trpc";

/** Every procedure of Coffer. */
export const appRouter = router({
  audit: auditRouter,
  backup: backupRouter,
  browse: browseRouter,
  cleanup: cleanupRouter,
  clone: cloneRouter,
  comparison: comparisonRouter,
  copy: copyRouter,
  data: dataRouter,
  dataFile: dataFileRouter,
  dataImport: dataImportRouter,
  database: databaseRouter,
  destination: destinationRouter,
  discovery: discoveryRouter,
  dump: dumpRouter,
  encryption: encryptionRouter,
  export: exportRouter,
  invitation: invitationRouter,
  job: jobRouter,
  member: memberRouter,
  notification: notificationRouter,
  project: projectRouter,
  proof: proofRouter,
  restore: restoreRouter,
  schedule: scheduleRouter,
  session: sessionRouter,
  stats: statsRouter,
  token: tokenRouter,
  user: userRouter,
});

export type AppRouter = typeof appRouter;
export const createCaller = createCallerFactory(appRouter);
