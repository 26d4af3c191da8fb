import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { auditFilters, auditPage } from "@/server/audit-log";
import { pageInput } from "@/server/keyset";
import { adminProcedure, router } from "@/server/trpc";

export const auditRouter = router({
  /** What happened, newest first. */
  list: adminProcedure.input(auditFilters.extend(pageInput.shape)).query(({ input }) => auditPage(input)),

  /** Lets the caller have all that the filters find, and writes that down. Gives the filters as they were understood. */
  export: adminProcedure.input(auditFilters).query(async ({ ctx, input }) => {
    const subject = { kind: "user" as const, id: ctx.user.id };
    await recordAudit(db, ctx.origin, { action: "audit.exported", subject, details: input });
    return input;
  }),
});
