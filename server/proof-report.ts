import { type Exchange, requireMethod } from "@/server/exchange";
import { sendProblem, toAppError } from "@/server/problem";
import { proofPage } from "@/server/proof-page";
import { proofPagePolicy } from "@/server/proof-page-style";
import { noteOnRequest } from "@/server/request-log";
import { callProcedure } from "@/server/rest/row";
import { createContext } from "@/server/trpc";

const reportPath = /^\/api\/v1\/backups\/([0-9a-f-]{36})\/proofs\/([0-9a-f-]{36})\/report$/;

/** Serves proofs as pages to print. Gives false for any other request. */
export async function serveProofReport({ request, response, headers, url }: Exchange): Promise<boolean> {
  const [, backupId, proofId] = reportPath.exec(url.pathname) ?? [];
  if (!backupId) return false;
  noteOnRequest({ route: "/api/v1/backups/{id}/proofs/{proof_id}/report" });
  try {
    requireMethod({ request, response }, ["GET", "HEAD"]);
    const ctx = await createContext(headers);
    const document = await callProcedure(ctx, "proof.document", { backupId, proofId, as: "html" });
    const page = Buffer.from(proofPage(document));
    const name = `proof_${document.backup.filename}`.replace(/[^\w.-]/g, "_");
    response.setHeader("Content-Security-Policy", proofPagePolicy);
    response
      .writeHead(200, {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": page.length,
        "Content-Disposition": `inline; filename="${name}.html"`,
        "Cache-Control": "no-store",
      })
      .end(page);
  } catch (error) {
    sendProblem(response, toAppError(error), error);
  }
  return true;
}
