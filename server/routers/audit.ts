import { auditFilters, auditPage } from "@/server/audit-log";
import { pageInput } from "@/server/keyset";
import { adminProcedure, router } from "@/server/trpc";

export const auditRouter = router({
  /** What happened, newest first. */
  list: adminProcedure.input(auditFilters.extend(pageInput.shape)).query(({ input }) => auditPage(input)),
});
